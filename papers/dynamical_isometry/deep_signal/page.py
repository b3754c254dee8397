"""What the board's page shows beside the table: figures and flags."""

from papers.dynamical_isometry.problem.phase_plane import PHASE_PLANE
from papers.figures import Against, Frames, Gallery, Heatmap, Overlay
from papers.metrics import Flag


def gradients(layers: str, case: str) -> Overlay:
    return Overlay(
        title=f"Gradients in a network of {layers} layers",
        curve="Gradients along the way",
        series="ln of gradient over the last layer's",
        case=case,
        x_label="share of the way from the first layer to the last",
        y_label="ln of the gradient's norm",
        note="Over the last layer's, cut at 30 either way: mean and 95 % interval over the seeds. Flat is what a training needs; a "
        "start with hardly a direction left may be flat as well.",
    )


def spectrum(title: str, note: str, *, y_range: tuple[float, float] | None = None) -> Overlay:
    return Overlay(
        title=title,
        curve="Singular values",
        series="ln singular value",
        reference="orthogonal weights, theory",
        case="depth128",
        x_label="share of the singular values that are larger",
        y_label="ln of the singular value",
        note=note,
        y_range=y_range,
    )


FIGURES = (
    gradients("10,000", "depth10000"),
    gradients("128", "depth128"),
    spectrum(
        "Singular values beside the theory's, 128 layers",
        "In falling order, mean and 95 % interval over the seeds; isometry is a flat line at 0. Dotted: orthogonal weights and "
        "wide networks, a log-normal law. Starts without isometry leave the picture on the left.",
        y_range=(-2.5, 1.5),
    ),
    spectrum(
        "All singular values, 128 layers",
        "The same on the whole scale: below 1e-12 of the largest, 28 on this axis, all is rounding.",
    ),
    PHASE_PLANE,
    Against(
        title="Off isometry against depth",
        metric="off_isometry",
        x="depth",
        x_label="layers",
        log_x=True,
        note="What ranks, in nats: 0 is an isometry, 30 where nothing can be trained.",
    ),
    Against(
        title="Gradient ratio against depth",
        metric="log_grad_ratio",
        x="depth",
        x_label="layers",
        log_x=True,
        note="|ln| of the first layer's gradient over the last one's; 30 is where nothing can be trained.",
    ),
    Gallery(title="Fourier modes against theory, 1,000 layers", artefact="Fourier modes, a layer", case="depth1000"),
    Frames(
        title="Eight inputs on their way through 128 layers",
        matrix="Likeness of inputs",
        case="depth128",
        x_label="input",
        y_label="input",
        note="The cosine between the activations of two inputs: where all are 1, the network has forgotten what it was given.",
    ),
    Heatmap(title="Off isometry by case", metric="off_isometry"),
    Heatmap(title="|ln gradient ratio| by case", metric="log_grad_ratio"),
)
FLAGS = (
    Flag(
        label="identity",
        metric="copy_share",
        above=0.5,
        text="Most of its weights copy one number each, as the identity does, in whatever order and with whatever signs: a network "
        "that starts as if its hidden layers were not there.",
    ),
    Flag(
        label="linear",
        metric="linear",
        above=0.5,
        unranks=True,
        text="Its signal is so small on the way that tanh is a straight line: a twentieth of the bend that it has at q = 1 / L, or "
        "less. A product of orthogonal matrices is an isometry without any theory, and no network.",
    ),
    Flag(
        label="collapsed",
        metric="signal_left",
        below=-30.0,
        text="Inputs can't be told apart after the last layer: their differences shrink by more than e^30 on the way.",
    ),
)
