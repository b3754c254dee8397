"""Cells, their functions and the tables: counts and optima that are known."""

import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from papers.data import dataset
from papers.enas.make.derive_nb201 import columns
from papers.enas.problem import space
from papers.enas.problem.tables import nas_bench_201, smooth_function

SETS = ("cifar10", "cifar100", "imagenet16")


def test_the_numbers_of_functions_are_the_known_ones():
    for nodes, encodings, functions in ((3, 125, 60), (4, 15_625, 5_773)):
        which, first = space.functions(nodes)
        assert len(which) == encodings
        assert len(first) == functions
        assert (which[first] == np.arange(functions)).all()


def test_the_size_cap_leaves_the_known_numbers():
    for nodes, cap, encodings, functions in ((3, 1.5, 112, 50), (4, 2.5, 14_080, 4_902)):
        small = space.conv3_equivalents(space.encodings(nodes)) <= cap
        assert small.sum() == encodings
        assert len(np.unique(space.functions(nodes)[0][small])) == functions


def test_numbers_count_the_encodings():
    assert (space.number(space.encodings(4)) == np.arange(15_625)).all()


@pytest.mark.parametrize(
    ("arch", "text"),
    [
        ([1, 1, 1], "(x+x)"),
        ([3, 0, 1], "3[x]"),
        ([0, 3, 4], "3[x]"),
        ([2, 4, 3], "(3[2[x]]+4[x])"),
        ([0, 0, 3], ""),
    ],
)
def test_a_cell_is_written_as_an_expression(arch, text):
    assert space.canonical(np.array(arch), 3) == text


def test_an_edge_is_live_exactly_when_changing_it_to_none_changes_the_function():
    archs = space.encodings(4)[::37]
    live = space.live(archs, 4)
    for edge in range(6):
        without = archs.copy()
        without[:, edge] = space.NONE
        changed = [space.canonical(a, 4) != space.canonical(b, 4) for a, b in zip(archs, without, strict=True)]
        assert (live[:, edge] == changed).all()


def test_cells_without_a_path_are_exactly_those_at_chance():
    dead = ~space.live(space.encodings(4), 4).any(axis=1)
    assert dead.sum() == 341
    for data, chance, others in (("cifar10", 0.09712, 0), ("cifar100", 0.01, 0), ("imagenet16", 0.008333, 1)):
        at_chance = np.abs(nas_bench_201(data).truth - chance) < 2e-4
        assert at_chance[dead].all()
        assert at_chance[~dead].sum() == others


@pytest.mark.parametrize(
    ("data", "best", "cell", "hours", "tied"),
    [
        ("cifar10", 91.607, 11667, 7934, 26),
        ("cifar100", 73.493, 11668, 15868, 14),
        ("imagenet16", 46.733, 10918, 48143, 69),
    ],
)
def test_the_optimum_of_each_table_is_the_known_one(data, best, cell, hours, tied):
    table = nas_bench_201(data)
    assert table.best == cell
    assert 100 * table.truth[cell] == pytest.approx(best, abs=5e-4)
    assert table.hours.sum() == pytest.approx(hours, rel=1e-3)
    assert table.regret(cell) == 0
    assert table.ties()[cell]
    assert table.ties().sum() == tied


def test_sizes_follow_from_the_operations_but_for_150_cells():
    archs = space.encodings(4)
    expected = 0.073306 + 0.24304 * (archs == 3).sum(axis=1) + 0.028 * (archs == 2).sum(axis=1)
    for data, more in (("cifar10", 0), ("cifar100", 90 * 65e-6), ("imagenet16", 110 * 65e-6)):
        # Dead edges are not counted in the 150 others.
        assert (np.abs(nas_bench_201(data).size - expected - more) < 2e-4).sum() == 15_475


def test_the_three_sets_agree_on_ranks_as_published():
    truth = {data: nas_bench_201(data).truth for data in SETS}
    for a, b, rho in (
        ("cifar10", "cifar100", 0.976),
        ("cifar10", "imagenet16", 0.960),
        ("cifar100", "imagenet16", 0.961),
    ):
        assert spearmanr(truth[a], truth[b]).statistic == pytest.approx(rho, abs=1e-3)


def test_cells_of_one_function_differ_by_the_noise_of_their_runs():
    which, _ = space.functions(4)
    for data, spread in (("cifar10", 0.16), ("cifar100", 0.30), ("imagenet16", 0.32)):
        truth = 100 * nas_bench_201(data).truth
        several = [truth[which == f].std(ddof=1) for f in np.unique(which) if (which == f).sum() > 1]
        assert np.median(several) == pytest.approx(spread, abs=0.02)


def test_a_smooth_function_is_standardised_equal_on_dead_edges_and_mild_between_neighbours():
    value = smooth_function(np.random.default_rng(0), 4)
    archs = space.encodings(4)
    live = space.live(archs, 4)
    connected = live.any(axis=1)
    assert value[connected].std() == pytest.approx(1)
    assert value[connected].mean() == pytest.approx(0, abs=1e-12)
    assert not value[~connected].any()
    assert (value == value[space.number(np.where(live, archs, space.NONE))]).all()
    neighbour = archs.copy()
    neighbour[:, 5] = neighbour[:, 5] % 4 + 1  # another operation on the last edge, none of them `none`
    both = connected & live[:, 5]
    step = value[both] - value[space.number(neighbour[both])]
    assert step.std() < 0.8 * np.sqrt(2), "two unrelated cells differ by the square root of 2"


def test_a_perturbed_table_has_another_optimum_found_by_enumeration():
    plain = nas_bench_201("cifar10")
    places = set()
    for seed in range(8):
        table = plain.perturb(np.random.default_rng(seed), 2.0)
        regrets = [table.regret(cell) for cell in range(0, 15_625, 61)]
        assert min(regrets) >= 0
        assert table.regret(table.best) == 0
        assert np.nanmax(np.abs((table.runs - plain.runs) - (table.truth - plain.truth)[:, None])) < 1e-12
        places.add(table.best)
    assert len(places) == 8
    assert plain.best not in places


def test_the_certificate_names_the_optimum_and_changes_with_the_table():
    told = nas_bench_201("cifar10").certificate()
    assert told["best"] == pytest.approx(91.607, abs=5e-4)
    assert (told["tied with it"], told["cells"]) == (26, 15_625)
    other = nas_bench_201("cifar10").perturb(np.random.default_rng(0), 2.0).certificate()
    assert other["sha256"] != told["sha256"]
    json.dumps(told)


def test_the_derivation_reads_the_packages_format():
    arrays = dataset("nb201")
    cells = {
        "".join(map(str, arch)): {
            "val_acc": [float(v) for v in arrays["cifar10_val_acc"][i] if np.isfinite(v)],
            **{key: [float(arrays[f"cifar10_{key}"][i])] for key in ("train_time", "model_size", "latency")},
        }
        for i, arch in enumerate(arrays["arch"])
    }
    for key, value in columns(cells).items():
        assert np.array_equal(value, arrays[f"cifar10_{key}"], equal_nan=True)
