"""The methods that come with the board."""

from typing import Any

from papers.task import House


def house(slug: str, title: str, kind: Any, summary: str, expense: int = 7) -> House:
    return House(slug=slug, title=title, kind=kind, summary=summary, expense=expense)


HOUSE = (
    house("random_cell", "Random cell", "control", "Asks nothing, answers a random cell: must fail.", 6),
    house("uniform_cell", "Best uniform cell", "control", "The best of the cells with one operation on every edge.", 6),
    house("all_conv", "All convolutions", "control", "The largest allowed operation on every edge, no search.", 6),
    house(
        "table_reader",
        "Table reader",
        "control",
        "Knows the public table by heart and undoes the renaming: shows what that is worth, and where it is worth nothing.",
        7,
    ),
    house("untrained_supernet", "Untrained supernet", "control", "Scores cells with shared weights nobody trained."),
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
)
