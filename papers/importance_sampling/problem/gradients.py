"""Exact moments of a gradient estimate, from the gradient of every candidate.

With p and w known, the estimate (1/b) sum of w q over the b drawn candidates has, exactly,

    drawn with replacement     mean E = sum p w q,    variance (sum p w^2 |q|^2 - |E|^2) / b
    without, equally likely    mean E = mean of w q,  variance (1 - b/k) s^2 / b, s^2 that of the k that may be drawn

where q are the candidates' gradients. Variances are summed over the weights of the network. All of it, the norms and the
distance between two means too, follows from the gradients' inner products, K = q q^T: (n, n) instead of (n, weights).
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional

CHUNK = 256  # samples whose gradients are taken at a time
DENSE = (nn.Flatten, nn.Linear, nn.ReLU)


@dataclass(frozen=True)
class Plan:
    """How a batch is drawn from n candidates. p: (n,), sum 1; w: (n,), with sum p w = 1; without replacement p has one size."""

    p: np.ndarray
    w: np.ndarray
    replace: bool

    @classmethod
    def uniform(cls, n: int) -> "Plan":
        return cls(np.full(n, 1 / n), np.ones(n), replace=True)

    @classmethod
    def unbiased(cls, p: np.ndarray) -> "Plan":
        """Weights 1 / (n p), which make the estimate's mean that of the candidates."""
        return cls(p, 1 / (len(p) * p), replace=True)


def per_sample(net: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of each sample's cross-entropy: (n, weights) float32, in the order of the network's parameters."""
    weights = {name: value.detach() for name, value in net.named_parameters()}

    def loss(weights: dict[str, Tensor], one: Tensor, label: Tensor) -> Tensor:
        return functional.cross_entropy(functional_call(net, weights, (one[None],)), label[None])

    gradients = vmap(grad(loss), in_dims=(None, 0, 0), chunk_size=CHUNK)(weights, x, y)
    return torch.cat([part.flatten(1) for part in gradients.values()], dim=1)


def gram_of(net: nn.Module, x: Tensor, y: Tensor) -> np.ndarray:
    """Inner products of the samples' gradients: (n, n) float64, summed in single precision."""
    if isinstance(net, nn.Sequential) and all(isinstance(layer, DENSE) for layer in net):
        products = dense_gram(net, x, y)
    else:
        q = per_sample(net, x, y)
        products = q @ q.T
    return np.asarray(products.double().cpu().numpy())


def dense_gram(net: nn.Sequential, x: Tensor, y: Tensor) -> Tensor:
    """The same where all weights are of dense layers: there a sample's gradient is delta a^T and, of the biases, delta.

    Twenty times as fast as writing the gradients out, and without the compiler that torch.func loads when it is first used.
    """
    inputs, outputs, value = [], [], x
    for layer in net:
        if isinstance(layer, nn.Linear):
            inputs.append(value.detach())
        value = layer(value)
        if isinstance(layer, nn.Linear):
            outputs.append(value)
    deltas = torch.autograd.grad(functional.cross_entropy(value, y, reduction="sum"), outputs)
    products = [(a @ a.T + 1) * (delta @ delta.T) for a, delta in zip(inputs, deltas, strict=True)]
    return torch.stack(products).sum(dim=0)


def norms_of(gram: np.ndarray) -> np.ndarray:
    """Of the gradients: (n,)."""
    return np.asarray(np.sqrt(np.maximum(np.diagonal(gram), 0)))


def square_of(c: np.ndarray, gram: np.ndarray) -> float:
    """The squared norm of the sum of c q, c: (n,)."""
    return max(float(c @ gram @ c), 0.0)


def variance_of(gram: np.ndarray, plan: Plan, batch: int) -> float:
    """Of the estimate from a batch of this size."""
    spread = float((plan.p * plan.w**2) @ np.diagonal(gram)) - square_of(plan.p * plan.w, gram)
    if plan.replace:
        return max(spread, 0.0) / batch
    possible = int((plan.p > 0).sum())
    return max(spread, 0.0) * possible / max(possible - 1, 1) * (1 - batch / possible) / batch


def bias_of(gram: np.ndarray, plan: Plan) -> float:
    """Distance of the estimate's mean from the candidates' mean gradient, in units of that gradient."""
    uniform = np.full(len(gram), 1 / len(gram))
    wanted = max(square_of(uniform, gram), np.finfo(float).tiny)
    return float(np.sqrt(square_of(plan.p * plan.w - uniform, gram) / wanted))


def variance_ratio(gram: np.ndarray, plan: Plan, batch: int) -> float:
    """The estimate's variance in units of that of a batch drawn uniformly from the same candidates; NaN where that has none."""
    uniform = variance_of(gram, Plan.uniform(len(gram)), batch)
    return variance_of(gram, plan, batch) / uniform if uniform > 0 else np.nan


def optimal(norms: np.ndarray) -> Plan:
    """Of all unbiased ones with replacement the plan of least variance: in proportion to the gradients' norms, (n,)."""
    positive = norms + np.finfo(np.float32).tiny
    return Plan.unbiased(positive / positive.sum())


def tightness(norms: np.ndarray, bound: np.ndarray) -> tuple[float, float]:
    """How well a bound stands in for the norms: their rank correlation, and the standard deviation / mean of norm / bound.

    The correlation is NaN where one of them is the same for all.
    """
    ratio = norms / np.maximum(bound, np.finfo(np.float32).tiny)
    is_constant = min(np.ptp(norms), np.ptp(bound)) == 0
    correlation = np.nan if is_constant else float(spearmanr(norms, bound).statistic)
    return correlation, float(ratio.std() / max(ratio.mean(), np.finfo(float).tiny))
