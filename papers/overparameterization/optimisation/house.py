"""The methods that come with the board."""

from papers.task import House


def deep(depth: int, *, file: str, title: str, summary: str) -> House:
    """A variant of a file whose own DEPTH is 2."""
    slug = {"deep": f"deep{depth}", "end_to_end": f"e2e{depth}"}[file]
    constants = {} if depth == 2 else {"DEPTH": depth}
    return House(slug=slug, title=title, kind="method", summary=summary, file=file, constants=constants)


HOUSE = (
    House(slug="gd", title="Gradient descent", kind="baseline", summary="One layer: the paper's comparison."),
    House(slug="stay", title="Stay", kind="control", summary="Never moves: 0 on every case, must fail."),
    House(slug="random_walk", title="Random walk", kind="control", summary="Ignores the gradient: must fail."),
    deep(2, file="deep", title="Depth 2", summary="Gradient descent on a product of two factors, balanced start."),
    deep(3, file="deep", title="Depth 3", summary="Gradient descent on a product of three factors, balanced start."),
    deep(4, file="deep", title="Depth 4", summary="Gradient descent on a product of four factors, balanced start."),
    House(
        slug="deep2_wide",
        title="Depth 2, width 8",
        kind="method",
        summary="The same with eight hidden units, seven of them almost unused.",
        file="deep",
        constants={"WIDTH": 8},
    ),
    deep(2, file="end_to_end", title="End-to-end rule, N = 2", summary="The paper's rule on the weights themselves."),
    deep(3, file="end_to_end", title="End-to-end rule, N = 3", summary="The paper's rule on the weights themselves."),
    House(
        slug="e2e3_no_projection",
        title="End-to-end rule without projection",
        kind="method",
        summary="Only the adaptive step size of the rule: is it all there is?",
        file="end_to_end",
        constants={"DEPTH": 3, "PROJECTION": 0.0},
    ),
    House(
        slug="heavy_ball",
        title="Heavy ball",
        kind="baseline",
        summary="Momentum 0.9.",
        file="nesterov",
        constants={"LOOK_AHEAD": False},
    ),
    House(slug="nesterov", title="Nesterov", kind="baseline", summary="Momentum 0.9, the gradient taken ahead."),
    House(slug="adagrad", title="AdaGrad", kind="baseline", summary="The paper's rival."),
    House(slug="adadelta", title="AdaDelta", kind="baseline", summary="The paper's rival."),
    House(slug="adam", title="Adam", kind="baseline", summary="Averages of the gradient and its square."),
    House(
        slug="adam_deep2",
        title="Adam, depth 2",
        kind="method",
        summary="Adam on the two factors.",
        file="deep",
        constants={"ADAM": True},
    ),
    House(
        slug="muon",
        title="Muon",
        kind="baseline",
        summary="Momentum, its matrices made orthogonal; for vectors a step of fixed length.",
    ),
    House(
        slug="lbfgs",
        title="L-BFGS",
        kind="baseline",
        summary="Ten pairs, a line search whose gradients all count: the upper reference.",
        expense=2,
    ),
    House(
        slug="hessian_probe",
        title="Hessian probe",
        kind="control",
        summary="Reads a quadratic's Hessian off d + 1 gradients: what that is worth, and where it is worth nothing.",
        expense=2,
    ),
)
