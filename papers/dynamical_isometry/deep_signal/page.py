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
        "collapsed start may be flat as well, with nothing left to be learnt from.",
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
    Heatmap(title="|ln gradient ratio| by case", metric="log_grad_ratio"),
)
FLAGS = (
    Flag(
        label="identity",
        metric="identity_share",
        above=0.5,
        text="Most of its weights are the identity: a network that starts as if its hidden layers were not there.",
    ),
    Flag(
        label="collapsed",
        metric="signal_left",
        below=-30.0,
        text="Inputs can't be told apart after the last layer: their differences shrink by more than e^30 on the way.",
    ),
)
