"""What methods may import: the victims, the ball, losses, gradients and searches, and a base for defences."""

from papers.obfuscated_gradients.kit.ball import Norm, norms, project, random_start, steepest
from papers.obfuscated_gradients.kit.defence import Defence
from papers.obfuscated_gradients.kit.gradients import (
    TOGETHER,
    ascend,
    better,
    cross_entropy,
    fool,
    margin,
    margin_to,
    objective,
    sight,
    straight_through,
)
from papers.obfuscated_gradients.kit.search import difference_slope, recolour_square, square
from papers.obfuscated_gradients.kit.surrogate import surrogate
from papers.obfuscated_gradients.kit.training import fit_net, pgd_images, small_net
from papers.obfuscated_gradients.kit.victims import VICTIMS, Victim, build, digits_net, flat_weights

__all__ = [
    "TOGETHER",
    "VICTIMS",
    "Defence",
    "Norm",
    "Victim",
    "ascend",
    "better",
    "build",
    "cross_entropy",
    "difference_slope",
    "digits_net",
    "fit_net",
    "flat_weights",
    "fool",
    "margin",
    "margin_to",
    "norms",
    "objective",
    "pgd_images",
    "project",
    "random_start",
    "recolour_square",
    "sight",
    "small_net",
    "square",
    "steepest",
    "straight_through",
    "surrogate",
]
