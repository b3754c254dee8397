"""The defence board's protocol: a defence trains, then answers the evaluator's attacks."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence import consistency, labels, substitutes, symptoms
from papers.obfuscated_gradients.defence.cases import Defended
from papers.obfuscated_gradients.defence.interface import Method
from papers.obfuscated_gradients.defence.pictures import show_play
from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.obfuscated_gradients.defence.scoring import (
    scores_of_attacks,
    scores_of_audit,
    scores_of_claim,
    scores_of_symptoms,
)
from papers.obfuscated_gradients.defence.suite import Suite, worst_candidates
from papers.obfuscated_gradients.problem.images import deal, drawn_digits, splits
from papers.playing import Report
from papers.task import Case, Scores, Seed

CHOSEN_ON, SCORED_ON = 10, 20  # draws of a random defence
SHOWN = 50  # images on the pictures


def play(case: Case[Defended], *, seed: Seed, device: str, method: Method, report: Report) -> Scores:
    norm, eps, effort = case.params.norm, case.params.eps, case.params.effort
    train, test = drawn_digits(seed.rng("digits")) if case.params.is_drawn else splits(case.params.data)
    train = train.take(seed.rng("train").permutation(len(train))[: case.params.train])
    dealt = deal(test, case.params.images, seed.rng("images"))
    x, y = torch.from_numpy(dealt.x), torch.from_numpy(dealt.y)
    rng = seed.salted("attacks")

    defence = Respondent(method, classes=10)
    claim = defence.fit(train.x, train.y, norm, eps)
    again = consistency.check(defence.logits, x, draw=int(rng.integers(2**30)), rng=rng)
    others = substitutes.substitutes(train, dealt, case.params, seed.rng("substitutes"))
    response = symptoms.measure_response(defence, x, y, rng, attacked=others.fooling)
    is_random = response.random > symptoms.BOUNDS["random answers"]
    suite = Suite(
        defence=defence,
        x=x,
        y=y,
        norm=norm,
        eps=eps,
        rng=rng,
        substitutes=others,
        is_random=is_random,
        effort=effort,
    )
    chosen_on, scored_on = (
        [next(suite.seeds) for _ in range(count if is_random else 1)] for count in (CHOSEN_ON, SCORED_ON)
    )

    candidates = {"clean": x}
    right = {"clean": defence.share_right(x, y, chosen_on)}
    attacks = suite.attacks()
    for number, (name, attack) in enumerate(attacks.items()):
        report.progress(number / len(attacks), name)
        candidates[name], right[name] = best_of(defence, attack(), y, chosen_on)
        again(candidates[name])
    accuracy = {name: float(share.mean()) for name, share in right.items()}
    finish(suite, candidates, right, chosen_on, surrogate=accuracy["surrogate"] < accuracy["margin"])
    asked = search_labels(suite, candidates, right, chosen_on)

    x_adv = worst_candidates(candidates, right)
    again(x_adv)
    newcomer = Respondent(method.fresh(), classes=10)
    newcomer.fit(train.x, train.y, norm, eps)
    decoys = None if is_random else torch.from_numpy(train.take(rng.integers(len(train), size=len(x))).x)
    met_first = consistency.first_met(newcomer, asked.at, y, scored_on, decoys=decoys, rng=rng)
    before = defence.share_right(asked.at, y, scored_on) if is_random else asked.right.float()
    consistency.check_memory(before, met_first)
    share = defence.share_right(x_adv, y, scored_on)
    share = torch.where(asked.within, torch.minimum(share, met_first), share)
    if case.params.is_twin:
        return scores_of_audit(accuracy["clean"], float(share.mean()))
    unbounded, wider = (
        float(defence.share_right(suite.ascend("", kit.cross_entropy, eps=radius), y, chosen_on).mean())
        for radius in (widest(norm, x), 1.5 * eps)
    )
    strength = symptoms.strengths(suite, response, accuracy, unbounded=unbounded, wider=wider)
    if seed.index == 0:
        few = train.take(np.arange(min(SHOWN, len(dealt))))
        shown = replace(suite, x=torch.from_numpy(few.x), y=torch.from_numpy(few.y))
        show_play(report, shown, strength, suite.traces)
    return {
        **scores_of_attacks(accuracy, float(share.mean())),
        **scores_of_claim(claim, share, seeds=case.params.seeds),
        **scores_of_symptoms(strength),
    }


def best_of(defence: Respondent, candidates: list[Tensor], y: Tensor, draws: list[int]) -> tuple[Tensor, Tensor]:
    """Per image the candidate under which it is right least often, and how often."""
    tried = {str(number): at for number, at in enumerate(candidates)}
    right = {name: defence.share_right(at, y, draws) for name, at in tried.items()}
    return worst_candidates(tried, right), torch.stack(list(right.values())).amin(0)


def finish(
    suite: Suite, candidates: dict[str, Tensor], right: dict[str, Tensor], draws: list[int], *, surrogate: bool
) -> None:
    """Attack once more, with patience, what is still right in most draws."""
    at, least = worst_candidates(candidates, right), torch.stack(list(right.values())).amin(0)
    rows = (least > 0.5).nonzero()[:, 0]
    if len(rows) == 0:
        return
    more = suite.finish(rows, at[rows], surrogate=surrogate)
    better, share = best_of(suite.defence, more, suite.y[rows], draws)
    candidates["finish"], right["finish"] = at.clone(), least
    candidates["finish"][rows], right["finish"][rows] = better, share


def search_labels(
    suite: Suite, candidates: dict[str, Tensor], right: dict[str, Tensor], draws: list[int]
) -> labels.Asked:
    """Search by labels what is right even so. For each image a question of that search, elsewhere its transferred image."""
    at, least = worst_candidates(candidates, right), torch.stack(list(right.values())).amin(0)
    moved = candidates["transfer"].clone()
    asked = labels.Asked(
        at=moved, within=torch.ones(len(at), dtype=torch.bool), right=suite.still_right(moved, torch.arange(len(at)))
    )
    rows = (least > 0.5).nonzero()[:, 0]
    if len(rows):
        found, of_search = suite.by_labels(rows)
        candidates["labels"], right["labels"] = at.clone(), least.clone()
        candidates["labels"][rows] = found
        right["labels"][rows] = suite.defence.share_right(found, suite.y[rows], draws)
        asked.put(rows, of_search.at, of_search.within, of_search.right)
    return asked


def widest(norm: kit.Norm, x: Tensor) -> float:
    """A radius that holds the whole of [0, 1]."""
    return 1.0 if norm == "linf" else float(x[0].numel() ** 0.5)
