"""Digits that nobody has: as hard as handwritten ones, never the same twice, drawn in no time."""

import time

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from papers import digits
from papers.data import dataset

LEARNT = 1000


def drawn(seed, count=1800, side=8):
    return digits.draw(np.random.default_rng(seed), count, side)


def network(x, y):
    """A small convolutional net, trained for 20 epochs; what it answers for images (n, 8, 8)."""
    torch.manual_seed(0)
    net = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    images, labels = torch.tensor(x, dtype=torch.float32)[:, None], torch.tensor(y)
    optimiser = torch.optim.Adam(net.parameters(), 2e-3)
    for _ in range(20):
        for rows in torch.randperm(len(x)).split(50):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(images[rows]), labels[rows]).backward()
            optimiser.step()
    with torch.no_grad():
        return lambda x: net(torch.tensor(x, dtype=torch.float32)[:, None]).argmax(1).numpy()


def linear(x, y):
    model = LogisticRegression(max_iter=300).fit(x.reshape(len(x), -1), y)
    return lambda x: model.predict(x.reshape(len(x), -1))


def neighbour(x, y):
    model = KNeighborsClassifier(1).fit(x.reshape(len(x), -1), y)
    return lambda x: model.predict(x.reshape(len(x), -1))


def handwritten():
    arrays = dataset("digits")
    order = np.random.default_rng(0).permutation(len(arrays["label"]))
    return arrays["x"].reshape(-1, 8, 8)[order] / 16, arrays["label"][order]


@pytest.mark.parametrize("learner", [linear, neighbour, network], ids=lambda learner: learner.__name__)
def test_a_learner_does_about_as_well_as_on_handwritten_digits(learner):
    accuracies = []
    for x, y in (drawn(0), handwritten()):
        predict = learner(x[:LEARNT], y[:LEARNT])
        accuracies.append((predict(x[LEARNT:]) == y[LEARNT:]).mean())
    ours, theirs = accuracies
    assert abs(ours - theirs) < 0.03, f"{ours:.3f} of what is drawn, {theirs:.3f} of what people wrote"


def test_what_was_learnt_from_one_seed_holds_for_another():
    predict = linear(*(part[:LEARNT] for part in drawn(0)))
    x, y = drawn(1)
    assert 0.93 < (predict(x) == y).mean() < 0.99


@pytest.mark.parametrize("side", [8, 28])
def test_images_are_what_they_say(side):
    x, y = drawn(3, 200, side)
    assert (x.shape, x.dtype, y.dtype) == ((200, side, side), np.float32, np.int64)
    assert x.min() == 0
    assert x.max() <= 1
    assert (np.bincount(y) == 20).all()
    assert 0.05 < x.mean(axis=(1, 2)).min() < x.mean(axis=(1, 2)).max() < 0.5, "strokes on paper"


def test_a_seed_gives_the_same_images_and_another_gives_others():
    (x, y), (again, labels) = drawn(5, 300), drawn(5, 300)
    assert np.array_equal(x, again)
    assert np.array_equal(y, labels)
    assert not np.array_equal(x, drawn(6, 300)[0])


def test_no_image_is_nearly_another_neither_within_a_seed_nor_across():
    one, other = (drawn(seed, 1000)[0].reshape(1000, -1) for seed in (7, 8))
    across, within = cdist(one, other), cdist(one, one) + 9 * np.eye(1000)
    typical = np.median(across.min(axis=1))
    assert typical > 0.5
    for distances in (across, within):
        assert distances.min() > 0.2 * typical


def test_a_larger_picture_shows_the_same_hand():
    """Each pixel is the share that the ink covers: the mean over a block of a fine picture is the pixel of a coarse one."""
    (fine, _), (coarse, _) = drawn(9, 50, 56), drawn(9, 50, 8)
    shrunk = fine.reshape(50, 8, 7, 8, 7).mean(axis=(2, 4))
    assert min(np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(shrunk, coarse, strict=True)) > 0.95


def test_drawing_takes_less_than_a_second():
    start = time.process_time()
    drawn(10, 1800)
    assert time.process_time() - start < 1


def test_a_spline_goes_through_its_control_points_and_reproduces_lines():
    for closed, count in ((False, 5), (True, 6)):
        segments = 12 * (count if closed else count - 1)
        weights = digits.catmull_rom(count, segments, closed=closed)
        assert weights.sum(axis=1) == pytest.approx(1)
        assert weights[::12][:count] == pytest.approx(np.eye(count))
    inner = slice(12, -12)
    straight = np.column_stack([np.arange(5), 2.0 * np.arange(5)])
    on_line = digits.catmull_rom(5, 48, closed=False) @ straight
    assert on_line[inner, 1] == pytest.approx(2 * on_line[inner, 0])
    assert on_line[inner, 0] == pytest.approx(np.linspace(0, 4, 49)[inner])


def test_the_ink_of_a_straight_stroke_is_its_area():
    start, end = np.full((1, digits.SEGMENTS, 2), -0.2), np.full((1, digits.SEGMENTS, 2), -0.2)
    end[..., 0] = 0.2  # a horizontal stroke, .4 long and .2 wide, with round ends
    share = digits.ink(start, end, np.full((1, digits.SEGMENTS), 0.1), 64)
    area = share.sum() / 64**2 / digits.FILL**2
    assert area == pytest.approx(0.4 * 0.2 + np.pi * 0.1**2, rel=0.02)
