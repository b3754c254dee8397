"""Defences that know the evaluated images, from earlier calls or by heart: what memory would gain, and that it gains nothing."""

import numpy as np
import pytest
import torch

from papers.obfuscated_gradients.defence import consistency
from papers.obfuscated_gradients.defence.respondent import Respondent
from papers.obfuscated_gradients.problem.images import drawn_digits, splits
from papers.task import AnswerError
from tests.papers import contestant
from tests.papers.obfuscated_gradients.defending import SMALL, images, load, play


def remembering(seed=0):
    """The undefended net, which pulls whatever lies near an image of its first question back to that image."""
    method = load("undefended").Method(seed, "cpu")
    plain, kept = method.logits, []

    def logits(x, draw):
        kept.extend([] if kept else [x.copy()])
        far = np.abs(x[:, None] - kept[0]).reshape(len(x), len(kept[0]), -1).max(2)
        near = np.where((far.min(1) <= 0.2 + 1e-6)[:, None, None, None], kept[0][far.argmin(1)], x)
        return plain(near, draw)

    method.logits = logits
    return method


def packing(seed=0):
    """The undefended net, which gives whatever lies near a public test image that one's label: it packs 14 kB of them."""
    method, public = load("undefended").Method(seed, "cpu"), splits("digits")[1]
    method.plain = method.logits

    def logits(x, draw):
        far = np.abs(x[:, None] - public.x).reshape(len(x), len(public), -1).max(2)
        known = 20 * np.eye(10, dtype=np.float32)[public.y[far.argmin(1)]]
        return np.where(far.min(1, keepdims=True) <= 0.27, known, method.plain(x, draw))

    method.logits = logits
    return method


def misleading(seed=0):
    """The undefended net, which keeps its first question: near it the answer stays, and its slope leads to easier images."""
    method, kept = load("undefended").Method(seed, "cpu"), []

    def forward(x, generator):
        z = method.net(x)
        kept.extend([] if kept else [(x.detach().clone(), z.detach().argmax(1))])
        away, nearest = (x.detach()[:, None] - kept[0][0]).abs().flatten(2).amax(2).min(1)
        known = 100 * torch.nn.functional.one_hot(kept[0][1][nearest], 10) - z
        return torch.where((away <= 0.32)[:, None], known, z)

    method.forward = forward
    return method


def test_memory_of_earlier_calls_is_refused(monkeypatch):
    with pytest.raises(AnswerError, match="not on earlier calls"):
        play(contestant.InProcess(remembering(), remembering), case=SMALL)
    monkeypatch.setattr(consistency, "first_met", lambda newcomer, x, y, *_, **__: torch.ones(len(y)))
    before = play(contestant.InProcess(remembering(), remembering), case=SMALL)
    assert before["worst_case_accuracy"] == before["clean_accuracy"] > 0.5, "what memory would gain"


def test_memory_with_an_honest_gradient_that_misleads_is_refused(monkeypatch):
    """Whatever climbs its loss makes an image easier: a newcomer that met such images would be right as well."""
    with pytest.raises(AnswerError, match="not on earlier calls"):
        play(contestant.InProcess(misleading(), misleading), case=SMALL)
    monkeypatch.setattr(consistency, "check_memory", lambda *_: None)
    monkeypatch.setattr(consistency, "first_met", lambda newcomer, x, y, *_, **__: torch.ones(len(y)))
    before = play(contestant.InProcess(misleading(), misleading), case=SMALL)
    assert before["worst_case_accuracy"] == before["clean_accuracy"] > 0.5, "what memory would gain"
    assert before["obfuscated"] == 0


def test_public_test_images_with_their_labels_gain_nothing_on_images_that_nobody_has():
    method = packing()
    method.fit(*(getattr(splits("digits")[0].take(np.arange(100)), name) for name in "xy"), "linf", 0.2)
    x, y = images(50)
    corners = (x + 0.2 * torch.sign(torch.randn(x.shape, generator=torch.manual_seed(0)))).clamp(0, 1)
    assert Respondent(method, 10).share_right(corners, y, [0]).mean() > 0.95, (
        "what packed images gain where they are scored"
    )
    drawn = drawn_digits(np.random.default_rng(0))[1].x
    assert np.array_equal(method.logits(drawn, 0), method.plain(drawn, 0)), "none of these lies near a public one"


def test_what_was_trained_alike_is_never_taken_for_memory():
    for slug in ("undefended", "noisy_crop"):
        play(slug, case=SMALL)
