"""LSUV: orthogonal rows of the flattened kernel, then each layer scaled until what goes into its unit has variance 1.

Layer by layer, on images where they are given, else on Gaussian noise. Source: Mishkin and Matas (2016), algorithm 1.
Departs from it: one division a layer, which is exact, since the scale is the only thing that changes and there is no bias.
"""

import numpy as np

BATCH = 8
TARGET = 1.0


class Method:
    def __init__(self, seed: int, device: str):
        self.rng = np.random.default_rng(seed)

    def init(self, spec: dict) -> tuple:
        shape = (BATCH, spec["height"] * spec["width"], spec["channels"])
        return self.scaled(spec, self.rng.normal(size=shape))

    def init_with_data(self, spec: dict, x) -> tuple:
        """Images go through a random stem like the one before the hidden layers: every second pixel and those around it."""
        around = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        rows, columns = x.shape[2:]
        taps = [around[:, :, r : r + rows : 2, c : c + columns : 2] for r in range(3) for c in range(3)]
        pixels = np.concatenate(taps, axis=1).transpose(0, 2, 3, 1).reshape(len(x), -1, 9 * x.shape[1])
        stem = self.rng.normal(0, 1 / np.sqrt(pixels.shape[-1]), (pixels.shape[-1], spec["channels"]))
        return self.scaled(spec, unit_of(spec)(pixels @ stem))

    def scaled(self, spec: dict, x) -> tuple:
        """x: (batch, pixels, C), what goes into the first layer."""
        depth, channels = spec["depth"], spec["channels"]
        q, _ = np.linalg.qr(self.rng.normal(size=(depth, 9 * channels, channels)))  # rows: tap by tap, channels within
        near, phi = neighbours(spec["height"], spec["width"]), unit_of(spec)
        for layer in range(depth):
            z = x[:, near].reshape(-1, 9 * channels) @ q[layer]
            scale = np.sqrt(TARGET / z.var())
            q[layer] *= scale
            x = phi(scale * z).reshape(x.shape)
        weight = q.reshape(depth, 3, 3, channels, channels).transpose(0, 4, 3, 1, 2)
        return weight.astype(np.float32), np.zeros((depth, channels), np.float32), 1.0


def unit_of(spec: dict):
    return np.tanh if spec["activation"] == "tanh" else (lambda z: np.maximum(z, 0))


def neighbours(height: int, width: int):
    """The nine pixels around each one, the map closed to a torus: (height width, 9)."""
    rows, columns = np.divmod(np.arange(height * width), width)
    steps = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return np.stack([(rows + r) % height * width + (columns + c) % width for r, c in steps], axis=1)
