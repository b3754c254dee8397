"""The victims and their stages."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from papers.obfuscated_gradients import kit
from papers.obfuscated_gradients.kit.stages import Jpeg, NoisyCrop, Prune, ResizePad
from papers.obfuscated_gradients.kit.victims import VICTIMS
from papers.obfuscated_gradients.problem import recipes
from papers.obfuscated_gradients.problem.victims import load_weights
from tests.papers.obfuscated_gradients.attacking import generator, images, victim


@pytest.mark.parametrize("name", [name for name in VICTIMS if not name.startswith(("mnist", "fashion"))])
def test_a_committed_victim_answers(name):
    shape = (2, 3, 32, 32) if "cifar" in name else (2, 1, 8, 8)
    assert victim(name)(torch.rand(shape, generator=generator()), generator()).shape == (2, 10)


def test_the_jpeg_stage_does_what_a_jpeg_library_does():
    rng = np.random.default_rng(0)
    walk = np.clip(np.cumsum(20 * rng.standard_normal((32, 32)), axis=1) + 128, 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(walk).save(file, "JPEG", quality=75)
    reference = np.asarray(Image.open(file), float)
    ours = Jpeg(75)(torch.tensor(walk[None, None] / 255).float())[0, 0].numpy() * 255
    assert np.abs(ours - reference).mean() < 0.5 < np.abs(reference - walk).mean()


def test_the_jpeg_stage_treats_colour_as_a_jpeg_library_does():
    rng = np.random.default_rng(0)
    walk = np.clip(np.cumsum(20 * rng.standard_normal((32, 32, 3)), axis=1) + 128, 0, 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(walk).save(file, "JPEG", quality=75, subsampling=0)
    reference = np.asarray(Image.open(file), float)
    ours = Jpeg(75)(torch.tensor(walk / 255).permute(2, 0, 1)[None].float())[0].permute(1, 2, 0).numpy() * 255
    assert np.abs(ours - reference).mean() < 1 < np.abs(reference - walk).mean()


@pytest.mark.parametrize(
    "stage", [NoisyCrop(pad=2, noise=0.1), ResizePad(smallest=0.7), Prune(0.5)], ids=["noisy crop", "resize", "prune"]
)
def test_a_random_stage_repeats_with_its_generator_only(stage):
    x, _ = images(20)
    first, again = (stage(x, generator()) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, stage(x, torch.Generator().manual_seed(1)))
    assert first.shape == x.shape


def test_pruning_keeps_the_mean_and_what_is_large():
    x = torch.tensor([[4.0, 2.0, 1.0, -1.0, 0.0]]).repeat(20_000, 1)
    kept = Prune(share=1.0)(x, generator())
    q = 1 - (1 - x[0].abs() / 8) ** 5
    assert torch.allclose((kept != 0).float().mean(0), q, atol=0.02)
    assert torch.allclose(kept.mean(0), x[0], atol=0.05)


def test_pruning_shares_the_weights_of_the_plain_net():
    x, _ = images(4)
    net = victim("pruned")
    for stage in net.stages:
        if isinstance(stage, Prune):
            stage.share = 1e6
    assert torch.allclose(net(x, generator()), victim("plain")(x), atol=1e-4)


def test_the_unrolled_loop_ends_where_the_loop_does():
    x, _ = images(5)
    projection = victim("projection").stages[0]
    assert torch.allclose(projection.encode(x, unrolled=True), projection.encode(x), atol=1e-5)


def test_weights_of_another_number_are_refused():
    with pytest.raises(ValueError, match="has 650 weights, got 3"):
        kit.build("linear", np.zeros(3, np.float32))


def test_training_repeats_bit_for_bit_and_gives_about_the_committed_weights():
    first, again = (recipes.digits_victim("linear", None) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.abs(first - load_weights("linear")).max() < 0.01  # committed as float16, maybe on another machine
