"""What the board measures. The first one ranks."""

from papers.metrics import Metric

METRICS = (
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
        name="identity_share",
        label="Identity",
        better="context",
        description="Share of the weights' squared norm that lies on multiples of the identity at the kernels' centres.",
    ),
)
