"""What is held against the board: the paper prints curves, so a claim is an order of two methods or a figure of the theory."""

import math

from papers.evidence import Claim, Comparison, Evidence, Relation

JACOBIANS = ("depth32", "depth128")
DEEP = ("depth1000", "depth10000")
ALL = (*JACOBIANS, *DEEP)


def better(house: str, than: str, text: str, *, metric: str, cases: tuple[str, ...], where: str) -> Comparison:
    return Comparison(
        text=text, house=house, than=than, metric=metric, cases=cases, where=where, status="transcribed, unchecked"
    )


def theoretical_claim(house: str, case: str, metric: str, value: float, tolerance: float, note: str) -> Claim:
    return Claim(
        method=house.replace("_", "-"),
        case=case,
        metric=metric,
        value=value,
        where="sections on the theory",
        status="transcribed, unchecked",
        house=house,
        tolerance=tolerance,
        note=f"Not printed: {note}",
    )


GRADIENTS = "orthogonal kernels on the critical line keep gradients; this board takes a ratio from 1/2 to 2 for that."
ISOMETRY = "all singular values near 1: both their means within a factor of 2, and the gradient ratio too."
MODES = "a kernel on the centre only keeps every spatial mode: a factor of 1."
SPREAD_MODES = (
    "uniform variance multiplies mode k by the product over both axes of (1 + 2 cos k) / 3; mean size over the modes of "
    "a 4x4 map. At sixteen channels."
)
RELATIONS = (
    Relation(
        text="A signal that passes on average is no isometry", house="critical_gaussian", below="delta_orthogonal"
    ),
    Relation(text="The trivial optimum is known as such", house="identity", flag="identity"),
)
EVIDENCE = Evidence(
    claims=(
        *(theoretical_claim("delta_orthogonal", case, "log_grad_ratio", 0.0, math.log(2), GRADIENTS) for case in ALL),
        *(theoretical_claim("delta_orthogonal", case, "off_isometry", 0.0, math.log(2), ISOMETRY) for case in ALL),
        theoretical_claim("delta_orthogonal", "depth1000", "mode_factor", 1.0, 0.02, MODES),
        theoretical_claim("critical_gaussian", "depth1000", "mode_factor", (4 - 1) / 15, 0.1, SPREAD_MODES),
    ),
    comparisons=(
        better(
            "delta_orthogonal",
            "critical_gaussian",
            "Delta-orthogonal kernels keep gradients where critical Gaussian ones don't",
            metric="log_grad_ratio",
            cases=DEEP,
            where="abstract",
        ),
        better(
            "delta_orthogonal",
            "critical_gaussian",
            "Orthogonal kernels have dynamical isometry, critical Gaussian ones don't",
            metric="jacobian_log_spread",
            cases=JACOBIANS,
            where="section on dynamical isometry",
        ),
        better(
            "delta_orthogonal",
            "critical_gaussian",
            "Orthogonal kernels keep dynamical isometry over 10,000 layers, critical Gaussian ones don't at any depth",
            metric="off_isometry",
            cases=ALL,
            where="section on dynamical isometry",
        ),
        better(
            "random_orthogonal",
            "flat_orthogonal",
            "Orthogonal convolutions have isometry, orthogonal rows of the flattened kernel don't",
            metric="jacobian_log_spread",
            cases=JACOBIANS,
            where="section on orthogonal kernels",
        ),
        better(
            "delta_orthogonal",
            "random_orthogonal",
            "Delta-orthogonal kernels keep spatial modes that spread kernels lose",
            metric="mode_factor",
            cases=ALL,
            where="section on delta-orthogonal initialisation",
        ),
        better(
            "critical_gaussian",
            "framework_default",
            "On the critical line gradients go deeper than off it",
            metric="log_grad_ratio",
            cases=ALL,
            where="section on mean field theory",
        ),
    ),
)
