"""What a play shows of itself: samples and training points, nothing hidden."""

import numpy as np

from papers.playing import Report
from papers.wgan_ts.generation.scoring import distances_to_nearest
from papers.wgan_ts.problem.sources import Source

POINTS, SIDE = 400, 8  # points of each group; images a side of the grid


def show_samples(report: Report, source: Source, samples: np.ndarray) -> None:
    """Samples over training points, or in a grid; and how near they come to training and hidden points."""
    if source.shape:
        report.image("Samples", grid_of_images(samples[: SIDE**2], source.shape))
    else:
        groups = {"data": source.train[:POINTS], "samples": samples[:POINTS]}
        report.points("Samples over training data", groups)
    size = min(len(source.train), len(source.hidden))
    share = np.linspace(0.01, 0.99, 41)
    near = {"training": source.train[:size], "hidden": source.hidden[:size]}
    report.curve(
        "Distance to the nearest point",
        share,
        {name: np.quantile(distances_to_nearest(samples, points), share) for name, points in near.items()},
        x_label="share of samples",
        y_label="L1 distance",
    )


def grid_of_images(images: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Images in a square grid with lines between them, enlarged: (k, h w) -> pixels in [0, 1]."""
    height, width = shape
    side = int(np.sqrt(len(images)))
    tiles = images[: side**2].reshape(side, side, height, width)
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=0.5)
    pixels = framed.transpose(0, 2, 1, 3).reshape(side * (height + 1), side * (width + 1))
    return np.kron(pixels, np.ones((max(1, 32 // height),) * 2))
