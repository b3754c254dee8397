"""A Gaussian process with an RBF kernel of variance 1 whose length (and, on images, noise) comes from a grid.

Curves: for each context anew, the length of highest evidence, or all of them weighted by evidence. Images: residuals from the
training images' mean, by the length and noise of highest evidence on training images.
"""

import numpy as np

LENGTHS = (0.05, 0.08, 0.12, 0.17, 0.22, 0.28, 0.34, 0.4, 0.5, 0.62, 0.8, 1.1, 1.5)
IS_AVERAGED = False  # over the lengths, by evidence; else the best one
NOISE = 0.02  # of curves, as their laws have it
IMAGE_LENGTHS = (0.05, 0.08, 0.12, 0.17, 0.25, 0.4)
IMAGE_NOISES = (0.1, 0.2, 0.35, 0.6)
IMAGE_CONTEXT, IMAGE_COUNT = 40, 64


class Method:
    def __init__(self, seed, device):
        self.rng = np.random.default_rng(seed)
        self.images = None

    def fit(self, task):
        self.kernels = [(length, NOISE) for length in LENGTHS]
        if task["kind"] == "images":
            self.images = task["images"][..., 0].astype(float)
            self.mean = self.images.mean(axis=0)
            self.scale = self.images.std(axis=0) + 0.02
            self.kernels = [self.best_on_images()]

    def best_on_images(self):
        """The length and noise of highest evidence, in sum over training images."""
        h, w = self.mean.shape
        count, points = min(IMAGE_COUNT, len(self.images)), min(IMAGE_CONTEXT, h * w)
        chosen = self.rng.permutation(len(self.images))[:count]
        pixels = np.stack([self.rng.permutation(h * w)[:points] for _ in chosen])
        x = np.stack([(pixels // w + 0.5) / h, (pixels % w + 0.5) / w], axis=2)
        y = np.take_along_axis(((self.images[chosen] - self.mean) / self.scale).reshape(count, -1), pixels, axis=1)
        grid = [(length, noise) for length in IMAGE_LENGTHS for noise in IMAGE_NOISES]
        return max(grid, key=lambda kernel: posterior(*kernel, x, y, x[:, :1])[2].sum())

    def predict(self, xc, yc, xt):
        xc, yc, xt = xc.astype(float), yc[..., 0].astype(float), xt.astype(float)
        if self.images is not None:
            place_c, place_t = self.places(xc), self.places(xt)
            yc = (yc - self.mean[place_c]) / self.scale[place_c]
        parts = [posterior(length, noise, xc, yc, xt) for length, noise in self.kernels]
        mean, variance = combined(parts)
        deviation = np.sqrt(variance)
        if self.images is not None:
            mean, deviation = self.mean[place_t] + self.scale[place_t] * mean, self.scale[place_t] * deviation
        return mean[..., None], deviation[..., None]

    def places(self, x):
        return tuple((x * self.mean.shape).astype(int).transpose(2, 0, 1))


def posterior(length, noise, xc, yc, xt):
    """Mean and variance (noise included) of the targets, each (B, m), and the context's log evidence (B,)."""
    n = xc.shape[1]
    K = rbf(xc, xc, length)
    K[:, np.arange(n), np.arange(n)] += noise**2
    L = np.linalg.cholesky(K)
    solved = np.linalg.solve(L, np.concatenate([rbf(xc, xt, length), yc[..., None]], axis=2))
    v, z = solved[..., :-1], solved[..., -1]
    mean = (v * z[..., None]).sum(axis=1)
    variance = np.maximum(1 - (v**2).sum(axis=1), 0) + noise**2
    evidence = -0.5 * (z**2).sum(axis=1) - np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1)
    return mean, variance, evidence


def rbf(a, b, length):
    square = sum((a[:, :, None, j] - b[:, None, :, j]) ** 2 for j in range(a.shape[2]))
    return np.exp(-0.5 * square / length**2)


def combined(parts):
    """The moments of the mixture by evidence, or of the part that has most of it: each (B, m)."""
    means, variances, evidence = (np.stack(values) for values in zip(*parts, strict=True))
    weights = np.exp(evidence - evidence.max(axis=0))
    if not IS_AVERAGED:
        weights = (evidence == evidence.max(axis=0)).astype(float)
    weights = (weights / weights.sum(axis=0))[..., None]
    mean = (weights * means).sum(axis=0)
    return mean, (weights * (variances + (means - mean) ** 2)).sum(axis=0)
