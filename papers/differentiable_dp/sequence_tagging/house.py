"""The methods that come with the board."""

from papers.task import House

HOUSE = (
    House(
        slug="bayes_marginal",
        title="Bayes decoder",
        kind="oracle",
        summary="The likeliest tag at each place, by the true model: nobody can do better on average.",
    ),
    House(
        slug="bayes_viterbi",
        title="Bayes path",
        kind="oracle",
        is_bound=False,  # the likeliest path has not the fewest wrong tags
        summary="The likeliest path, by the true model.",
    ),
    House(
        slug="majority", title="Commonest tag", kind="control", summary="One tag everywhere: must be worst.", expense=6
    ),
    House(
        slug="independent",
        title="Independent softmax",
        kind="baseline",
        summary="Each place by its own symbol or word, as counts say.",
        expense=6,
    ),
    House(
        slug="counted_hmm",
        title="Counted HMM",
        kind="baseline",
        summary="Counts transitions and emissions, decodes place by place.",
        expense=9,
    ),
    House(
        slug="perceptron",
        title="Structured perceptron",
        kind="baseline",
        summary="Hard Viterbi, averaged weights: no smoothing.",
        expense=10,
    ),
    House(
        slug="crf",
        title="Entropy, surrogate loss (CRF)",
        kind="method",
        summary="Smoothed Viterbi with entropy: the conditional random field.",
        expense=12,
    ),
    House(
        slug="l2_surrogate",
        title="Squared norm, surrogate loss",
        kind="method",
        summary="The same with the squared norm, whose marginals are sparse.",
        file="crf",
        constants={"OP": "l2"},
        expense=13,
    ),
    House(
        slug="entropy_relaxed",
        title="Entropy, relaxed loss",
        kind="method",
        summary="The same with log loss of the marginals, learnt through Hessian-vector products.",
        file="crf",
        constants={"LOSS": "relaxed"},
        expense=30,
    ),
    House(
        slug="l2_relaxed",
        title="Squared norm, relaxed loss",
        kind="method",
        summary="Squared distance of the sparse expected path from the true one.",
        file="crf",
        constants={"OP": "l2", "LOSS": "relaxed"},
        expense=30,
    ),
    House(
        slug="softmax_attention",
        title="Softmax attention",
        kind="baseline",
        summary="Each place attends to all others, one by one.",
        file="attention",
        constants={"STRUCTURED": False},
        expense=60,
    ),
    House(
        slug="structured_attention",
        title="Structured attention",
        kind="method",
        summary="The same, attending to neighbours together: the expected path of a smoothed chain of two states.",
        file="attention",
        expense=80,
    ),
)
