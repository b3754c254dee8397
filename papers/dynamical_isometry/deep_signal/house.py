"""The methods that come with the board."""

from papers.dynamical_isometry.problem.house import methods

HOUSE = methods(
    {  # as recorded: nearly all of it is the board's own
        "delta_orthogonal": 25,
        "random_orthogonal": 26,
        "critical_gaussian": 26,
        "flat_orthogonal": 31,
        "he": 28,
        "xavier": 25,
        "lsuv": 41,
        "identity": 25,
        "framework_default": 27,
        "chaotic": 28,
    }
)
