"""The methods that come with the board."""

from papers.dynamical_isometry.problem.house import methods

HOUSE = methods(
    {  # as recorded: the trainings, which are the board's own
        "delta_orthogonal": 188,
        "random_orthogonal": 188,
        "critical_gaussian": 168,
        "flat_orthogonal": 173,
        "he": 167,
        "xavier": 160,
        "lsuv": 163,
        "identity": 174,
        "framework_default": 171,
        "chaotic": 167,
    }
)
