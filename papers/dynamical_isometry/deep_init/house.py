"""The methods that come with the board."""

from papers.dynamical_isometry.problem.house import methods

HOUSE = methods(expense=140)
