"""What a fitted method is asked: rounds of many functions with one size of context, each with what is known of the answer."""

from dataclasses import dataclass

import numpy as np

from papers.conditional_neural_processes.kit import HIGH, LOW, draw
from papers.conditional_neural_processes.problem.images import Images, Marginals
from papers.conditional_neural_processes.problem.oracles import log_normal, predictive

SHIFTED = 2.0, 6.0  # where the curves of "shifted" are asked


@dataclass(frozen=True)
class Round:
    """B functions: context xc (B, n, dx), yc (B, n, 1), targets xt (B, m, dx), yt (B, m, 1), all float32.

    reference: (B, m) log-densities of the targets under the exact predictive, or under the best one that sees no context.
    ignorance: (B, m), the same of who knows nothing: N(0, 1) for curves, all values in [0, 1] alike for images.
    """

    name: str
    xc: np.ndarray
    yc: np.ndarray
    xt: np.ndarray
    yt: np.ndarray
    reference: np.ndarray
    ignorance: np.ndarray

    @property
    def context(self) -> int:
        return int(self.xc.shape[1])


def span(family: str) -> tuple[float, float]:
    return SHIFTED if family == "shifted" else (LOW, HIGH)


def of_curves(family: str, context: int, functions: int, targets: int, rng: np.random.Generator) -> Round:
    low, high = span(family)
    x, y = draw(family, rng, functions, context + targets, low=low, high=high)
    xc, yc, xt, yt = x[:, :context], y[:, :context], x[:, context:], y[:, context:]
    truth = yt[..., 0].astype(float)
    reference = predictive(family, xc[..., 0], yc[..., 0], xt[..., 0]).log_density(truth)
    return Round(f"n{context}", xc, yc, xt, yt, reference, log_normal(truth, 0.0, 1.0))


def of_images(
    images: Images, known: Marginals, order: str, context: int, functions: int, targets: int, rng: np.random.Generator
) -> Round:
    """order: "random", or "ordered": the first pixels, row by row. The targets are a random part of the others."""
    values = images.test[rng.permutation(len(images.test))[:functions]].reshape(-1, images.places.shape[0])
    pixels = np.stack([chosen_pixels(order, context, values.shape[1], rng) for _ in values])[:, : context + targets]
    y = np.take_along_axis(values, pixels, axis=1)
    x, seen = images.places[pixels].astype(np.float32), y[..., None].astype(np.float32)
    reference = known.log_density(pixels[:, context:], y[:, context:])
    return Round(
        f"{order}_{context}",
        x[:, :context],
        seen[:, :context],
        x[:, context:],
        seen[:, context:],
        reference,
        np.zeros_like(reference),
    )


def chosen_pixels(order: str, context: int, pixels: int, rng: np.random.Generator) -> np.ndarray:
    """All pixels' numbers, those of the context first."""
    if order == "random":
        return rng.permutation(pixels)
    return np.concatenate([np.arange(context), context + rng.permutation(pixels - context)])
