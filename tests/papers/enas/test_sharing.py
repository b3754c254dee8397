"""Shared weights, the exhaustive tables of the digits and the command that makes them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from papers.data import DataError, dataset
from papers.enas.make import build
from papers.enas.problem import cifar, digits, space, supernet, trainings
from papers.enas.problem.network import Network, choices_of, every_choice
from papers.enas.problem.sources import PUBLIC_SECRET, Digits
from papers.enas.problem.supernet import Supernet
from papers.enas.problem.trainings import Trainings
from papers.task import AnswerError
from tests.papers.enas.searching import CASES, Asking, Kept, load, play, seed
from tests.papers.recorded import Recorded

ROOT = Path(__file__).resolve().parents[3]
PUBLIC = "digits/cell3-public"
CHILDREN = np.array([[3, 1, 2], [4, 2, 3], [1, 0, 2], [2, 2, 2], [0, 3, 1]])


@pytest.fixture
def world():
    return digits.World.draw(np.random.default_rng(0))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_CACHE", str(tmp_path))
    return tmp_path


def alone(network, arch, copy=0):
    """A stand-alone network of ordinary layers with the same weights: a second implementation, for cells of 3 nodes."""

    def normed(part):
        conv = nn.Conv2d(part.weight.shape[1], part.weight.shape[0] // part.copies, part.weight.shape[-1], bias=False)
        conv.stride, conv.padding = (part.stride,) * 2, (part.weight.shape[-1] // 2,) * 2
        wide = conv.out_channels
        norm = nn.BatchNorm2d(wide).double()
        mine = slice(copy * wide, (copy + 1) * wide)
        conv.weight.data, norm.weight.data = part.weight.data[mine], part.scale.data[mine]
        norm.bias.data = part.shift.data[mine]
        return nn.Sequential(conv, norm)

    def operation(cell, edge):
        code = arch[edge]
        if code in (2, 3):
            return nn.Sequential(nn.ReLU(), normed(cell.operations[f"{edge}-{code}"]))
        return {0: lambda x: 0 * x, 1: nn.Identity(), 4: nn.AvgPool2d(3, 1, 1, count_include_pad=False)}[code]

    def cell(part, x):
        middle = operation(part, 0)(x) if arch[0] else None
        out = operation(part, 1)(x)
        return out if middle is None or not arch[2] else out + operation(part, 2)(middle)

    def forward(x):
        x = cell(network.cells[0], normed(network.stem)(x))
        x = cell(network.cells[1], normed(network.reductions[0])(torch.relu(x)))
        return torch.relu(x).mean((2, 3)) @ network.head[copy] + network.bias[copy]

    return forward


@pytest.mark.parametrize("arch", CHILDREN, ids=str)
def test_a_child_of_shared_weights_equals_the_network_of_its_own(arch, world):
    torch.manual_seed(0)
    network = Network(3, choices=every_choice(3), channels=4).double()
    x = world.train[0][:16].double()
    with torch.no_grad():
        assert (network(x, arch)[:, 0] - alone(network, arch)(x)).abs().max() < 1e-10


def test_copies_side_by_side_are_networks_of_their_own(world):
    torch.manual_seed(0)
    arch = np.array([3, 1, 2])
    network = Network(3, choices=choices_of(arch, 3), channels=4, copies=3).double()
    x = torch.stack([world.train[0][16 * i : 16 * (i + 1), 0] for i in range(3)], dim=1).double()
    with torch.no_grad():
        together = network(x, arch)
        for copy in range(3):
            assert (together[:, copy] - alone(network, arch, copy)(x[:, copy : copy + 1])).abs().max() < 1e-10


@pytest.mark.parametrize("arch", CHILDREN, ids=str)
def test_the_gradient_of_the_shared_loss_equals_finite_differences(arch, world):
    torch.manual_seed(1)
    network = Network(3, choices=every_choice(3), channels=4).double()
    x, y = world.train[0][:8].double(), world.train[1][:8]

    def loss():
        return nn.functional.cross_entropy(network(x, arch)[:, 0], y)

    loss().backward()
    rng = np.random.default_rng(0)
    moved = [(p, int(rng.integers(p.numel()))) for p in network.parameters() if p.grad is not None]
    for parameter, place in moved:
        flat, step = parameter.data.view(-1), 1e-6
        kept = float(flat[place])
        with torch.no_grad():
            flat[place] = kept + step
            up = float(loss())
            flat[place] = kept - step
            down = float(loss())
            flat[place] = kept
        assert abs((up - down) / (2 * step) - float(parameter.grad.view(-1)[place])) < 1e-5


def test_a_step_leaves_the_weights_of_other_children_alone(world):
    net = Supernet(supernet.of_digits(world), nodes=3, rng=np.random.default_rng(0))
    before = {name: value.clone() for name, value in net.network.named_parameters()}
    net.share(np.array([[1, 0, 2]] * 3))
    changed = {name for name, value in net.network.named_parameters() if not torch.equal(value, before[name])}
    assert {name for name in changed if "operations" in name} == {
        f"cells.{cell}.operations.2-2.{part}" for cell in (0, 1) for part in ("weight", "scale", "shift")
    }


def test_sharing_learns_and_repeats_with_its_seed(world):
    def run():
        net = Supernet(supernet.of_digits(world), nodes=3, rng=np.random.default_rng(0))
        losses, _ = net.share(np.array([[3, 1, 2]] * 60))
        return losses, net.score(CHILDREN), net.probe(CHILDREN)

    losses, scored, probed = run()
    assert losses[-10:].mean() < 0.5 * losses[:10].mean()
    assert scored[0] > 0.5
    assert ((scored >= 0) & (scored <= 1) & (probed >= 0) & (probed <= 1)).all()
    again = run()
    assert all((a == b).all() for a, b in zip((losses, scored, probed), again, strict=True))


def test_shared_questions_are_charged_by_passes():
    cells = np.zeros((10, 3), np.int64)
    method = Asking([{"do": kind, "arch": cells} for kind in ("share", "probe", "score")], np.zeros(3, np.int64))
    play(PUBLIC, method)
    mean = method.space["mean_cost_h"]
    assert method.space["share"] is True
    assert method.space["budget_h"] == pytest.approx(30 * mean)
    for reply, passes in zip(method.replies, (96, 64, 700), strict=True):
        assert reply["cost_h"] == pytest.approx(10 * passes / 8640 * mean)
    assert method.replies[0]["loss"].shape == (10,)


def test_a_shorter_training_costs_its_part():
    arch = np.array([3, 1, 2])
    method = Asking([{"do": "train", "arch": arch, "epochs": e} for e in (2, 5, 10)], arch)
    assert play(PUBLIC, method)["trainings"] == pytest.approx(1.7)
    costs = [reply["cost_h"] for reply in method.replies]
    assert np.array(costs) / costs[-1] == pytest.approx([0.2, 0.5, 1])


@pytest.mark.parametrize("arch", [np.zeros((65, 3), np.int64), np.zeros(3, np.int64), np.zeros((0, 3), np.int64)])
def test_too_many_children_or_none_are_the_authors_error(arch):
    with pytest.raises(AnswerError):
        play(PUBLIC, Asking([{"do": "share", "arch": arch}], np.zeros(3, np.int64)))


def test_the_public_table_knows_its_optimum():
    table = Trainings.of(dataset("digits_cell3")).table(1.5)
    assert table.feasible.sum() == 112
    assert table.regret(table.best) == 0
    too_large = int(space.number(np.array([3, 3, 3])))
    assert not table.feasible[too_large]
    assert table.worth(too_large) == 0.1
    told = table.certificate()
    assert told["sha256"].startswith("307c185a7a11ff92")
    assert (told["tied with it"], told["cells"]) == (25, 112)


def test_the_public_table_is_as_exact_as_a_table_of_eight_trainings_can_be():
    done = Trainings.of(dataset("digits_cell3"))
    halves = done.tested[:, :4].mean(axis=1), done.tested[:, 4:].mean(axis=1)
    assert spearmanr(*halves).statistic > 0.9
    assert spearmanr(done.validated[:, -1].mean(axis=1), done.tested.mean(axis=1)).statistic > 0.97


def test_without_the_cap_convolutions_everywhere_are_the_answer():
    table = Trainings.of(dataset("digits_cell3")).table()
    assert table.ties()[int(space.number(np.array([3, 3, 3])))]


def test_the_committed_table_is_what_the_command_makes(world):
    """One function of the public world trained again: the same accuracies to a few images of 797."""
    done, again = Trainings.of(dataset("digits_cell3")), Trainings.empty(3)
    public = digits.World.draw(np.random.default_rng(list(PUBLIC_SECRET)))
    trainings.learn(again, public, 17, PUBLIC_SECRET)
    assert np.abs(again.tested[17] - done.tested[17]).max() < 0.02


def test_a_table_is_made_in_parts_and_every_function_comes_out_the_same(cache):
    secret = b"a secret of a test"
    path = trainings.path_of(secret, 3)
    assert secret.hex() not in path.name
    first = trainings.build(secret, 3, progress=lambda *_: None, most=2)
    assert len(first.waiting) == 58
    assert trainings.read_complete(secret, 3) is None
    second = trainings.build(secret, 3, progress=lambda *_: None, most=1)
    assert len(second.waiting) == 57
    assert np.array_equal(first.tested[:2], second.tested[:2])
    fresh = Trainings.empty(3)
    trainings.learn(fresh, digits.World.draw(np.random.default_rng(list(secret))), 1, secret)
    assert np.array_equal(fresh.tested[1], second.tested[1])


def test_a_slice_of_cell4_is_made_by_the_command(cache, capsys):
    assert build.main(["cell4", "--seed-key", "ab" * 32, "--most", "1"]) == 0
    assert "1 of 5773 functions trained" in capsys.readouterr().out
    secret = build.site_secret(bytes.fromhex("ab" * 32), 4, 0)
    assert trainings.path_of(secret, 4).exists()


def test_the_command_and_a_play_find_the_same_world(cache):
    key = bytes.fromhex("cd" * 32)
    play_seed = seed(0).__class__(5, b"any", b"any", seed(0).site_of(key))
    assert Digits(3, worlds=4).secret(play_seed) == build.site_secret(key, 3, 1)


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_keeps_what_is_done(cache, word):
    words = ["cell3", "--seed-key", "ab" * 32]
    assert build.main([*words, "--most", "2"]) == 0
    (path,), (lock,) = ((cache / "enas").glob(kind) for kind in ("*.npz", "*.lock"))
    lock.unlink()
    words = [sys.executable, "-m", "papers.enas.make.build", *words]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            _wait(lock.exists)  # it is at work
            process.send_signal(word)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode != 0
    assert "the same command goes on" in said
    done = Trainings.read(path)
    assert 2 <= len(done.seconds) - len(done.waiting) < 60


def _wait(look, seconds=200):
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


def test_a_cell4_case_without_its_table_says_how_to_make_it(cache):
    with pytest.raises(DataError, match=r"papers\.enas\.make\.build cell4"):
        play("digits/cell4-small", Asking([], np.zeros(6, np.int64)))


@pytest.mark.slow
def test_a_private_world_is_made_on_first_use_and_then_found(cache, monkeypatch):
    # Four of the eight copies and three of the ten epochs: this is about keeping, not about precision.
    monkeypatch.setattr(trainings, "COPIES", 4)
    monkeypatch.setattr(digits, "EPOCHS", 3)
    monkeypatch.setattr(digits, "LOOKS", (1, 2, 3))
    monkeypatch.setattr(digits, "STEPS", 27)
    told = Kept()
    start = time.process_time()
    first = play("digits/cell3-small", "random_search", report=told)
    made = time.process_time() - start
    start = time.process_time()
    assert play("digits/cell3-small", "random_search")["regret"] == first["regret"]
    assert time.process_time() - start < made / 10
    assert first["regret"] >= 0
    assert "graph" not in told.told, "a picture of a private world's cells would teach it to its author"
    assert {path.stat().st_mode & 0o077 for path in (cache / "enas").glob("*.npz")} == {0}


def test_an_untrained_supernet_fails_and_a_trained_one_ranks():
    recorded, case = Recorded("architecture_search"), "digits/cell4-raced"
    assert recorded.mean("rsws", "regret", case) < recorded.mean("untrained_supernet", "regret", case) / 2
    assert abs(recorded.mean("untrained_supernet", "kendall_tau", case)) < 0.2
    assert 0.25 < recorded.mean("rsws", "kendall_tau", case) < 0.8


def started(slug):
    method = load(slug).Method(0, "cpu")
    method.start({"edges": 3, "ops": 5, "share": True, "budget_h": 1.0, "max_size": 1.5})
    return method


def test_the_controller_of_enas_never_forgets_an_operation():
    """Logits of C tanh(z) with C = .44: no operation is more than e^2C = 2.41 times as likely as another."""
    method = started("enas")
    with torch.no_grad():
        method.controller.logits.weight.mul_(1e4)  # as sure as it can become
        first = np.bincount(method.draw(20_000)[:, 0], minlength=5) / 20_000
    assert first.min() > 0.09
    assert first.max() / first.min() == pytest.approx(np.exp(0.88), rel=0.1)


def test_biased_enas_finds_the_convolutions_by_size_and_favours_them_as_the_formula_says():
    method = started("enas_bias")
    asked = method.ask()
    assert asked["do"] == "probe"
    assert (asked["arch"] == np.arange(5)[:, None]).all()
    method.tell({"acc": np.zeros(5), "size": np.array([0, 3, 0, 1 / 3, 0]), "left_h": 1.0})
    method.ask()
    odds = np.exp(0.44 + 2 * 0.25)
    with torch.no_grad():
        share = np.isin(method.draw(20_000), [1, 3]).mean()
    assert share == pytest.approx(2 * odds / (2 * odds + 3), abs=0.02)


def test_enas_trains_weights_of_all_children_and_answers_a_good_cell():
    """A seed on which the controller, with logits up to 1.1, dropped convolutions and ended 17 points below the best cell."""
    assert play(PUBLIC, "enas", index=2, budget=8)["regret"] < 6


def test_the_sampled_gradient_of_reinforce_agrees_with_the_enumerated_one():
    """On cell3 with the table as reward: E[(R - b) grad log pi] over 20,000 draws, within 3 standard errors."""
    truth = Trainings.of(dataset("digits_cell3")).table().truth
    archs = space.encodings(3)
    method = load("reinforce").Method(0, "cpu")
    method.start({"edges": 3, "ops": 5})
    method.logits = np.random.default_rng(0).normal(size=(3, 5))
    pi = method.policy()
    probability = np.prod(pi[np.arange(3), archs], axis=1)
    score = np.stack([(arch[:, None] == np.arange(5)) - pi for arch in archs])
    exact = np.einsum("n,n,neo->eo", probability, truth, score)
    drawn = space.number(np.array([method.draw() for _ in range(20_000)]))
    sampled = (truth[drawn] - truth @ probability)[:, None, None] * score[drawn]
    error = sampled.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(sampled.mean(axis=0) - exact) < 3.5 * error).all()


def test_the_public_case_is_shown_and_private_ones_are_not():
    for public, private in ((PUBLIC, "digits/cell3-small"), ("digits/cell4-public", "digits/cell4-raced")):
        assert CASES["full"][public].params.is_shown
        assert not CASES["full"][public].ranked
        assert not CASES["full"][private].params.is_shown


def test_a_supernet_of_colour_images_has_three_stages_and_learns():
    """The network of the CIFAR-10 case on images made here; the pictures themselves are no part of the quick tests."""
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.integers(10, size=256))
    prototypes = torch.from_numpy(rng.normal(size=(10, 3, 32, 32)).astype(np.float32))
    pictures = prototypes[labels] + 0.5 * torch.from_numpy(rng.normal(size=(256, 3, 32, 32)).astype(np.float32))
    recipe = supernet.Recipe((pictures, labels), (pictures[:64], labels[:64]), 16, 32, 32, cifar.PASSES, cifar.STAGES)
    net = Supernet(recipe, nodes=4, rng=rng)
    child = np.array([[3, 1, 2, 1, 0, 3]])
    losses = np.concatenate([net.share(child)[0] for _ in range(12)])
    assert losses[-3:].mean() < losses[0] / 2
    assert len(net.network.cells) == 3


def test_pictures_are_standardised_channel_by_channel():
    x = cifar.standardise(np.full((2, 32, 32, 3), 128, np.uint8))
    assert x.shape == (2, 3, 32, 32)
    assert x[0, 0, 0, 0] == pytest.approx((128 / 255 - 0.4913) / 0.2452, abs=1e-5)
