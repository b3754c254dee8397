"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="closed_form",
        title="Closed form",
        kind="method",
        summary="The paper's recursions in torch, by steps and antidiagonals, values rescaled.",
        expense=100,
    ),
    House(
        slug="compiled",
        title="Closed form, compiled",
        kind="method",
        summary="The same recursions in numba, one problem after the other, in float64.",
        expense=100,
    ),
    House(
        slug="loop_indexing",
        title="Loop, indexed",
        kind="baseline",
        summary="Slices theta step by step and lets autograd differentiate: quadratic in the length. In float32, unscaled.",
        file="loop",
        constants={"SLICES": "index", "RESCALED": False},
        expense=250,
    ),
    House(
        slug="loop_unbind",
        title="Loop, unbound",
        kind="baseline",
        summary="Takes theta apart once and lets autograd differentiate. In float32, unscaled: fails long problems.",
        file="loop",
        constants={"RESCALED": False},
        expense=235,
    ),
    House(
        slug="loop_rescaled",
        title="Loop, rescaled",
        kind="baseline",
        summary="The same, with the greatest value taken off at each step and kept in float64.",
        file="loop",
        expense=240,
    ),
    House(
        slug="tree",
        title="Log-semiring tree",
        kind="baseline",
        summary="Combines steps in pairs: right for entropy, which is associative, and wrong for the squared norm.",
        expense=110,
    ),
    House(
        slug="hard",
        title="Hard optimum",
        kind="control",
        summary="The best path and its score, whatever gamma: must fail.",
        expense=60,
    ),
)
