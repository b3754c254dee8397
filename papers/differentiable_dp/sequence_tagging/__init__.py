"""The tagging board: learn to tag sequences through smoothed Viterbi, or otherwise."""

from pathlib import Path

from papers.differentiable_dp.problem import learning
from papers.differentiable_dp.sequence_tagging import cases, evidence
from papers.differentiable_dp.sequence_tagging.house import HOUSE
from papers.differentiable_dp.sequence_tagging.interface import Method
from papers.differentiable_dp.sequence_tagging.metrics import FLAGS, METRICS
from papers.figures import Gallery, Scatter
from papers.task import Task

TASK = Task(
    slug="sequence_tagging",
    title="Sequence tagging",
    summary="Learn to tag sequences from few examples; on hidden Markov models the best possible tagger is known.",
    version=2,
    folder=Path(__file__).parent,
    interface=Method,
    play="papers.differentiable_dp.sequence_tagging.play",
    once=("papers.differentiable_dp.sequence_tagging.play.from_world",),
    tiers=learning.tiers(
        cases.QUICK,
        cases.FULL,
        evidence=(evidence.QUICK, evidence.FULL),
    ),
    trial="hmm/50",
    metrics=METRICS,
    flags=FLAGS,
    house=HOUSE,
    own="l2_surrogate",
    starter="independent",
    file_bytes=learning.FILE_BYTES,
    figures=(
        learning.errors("0 is the Bayes decoder."),
        Scatter(
            title="Sparsity against log loss",
            x="sparsity",
            y="nll",
            note="Marginals that are exactly 0 cost much where they are wrong.",
        ),
        Gallery(title="Marginals of one sequence", artefact="Marginals of one sequence", case="hmm/50"),
    ),
)
