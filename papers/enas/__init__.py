"""Efficient Neural Architecture Search via Parameter Sharing. The card of its one board."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from papers.enas.cases import FULL, QUICK
from papers.enas.claims import COMPARISONS
from papers.enas.scored import METRICS
from papers.task import Audit, Flag, House, Limits, Overlay, Paper, Task


class Method(Protocol):
    """Searches one space of cells with a budget of hours. Every case and seed meets a fresh process.

    A cell is an int64 array (E,): one operation code from 0 to 4 for each edge. What a code or an edge means is secret
    and drawn anew for every play, except in the named cases.
    """

    def __init__(self, seed: int, device: str) -> None:
        """seed: for your own randomness. device: "cpu" or "cuda"."""

    def start(self, space: dict[str, Any]) -> None:
        """Learn what is searched.

        space: "edges" E, "ops" 5, "nodes", "budget_h" and "mean_cost_h" (hours: the budget, an average training),
        "share" (whether shared weights are on offer), "epochs" int64 (k,), after which a training may end (the last one
        is a full training), "max_size" (a larger cell counts as chance), "edge_pairs" int64 (E, 2) and "op_names", both
        empty except in named cases.
        """

    def ask(self) -> dict[str, Any]:
        """Ask for one thing; the search ends when it can't be paid any more, or after 10,000 questions.

        {"do": "train", "arch": int64 (E,)}: a full training, its accuracy and hours read from the table. With
        "epochs": one of space["epochs"], its accuracy and hours until then.
        {"do": "share", "arch": int64 (n, E)}: n <= 64 training steps of the shared weights, one child and minibatch each.
        {"do": "probe", "arch": int64 (n, E)}: n <= 256 accuracies with shared weights, a validation minibatch of 64 each.
        {"do": "score", "arch": int64 (n, E)}: the same on all validation images.
        {"do": "stop"}: end the search.
        """

    def tell(self, reply: dict[str, Any]) -> None:
        """Learn the reply: "acc" and "size" float64 (n,), accuracy in [0, 1]; "cost_h", "left_h" hours.

        After "share" also "loss" float64 (n,), and "acc" is that of the training minibatch before its step.
        """

    def answer(self) -> np.ndarray:
        """Return the best guess so far, int64 (E,). Called once after `start` and after every `tell`."""


def house(slug: str, title: str, kind: Any, summary: str, expense: int = 7) -> House:
    return House(slug=slug, title=title, kind=kind, summary=summary, expense=expense)


SEARCH = Task(
    slug="architecture_search",
    title="Architecture search",
    summary="Find the best cell of a space in which every cell was trained, and pay for every training that you ask for.",
    version=1,
    interface=Method,
    protocol="papers.enas.architecture_search",
    cases={"quick": QUICK, "full": FULL},
    seeds={"quick": 10, "full": 10},
    limits={
        "quick": Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
        "full": Limits(call_seconds=20, play_seconds=60, memory_bytes=2 << 30),
    },
    metrics=METRICS,
    house=(
        house("random_cell", "Random cell", "control", "Asks nothing, answers a random cell: must fail.", 6),
        house(
            "uniform_cell", "Best uniform cell", "control", "The best of the cells with one operation on every edge.", 6
        ),
        house("all_conv", "All convolutions", "control", "The largest allowed operation on every edge, no search.", 6),
        house(
            "table_reader",
            "Table reader",
            "control",
            "Knows the public table by heart and undoes the renaming: shows what that is worth, and where it is worth nothing.",
            7,
        ),
        house(
            "untrained_supernet", "Untrained supernet", "control", "Scores cells with shared weights nobody trained."
        ),
        house("random_search", "Random search", "baseline", "Trains random cells."),
        house(
            "regularised_evolution",
            "Regularised evolution",
            "baseline",
            "Mutates the best of a sample, the oldest dies.",
        ),
        house(
            "local_search",
            "Local search",
            "baseline",
            "Climbs by changes of one edge, starts again at a local optimum.",
        ),
        house("tpe", "TPE (Optuna)", "baseline", "Densities of good and other cells, from the library Optuna."),
        house(
            "ridge_pairs",
            "Ridge on pairs",
            "baseline",
            "Fits operations and pairs of operations, trains the cell that the fit likes best.",
        ),
        house("successive_halving", "Successive halving", "baseline", "Many short trainings, the best third goes on."),
        house(
            "reinforce",
            "REINFORCE",
            "baseline",
            "ENAS's controller rule on full trainings, independent logits for each edge.",
        ),
        house("rsws", "Random search with weight sharing", "baseline", "ENAS without its controller.", 9),
        house("exhaustive_shared", "Exhaustive scoring", "baseline", "Scores every cell with shared weights.", 9),
        house("enas", "ENAS", "method", "An LSTM controller and shared weights, trained in turn, as in the paper.", 8),
        house(
            "enas_bias",
            "ENAS with op biases",
            "method",
            "ENAS with the bias for convolutions that the authors' code starts its micro search with.",
            9,
        ),
    ),
    comparisons=COMPARISONS,
    audits={
        tier: (Audit(public="nb201/cifar10-plain", twin="nb201/cifar10", metric="regret_auc"),)
        for tier in ("quick", "full")
    },
    flags=(
        Flag(
            label="censored",
            metric="censored",
            above=0.5,
            text="On some case more than half of its runs never came within the target: the hours shown there are a lower bound.",
        ),
    ),
    figures=tuple(
        Overlay(
            title=f"Regret against hours, {case}",
            curve="Regret",
            series="regret",
            case=case,
            is_step=True,
            log_x=True,
            x_label="charged hours",
            y_label="regret (points)",
            note="Regret of the answer that stood when so much had been charged; mean and 95 % interval over the seeds.",
        )
        for case in ("nb201/cifar10", "nb201/cifar100", "nb201/imagenet16", "digits/cell3-small")
    ),
    file_bytes=64 << 10,  # a table of NAS-Bench-201 does not fit
    starter="random_search",
)

PAPER = Paper(
    slug="enas",
    title="Efficient Neural Architecture Search via Parameter Sharing",
    authors="Hieu Pham, Melody Y. Guan, Barret Zoph, Quoc V. Le, Jeff Dean",
    venue="ICML 2018 (PMLR 80:4095–4104)",
    url="https://proceedings.mlr.press/v80/pham18a.html",
    claim="A controller that is rewarded by weights which all candidate networks share finds good architectures with about "
    "1,000 times less GPU time than training every candidate from scratch.",
    question="Does it find the best cell where the best cell is known, and what does that cost once everything is counted?",
    folder=Path(__file__).parent,
    tasks=(SEARCH,),
)
