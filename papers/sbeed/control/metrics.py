"""What the board measures. The first one ranks."""

from papers.metrics import Flag, Metric

METRICS = (
    Metric(
        name="score",
        label="Score",
        better="higher",
        description="Batch: (value of the policy − of the uniform one) / (optimum − uniform), means over the states, exact, "
        "by the model of the world that was drawn for the method. "
        "Environments: (return − of random actions) / (of one who has learnt − of random actions), on the same physics; "
        "on the pendulum one who has learnt gets −150.",
    ),
    Metric(
        name="value_error",
        label="Value error",
        better="lower",
        description="Batch: root mean square of the value's error over that of the optimal smoothed value.",
    ),
    Metric(
        name="policy_distance",
        label="Policy distance",
        better="lower",
        description="Batch: mean total variation between the policy and the optimal smoothed one.",
    ),
    Metric(name="return", label="Return", better="higher", digits=0, description="Mean of 20 episodes, not exploring."),
    Metric(
        name="area",
        label="Area",
        better="higher",
        description="Mean score at five marks evenly spaced in the budget, five episodes each.",
    ),
    Metric(
        name="failed", label="Failed", better="lower", description="1 where the score is below .5: share of the seeds."
    ),
    Metric(
        name="diverged",
        label="Diverged",
        better="lower",
        description="1 where some value is further from 0 than ten times what any policy can have: share of the seeds.",
    ),
    Metric(
        name="optimisation_error",
        label="Off the data's solution",
        better="lower",
        description="Of the four sources of error the first: how far the value is from the exact smoothed optimum of the "
        "counted transitions, relative. One-hot cases.",
    ),
    Metric(
        name="sample_error",
        label="Data's own error",
        better="context",
        description="The second: how far that solution is from the true one.",
    ),
    Metric(
        name="smoothing_error",
        label="Smoothing's error",
        better="context",
        description="The third: how far the optimal smoothed value is from the optimal value, relative to that.",
    ),
    Metric(
        name="approximation_error",
        label="Features' error",
        better="context",
        description="The fourth: how far the nearest function that is linear in what is seen is from the optimal smoothed "
        "value, relative. 0 for one-hot states.",
    ),
)
FLAGS = (
    Flag(
        label="diverges",
        metric="diverged",
        above=0.5,
        text="Its values leave every bound: with features and off-policy data it has no fixed point that it comes to.",
    ),
)
