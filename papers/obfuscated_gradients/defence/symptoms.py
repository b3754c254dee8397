"""What gives hidden gradients away, measured on a defence, and the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.defence.respondent import Respondent, loss_and_slope
from papers.obfuscated_gradients.defence.suite import Suite

# How far from the clean images differences are taken: a plain background is full of kinks (ties of max-pooling).
BESIDE = 0.01
PROBE = 2e-4  # half the length, in each pixel, over which answers are compared
SILENT = 1e-6  # of the largest logit: below it an answer did not change
BOUNDS = {
    "one step beats many": 0.06,
    "black box beats white box": 0.08,
    "unbounded attack fails": 0.05,
    "search finds what gradients miss": 0.08,
    "zero gradients": 0.05,
    "gradients not finite": 0.0,
    "gradient against differences": 0.35,  # kinks alone give .2 in a net as large as LeNet5; a foreign gradient gives 1
    "answers that do not move": 0.3,
    "random answers": 1e-3,
    "accuracy rises with steps": 0.08,
    "accuracy rises with eps": 0.06,
}
Kind = Literal["none", "shattered", "stochastic", "vanishing"]


@dataclass(frozen=True, kw_only=True)
class Response:
    """How answers and gradients go together at the clean images, or just beside them."""

    zero: float  # share of images whose cross-entropy gradient is exactly zero
    zero_margin: float  # the same for the margin, which doesn't saturate
    error: float  # median relative disagreement of gradient and differences, where answers move
    silent: float  # share of images whose answer does not move
    random: float  # relative change of the logits from one draw to another, there or at attacked images


def measure_response(
    defence: Respondent, x: Tensor, y: Tensor, rng: np.random.Generator, *, attacked: Iterable[Tensor] = ()
) -> Response:
    """Compare `gradient` with differences of `logits` along random directions; draws are held fixed.

    attacked: like x; a defence may be random at attacked images alone.
    """
    draw, other = (int(seed) for seed in rng.integers(2**31, size=2))
    z = defence.logits(x, draw)
    zero, zero_margin = (
        float((defence.gradient(x, loss_and_slope(loss, z, y)[1], draw).flatten(1) == 0).all(1).float().mean())
        for loss in (kit.cross_entropy, kit.margin)
    )
    scale = float(z.abs().max()) + 1e-12
    apart = [float((defence.logits(at, other) - defence.logits(at, draw)).abs().max()) for at in (x, *attacked)]
    errors, silent = [], []
    moved = x + torch.from_numpy(rng.uniform(-BESIDE, BESIDE, x.shape).astype(np.float32))
    at = moved.clamp(PROBE, 1 - PROBE)
    for _ in range(4):
        v = torch.from_numpy(rng.standard_normal(z.shape).astype(np.float32))
        u = torch.from_numpy(rng.choice([-PROBE, PROBE], x.shape).astype(np.float32))
        up, down = at + u, at - u
        change = defence.logits(up, draw).double() - defence.logits(down, draw)
        rise = (v * change).sum(1)
        told = (defence.gradient(at, v, draw).double() * (up - down)).flatten(1).sum(1)
        size = torch.maximum(rise.abs(), told.abs())
        still = change.abs().amax(1) <= SILENT * scale
        errors.append(torch.where(still, 0.0, (rise - told).abs() / size.clamp_min(SILENT * scale)))
        silent.append(still)
    return Response(
        zero=zero,
        zero_margin=zero_margin,
        error=float(torch.stack(errors).median()),
        silent=float(torch.stack(silent).double().mean()),
        random=max(apart) / scale,
    )


def strengths(
    suite: Suite, response: Response, accuracy: dict[str, float], *, unbounded: float, wider: float
) -> dict[str, float]:
    """The measured strength of each symptom; above its bound it is raised.

    accuracy: by attack; unbounded, wider: under plain PGD with eps 1 and with 1.5 times the case's eps.
    Source: Athalye, Carlini and Wagner (2018), section 3.1.
    """
    white = min(accuracy[name] for name in ("pgd", "margin"))
    late = [right for _, right in suite.traces["pgd"]]
    return {
        "one step beats many": accuracy["pgd"] - accuracy["fgsm"],
        "black box beats white box": white - min(accuracy["transfer"], accuracy["square"]),
        "unbounded attack fails": unbounded,
        "search finds what gradients miss": white - accuracy["finite_difference"],
        "zero gradients": max(response.zero, response.zero_margin),
        "gradients not finite": suite.defence.not_finite / max(suite.defence.gradients, 1),
        "gradient against differences": response.error,
        "answers that do not move": response.silent,
        "random answers": response.random,
        "accuracy rises with steps": late[-1] - min(late),
        "accuracy rises with eps": wider - accuracy["pgd"],
    }


def raised_symptoms(strength: dict[str, float]) -> list[str]:
    return [name for name, value in strength.items() if value > BOUNDS[name]]


def verdict(strength: dict[str, float]) -> Kind:
    """The kind of obfuscation, from the defence's own answers.

    Shattered where answers stand still under small changes, stochastic where they differ from draw to draw; vanishing where
    answers move and the gradient does not say so: zero, not finite, or contradicted by differences.
    """
    is_raised = set(raised_symptoms(strength))
    if "answers that do not move" in is_raised:
        return "shattered"
    if "random answers" in is_raised:
        return "stochastic"
    if is_raised & {"zero gradients", "gradients not finite", "gradient against differences"}:
        return "vanishing"
    return "none"
