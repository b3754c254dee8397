"""What the board measures. The first one ranks."""

from papers.metrics import Flag, Metric

METRICS = (
    Metric(
        name="normalised_error",
        label="Normalised error",
        better="lower",
        description="(error − the best possible) / (error of the commonest tag − the best possible): 0 is the Bayes decoder, "
        "1 the commonest tag. The error is of tokens, or 1 − span F1 for entities.",
    ),
    Metric(
        name="token_error", label="Token error", better="lower", unit="%", digits=1, description="Share of wrong tags."
    ),
    Metric(
        name="excess_error",
        label="Excess error",
        better="lower",
        unit="points",
        digits=1,
        description="Token error minus that of the Bayes decoder, which knows the model. Hidden Markov cases.",
    ),
    Metric(
        name="excess_in_errors",
        label="Excess in standard errors",
        better="context",
        digits=1,
        description="The excess error over its standard error, sequences being the draws. Nobody can stay below −2 honestly.",
    ),
    Metric(
        name="entity_f1",
        label="Span F1",
        better="higher",
        description="Exact spans and types; an I- tag that does not continue the same type opens a new entity.",
    ),
    Metric(
        name="nll",
        label="Log loss",
        better="lower",
        unit="nats/token",
        description="Of the marginals, where a method gives them; a probability below 10⁻⁶ counts as that.",
    ),
    Metric(
        name="calibration",
        label="Calibration error",
        better="lower",
        description="How far the likeliest tag's probability is from how often it is right, in ten bins.",
    ),
    Metric(
        name="sparsity", label="Exact zeros", better="context", description="Share of marginals that are exactly 0."
    ),
)
FLAGS = (
    Flag(
        label="better than possible",
        metric="excess_in_errors",
        below=-2.0,
        text="Errs less than the decoder that knows the model, by more than chance allows: test tags have leaked.",
        unranks=True,
    ),
)
