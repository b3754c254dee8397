"""The methods that come with the board."""

from papers.dynamical_isometry.problem.house import methods

HOUSE = methods(
    {  # as recorded: nearly all of it is the board's own
        "delta_orthogonal": 18,
        "random_orthogonal": 20,
        "critical_gaussian": 20,
        "flat_orthogonal": 23,
        "he": 21,
        "xavier": 20,
        "lsuv": 27,
        "identity": 20,
        "framework_default": 19,
        "chaotic": 20,
    }
)
