"""The protocol: a table with gaps goes to the method, and what comes back is compared with the truth."""

import numpy as np

from papers import answers
from papers.gain.imputation import scoring
from papers.gain.imputation.cases import Gaps
from papers.gain.imputation.interface import Method
from papers.gain.imputation.pictures import show_quantiles
from papers.gain.problem.masks import draw_mask
from papers.gain.problem.oracle import conditional_mean
from papers.gain.problem.tables import Disguise, load
from papers.playing import Report
from papers.task import Case, Scores, Seed


def play(case: Case[Gaps], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    gaps = case.params
    table = load(gaps.table, seed.rng("table"))
    truth = table.x
    observed, masking = draw_mask(gaps.mechanism, gaps.rate, truth, seed.rng("mask"))
    disguise = Disguise.draw(table, seed.rng("disguise"))

    shown = disguise.apply(np.where(observed, truth, np.nan)).astype(np.float32)
    answer = answers.array(method.impute(shown, table.categorical[disguise.order]), call="impute", like=shown)

    filled = np.where(observed, truth, disguise.undo(answer))  # observed cells are put back
    missing = ~observed
    means = np.broadcast_to(np.nanmean(np.where(observed, truth, np.nan), axis=0), truth.shape)
    if seed.index == 0:
        show_quantiles(report, truth, filled, missing)
    scores = {
        "skill": scoring.skill(filled, means, truth, missing),
        "rmse": scoring.rms(scoring.errors(filled, truth, missing)),
        "mae": float(np.abs(scoring.errors(filled, truth, missing)).mean()),
        "w1_columns": scoring.w1_columns(truth, filled, missing),
        "energy": scoring.energy(truth, filled, seed.rng("energy")),
    }
    if table.categorical.any():
        scores["category_error"] = scoring.category_error(truth, filled, missing, table.categorical)
    if table.generator:
        knowing = conditional_mean(truth, observed, table.generator, masking)
        ignoring = conditional_mean(truth, observed, table.generator) if masking else knowing
        scores["oracle_skill"] = scoring.skill(knowing, means, truth, missing)
        scores["ignorable_skill"] = scoring.skill(ignoring, means, truth, missing)
    if gaps.downstream and table.label is not None:
        assert table.held_out is not None
        assert table.held_out_label is not None
        scores["downstream_auroc"] = scoring.downstream_auroc(filled, table.label, table.held_out, table.held_out_label)
        if gaps.table == "credit":
            scores["coefficient_bias"] = scoring.coefficient_bias(truth, filled, table.label)
    return scores
