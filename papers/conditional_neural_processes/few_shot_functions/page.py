"""What the board's page shows beside the table: figures and flags."""

from papers.conditional_neural_processes.few_shot_functions.cases import FULL, QUICK
from papers.figures import Figure, Gallery, Heatmap, Overlay, Scatter
from papers.metrics import Flag

SHARED: tuple[Figure, ...] = (
    Heatmap(title="Gap by family", metric="excess_nll", note="Nats a target behind the exact predictive; 0 is exact."),
    Overlay(
        title="Calibration",
        curve="Calibration",
        series="method",
        reference="calibrated",
        x_label="probability of the central band",
        y_label="share of targets within",
        note="Above the diagonal: bands too wide. All families and sizes of context.",
    ),
    Overlay(
        title="Cost of a call against the context",
        curve="Cost of a call",
        series="by context points",
        case="curves/rbf",
        x_label="context points, at 64 targets",
        y_label="CPU-seconds",
        log_x=True,
        log_y=True,
    ),
    Scatter(
        title="Joint samples and marginal predictions",
        x="nll",
        y="joint_energy",
        cases=("curves/rbf",),
        note="A method that draws whole functions can be better below than its marginal predictions tell.",
    ),
)


def likelihoods(families: tuple[str, ...]) -> tuple[Figure, ...]:
    """Log-likelihood against the size of the context, with the oracle's line."""
    return tuple(
        Overlay(
            title=f"Log-likelihood against the context, {family}",
            curve="Log-likelihood",
            series="method",
            case=f"curves/{family}",
            reference="reference",
            log_x=True,
            x_label="context points",
            y_label="nats a target",
            note="The reference is the exact predictive distribution.",
        )
        for family in families
    )


def completions(sources: tuple[str, ...]) -> tuple[Figure, ...]:
    return tuple(
        figure
        for source in sources
        for order in ("random", "ordered")
        for figure in (
            Gallery(
                title=f"Completed images, {source}, {order} pixels",
                artefact=f"Completed, {order} pixels",
                case=f"images/{source}",
            ),
            Overlay(
                title=f"Log-likelihood against the context, {source}, {order} pixels",
                curve=f"Log-likelihood, {order} pixels",
                series="method",
                case=f"images/{source}",
                reference="reference",
                log_x=True,
                x_label="pixels seen",
                y_label="nats a target",
                note="The reference is a histogram for each pixel, which sees no other.",
            ),
        )
    )


def bands(family: str, context: int = 5) -> tuple[Figure, ...]:
    """A function from a handful of points: each method's mean, and both ends of its band, beside the exact ones."""
    ends = (("Mean", "mean"), ("Lower end of the 90 % band", "lower"), ("Upper end of the 90 % band", "upper"))
    return tuple(
        Overlay(
            title=f"{title} of a function from {context} points, {family}",
            curve=f"A function from {context} points",
            series=series,
            case=f"curves/{family}",
            reference=f"exact {series}",
            x_label="x",
            y_label="y",
        )
        for title, series in ends
    )


def named(kind: str, cases: tuple) -> tuple[str, ...]:  # type: ignore[type-arg]
    return tuple(case.params.family for case in cases if case.params.kind == kind)


QUICK_FIGURES = (*likelihoods(named("curves", QUICK)), *bands("rbf"), *completions(named("images", QUICK)))
FULL_FIGURES = (*likelihoods(named("curves", FULL)), *bands("rbf"), *completions(named("images", FULL)))
FLAGS = (
    Flag(
        label="pre-trained",
        metric="file_kib",
        above=64,
        text="Its file holds over 64 KiB: what it knows was mostly learnt elsewhere, without the budget of a fit.",
    ),
    Flag(
        label="does not train",
        metric="fit_share",
        below=0.01,
        text="Its fit used under 1 % of the budget: it brought what it knows (a kernel, say, which is the oracle's knowledge).",
    ),
    Flag(
        label="depends on order",
        metric="order_gap",
        above=0.001,
        text="The same context in another order is answered otherwise: no function of a set.",
    ),
    Flag(
        label="depends on other targets",
        metric="target_gap",
        above=0.001,
        text="A target is answered otherwise where others are asked along with it: no stochastic process.",
    ),
    *(
        Flag(
            label=f"remembers images: {pixels} pixels",
            metric=f"excess_ordered_{pixels}",
            below=0.4,
            cases=("images/digits",),
            unranks=True,
            text="The first pixels of the top rows tell nobody so much of the others who has not met the image before.",
        )
        for pixels in (4, 10, 20)
    ),
    Flag(
        label="over-confident",
        metric="coverage90",
        below=0.75,
        text="Less than three quarters of the targets are within its 90 % bands.",
    ),
)
