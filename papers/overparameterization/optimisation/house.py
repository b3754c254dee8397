"""The methods that come with the board."""

from papers.task import House


def deep(depth: int, *, file: str, title: str, summary: str, expense: float) -> House:
    """A variant of a file whose own DEPTH is 2."""
    slug = {"deep": f"deep{depth}", "end_to_end": f"e2e{depth}"}[file]
    constants = {} if depth == 2 else {"DEPTH": depth}
    return House(
        slug=slug, title=title, kind="method", summary=summary, file=file, constants=constants, expense=expense
    )


HOUSE = (
    House(
        slug="gd", expense=90, title="Gradient descent", kind="baseline", summary="One layer: the paper's comparison."
    ),
    House(slug="stay", expense=20, title="Stay", kind="control", summary="Never moves: 0 on every case, must fail."),
    House(
        slug="random_walk", expense=130, title="Random walk", kind="control", summary="Ignores the gradient: must fail."
    ),
    deep(
        2,
        file="deep",
        expense=100,
        title="Depth 2",
        summary="Gradient descent on a product of two factors, balanced start.",
    ),
    deep(
        3,
        file="deep",
        expense=115,
        title="Depth 3",
        summary="Gradient descent on a product of three factors, balanced start.",
    ),
    deep(
        4,
        file="deep",
        expense=120,
        title="Depth 4",
        summary="Gradient descent on a product of four factors, balanced start.",
    ),
    House(
        slug="deep2_wide",
        expense=90,
        title="Depth 2, width 8",
        kind="method",
        summary="The same with eight hidden units, seven of them almost unused.",
        file="deep",
        constants={"WIDTH": 8},
    ),
    deep(
        2,
        file="end_to_end",
        expense=95,
        title="End-to-end rule, N = 2",
        summary="The paper's rule on the weights themselves.",
    ),
    deep(
        3,
        file="end_to_end",
        expense=95,
        title="End-to-end rule, N = 3",
        summary="The paper's rule on the weights themselves.",
    ),
    House(
        slug="e2e3_no_projection",
        expense=95,
        title="End-to-end rule without projection",
        kind="method",
        summary="Only the adaptive step size of the rule: is it all there is?",
        file="end_to_end",
        constants={"DEPTH": 3, "PROJECTION": 0.0},
    ),
    House(
        slug="heavy_ball",
        expense=95,
        title="Heavy ball",
        kind="baseline",
        summary="Momentum 0.9.",
        file="nesterov",
        constants={"LOOK_AHEAD": False},
    ),
    House(
        slug="nesterov",
        expense=95,
        title="Nesterov",
        kind="baseline",
        summary="Momentum 0.9, the gradient taken ahead.",
    ),
    House(slug="adagrad", expense=115, title="AdaGrad", kind="baseline", summary="The paper's rival."),
    House(slug="adadelta", expense=130, title="AdaDelta", kind="baseline", summary="The paper's rival."),
    House(slug="adam", expense=105, title="Adam", kind="baseline", summary="Averages of the gradient and its square."),
    House(
        slug="adam_deep2",
        expense=120,
        title="Adam, depth 2",
        kind="method",
        summary="Adam on the two factors.",
        file="deep",
        constants={"ADAM": True},
    ),
    House(
        slug="muon",
        expense=120,
        title="Muon",
        kind="baseline",
        summary="Momentum, its matrices made orthogonal; for vectors a step of fixed length.",
    ),
    House(
        slug="lbfgs",
        expense=50,
        title="L-BFGS",
        kind="baseline",
        summary="Ten pairs, a line search whose gradients all count: the upper reference.",
    ),
    House(
        slug="hessian_probe",
        expense=70,
        title="Hessian probe",
        kind="control",
        summary="Reads a quadratic's Hessian off d + 1 gradients: what that is worth, and where it is worth nothing.",
    ),
)
