"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
    Metric(
        name="off_isometry",
        label="Off isometry",
        better="lower",
        unit="nats",
        description="The largest of three sizes, at most 30: of the logarithm of the gradient ratio, of that of the quadratic mean "
        "of the Jacobian's singular values, and of that of their geometric mean. 0 only where all singular values are 1 and the "
        "first layer's gradient is as large as the last one's; 30 where gradients, signal or singular values vanish or overflow.",
    ),
    Metric(
        name="log_grad_ratio",
        label="|ln gradient ratio|",
        better="lower",
        description="Size of the logarithm of the gradient ratio, at most 30. 30 as well where a gradient is 0 or not finite, "
        "and where the inputs' differences have shrunk by more than e^30 on the way: nothing is left to be learnt from.",
    ),
    Metric(
        name="grad_ratio",
        label="Gradient ratio",
        better="nearest",
        target=1.0,
        description="Norm of the loss's gradient by the first layer's weights over that by the last one's, before training; "
        "cut to e^-30 to e^30.",
    ),
    Metric(
        name="log_quadratic_mean",
        label="ln quadratic mean",
        better="nearest",
        target=0.0,
        description="Of the singular values of the whole block's Jacobian, means over the inputs: by how much random directions "
        "are stretched. 0 on the critical line, in theory.",
    ),
    Metric(
        name="log_geometric_mean",
        label="ln geometric mean",
        better="nearest",
        target=0.0,
        description="Of the same singular values, from determinants: their mean logarithm. 0 where, with a quadratic mean "
        "of 1, all of them are 1; -L/2 for Gaussian weights on the critical line, in theory. Cut at 700 either way.",
    ),
    Metric(
        name="jacobian_log_spread",
        label="Spread of singular values",
        better="lower",
        description="Standard deviation of the logarithm of the singular values of the whole block's Jacobian, values below "
        "1e-12 of the largest counted as that; 0 is isometry.",
    ),
    Metric(
        name="jacobian_median",
        label="Median singular value",
        better="nearest",
        target=1.0,
        description="Of the same Jacobian.",
    ),
    Metric(
        name="mode_factor",
        label="Modes kept, a layer",
        better="nearest",
        target=1.0,
        description="By what one layer multiplies a spatial Fourier mode of the signal's energy: size, mean over all modes but "
        "the constant one. 1 keeps where things are, 0 forgets it at once.",
    ),
    Metric(
        name="mode_error",
        label="Modes off theory",
        better="context",
        description="Root mean square difference between these factors and those that the theory of wide networks gives for "
        "the kernels' own variance profile.",
    ),
    Metric(
        name="signal_left",
        label="Signal left",
        better="context",
        unit="ln",
        digits=1,
        description="Logarithm of how much eight inputs differ after the last layer, over how much they did before the first; "
        "-700 where they no longer do.",
    ),
    Metric(
        name="sigma_w",
        label="σ_w",
        better="context",
        description="Root mean square weight times the root of the fan-in.",
    ),
    Metric(name="sigma_b", label="σ_b", better="context", digits=5, description="Root mean square bias."),
    Metric(
        name="bend",
        label="Bend",
        better="context",
        description="What the mean slope of the unit lacks to 1, summed over the layers: for tanh about 1 on the critical line at "
        "q = 1 / L, 0 where all layers are as good as linear.",
    ),
    Metric(
        name="linear",
        label="Linear",
        better="context",
        description="1 where the bend is below 0.05 while the two means of the singular values are less than a nat apart, else 0: "
        "a linear isometry times a factor.",
    ),
    Metric(
        name="copy_share",
        label="Copies",
        better="context",
        description="Share of the weights' squared norm that lies on the largest weight of each output channel: 1 "
        "for identities, in disguise too (channels in another order, signs, shifts), less than half for orthogonal matrices.",
    ),
)
