"""How well the statistics of a board keep what they promise: `python -m tests.benchmarks.calibration`.

Simulates boards whose truth is known and prints tables in Markdown; --write puts them into docs/statistics.md. Every
function of a table returns plain numbers, so that tests can hold them to their bounds.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from runners.standing import ranking, statistics

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
START, END = "<!-- calibration: start -->", "<!-- calibration: end -->"
SEEDS = (3, 5, 10, 20)
ENTRIES = (2, 12, 50, 200)
CASES = 8
EQUAL = 12  # methods of a board on which all are alike


def contaminated(rng, size):
    return rng.normal(size=size) * np.where(rng.random(size) < 0.1, 10, 1) / np.sqrt(0.9 + 0.1 * 100)


def rounded(rng, size):
    return np.round(rng.normal(size=size)) / 1.0397  # the sd of a rounded standard normal


def rare_failure(rng, size):
    return (0.1 - (rng.random(size) < 0.1)) / 0.3


# All have mean 0 and standard deviation 1.
SYMMETRIC = {
    "normal": lambda rng, size: rng.normal(size=size),
    "Laplace": lambda rng, size: rng.laplace(size=size) / np.sqrt(2),
    "Student, 3 df": lambda rng, size: rng.standard_t(3, size=size) / np.sqrt(3),
    "one in ten is 10 × wider": contaminated,
    "uniform": lambda rng, size: rng.uniform(-1, 1, size=size) * np.sqrt(3),
    "a coin, ±1": lambda rng, size: rng.choice([-1.0, 1.0], size=size),
    "rounded to one sd": rounded,
}
SKEWED = {
    "exponential": lambda rng, size: rng.exponential(size=size) - 1,
    "log-normal": lambda rng, size: (rng.lognormal(size=size) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e),
    "fails one time in ten": rare_failure,
}
NOISES = SYMMETRIC | SKEWED


def draws_of(rng, noise, shape, *, shared=0.0):
    """Noise of shape (..., cases, seeds); `shared` is the correlation of the cases of a seed."""
    draw = NOISES[noise]
    alone = draw(rng, shape)
    if not shared:
        return alone
    return np.sqrt(1 - shared) * alone + np.sqrt(shared) * draw(rng, (*shape[:-2], 1, shape[-1]))


def coverage(noise, seeds, *, boards, cases=1, shared=0.0, as_blocks=False):
    """Share of the 95 % intervals that hold the true mean, 0; as_blocks: one score of a seed's cases."""
    draws = draws_of(np.random.default_rng(seeds), noise, (boards, cases, seeds), shared=shared)
    found = statistics.moments(np.moveaxis(statistics.strata_of(draws, share_draws=as_blocks), 0, -1))
    return float(np.mean(np.abs(found.mean) <= stats.t.isf(0.025, found.df) * found.error))


def rule_coverage(rule, noise, seeds, *, boards):
    """Share of the intervals under a rule of aggregation that hold its true value; cases differ in level by one sd."""
    rng = np.random.default_rng(seeds)
    levels = np.linspace(-1.5, 1.5, CASES)[:, None]
    truth = statistics.by_seed(levels + NOISES[noise](rng, (200_000, CASES, 1)), rule).mean()
    scores = statistics.strata_of(levels + NOISES[noise](rng, (boards, CASES, seeds)), rule)
    found = statistics.moments(np.moveaxis(scores, 0, -1))
    return float(np.mean(np.abs(found.mean - truth) <= stats.t.isf(0.025, found.df) * found.error))


@dataclass(frozen=True)
class Honesty:
    """Shares of simulated boards."""

    twins: float  # the same method, submitted twice, was told apart
    any: float  # some rank interval left out a true place of its entry
    power: float  # of pairs whose levels differ, told apart


def decisions(gain):
    """(entries, entries): 1, 0, −1, the row is told apart as better, not at all, as worse, as rank intervals say."""
    strengths = ranking.strength(gain, gain)
    step, *_ = ranking.step_down(ranking.histogram(strengths))
    return np.sign(strengths) * (np.abs(strengths) > step)


def honesty(noise, entries, seeds, *, boards, cases=1, spread=6.0, as_blocks=False):
    """Simulate boards: the first two entries are one method, the others differ in level, noise and luck.

    spread: the sd of the levels, in sd of the mean over cases and seeds of an entry; 0.0: all entries are alike.
    """
    rng = np.random.default_rng([entries, seeds, cases])
    twins = some = power = differing = 0
    for _ in range(boards):
        level = np.concatenate([[0.0, 0.0], rng.normal(size=entries - 2)]) * spread / np.sqrt(cases * seeds)
        noisy = np.concatenate([[1.0, 1.0], 2 ** rng.uniform(-1, 1, size=entries - 2)]) if spread else np.ones(entries)
        gain = level[:, None, None] + noisy[:, None, None] * draws_of(rng, noise, (entries, cases, seeds))
        found, truth = decisions(statistics.strata_of(gain, share_draws=as_blocks)), np.sign(level[:, None] - level)
        twins += bool(found[0, 1])
        some += bool(((found != 0) & (found != truth)).any())
        power += int((found * truth > 0).sum())
        differing += int((truth != 0).sum())
    return Honesty(twins / boards, some / boards, power / max(differing, 1))


def resolved(cases, seeds, *, boards, entries=EQUAL):
    """How often a pair is told apart that differs by half of, by just, and by twice what boards state as resolution.

    The other entries are alike, so that every comparison stays open and has to be paid for.
    """
    rng = np.random.default_rng([cases, seeds])
    gain = rng.normal(size=(boards, entries, cases, seeds))
    step = ranking.step_for(entries * (entries - 1) // 2)
    stated = float(np.mean([ranking.least_difference(one, step) for one in gain]))
    told = []
    for factor in (0.5, 1.0, 2.0):
        ahead = gain[:, 0] + factor * stated
        strengths = [ranking.strength(one[None], other[1:2])[0, 0] for one, other in zip(ahead, gain, strict=True)]
        told.append(float(np.mean(np.array(strengths) > step)))
    return stated, told


def lead_power(cases, seeds, *, boards, lead, as_blocks):
    """Share of boards of EQUAL entries on which one that leads by so many sd of a play is told apart from the second."""
    rng = np.random.default_rng([cases, seeds])
    told = 0
    for _ in range(boards):
        gain = rng.normal(size=(EQUAL, cases, seeds))
        gain[0] += lead
        told += decisions(statistics.strata_of(gain, share_draws=as_blocks))[0, 1] > 0
    return told / boards


def percent(share):
    return "–" if share is None else f"{100 * share:.1f}"


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def coverage_tables(boards):
    heads, many = [f"{seeds} seeds" for seeds in SEEDS], 5 * boards
    yield f"Coverage of the 95 % interval of an entry, in percent: one case / {CASES} cases, {many:,} intervals each."
    yield table(
        ["noise", *heads],
        [
            [noise, *(" / ".join(percent(coverage(noise, n, boards=many, cases=c)) for c in (1, CASES)) for n in SEEDS)]
            for noise in NOISES
        ],
    )
    yield f"Coverage where {CASES} cases share noise, normal, in percent: strata trust that they don't, blocks do not."
    yield table(
        ["correlation of cases", *heads],
        [
            [
                f"{shared:g}, {name}",
                *(
                    percent(coverage("normal", n, boards=many, cases=CASES, shared=shared, as_blocks=name == "blocks"))
                    for n in SEEDS
                ),
            ]
            for shared in (0.0, 0.5, 0.9)
            for name in ("strata", "blocks")
        ],
    )
    yield f"Coverage under the rules that a viewer may choose, {CASES} cases, in percent."
    yield table(
        ["rule, noise", *heads],
        [
            [f"{rule}, {noise}", *(percent(rule_coverage(rule, noise, n, boards=boards)) for n in SEEDS)]
            for rule in ("iqm", "worst")
            for noise in ("normal", "Student, 3 df", "log-normal")
        ],
    )


def board_tables(boards):
    heads = [f"{seeds} seeds" for seeds in SEEDS]
    yield (
        f"{EQUAL} equal methods: on so many boards any two are told apart, in percent; one case / {CASES} cases, "
        f"{boards:,} boards each."
    )
    yield table(
        ["null", *heads],
        [
            [
                f"{noise}, all equal",
                *(
                    " / ".join(
                        percent(honesty(noise, EQUAL, n, boards=boards, cases=c, spread=0.0).any) for c in (1, CASES)
                    )
                    for n in SEEDS
                ),
            ]
            for noise in NOISES
        ],
    )
    found = {
        (m, n): honesty("normal", m, n, boards=boards * 12 // (m + 10), cases=CASES) for m in ENTRIES for n in SEEDS
    }
    yield (
        f"Rank intervals by size of the board, {CASES} cases, normal noise, levels that differ by six sd of an entry's mean, in "
        "percent: the same method, submitted twice, is told apart · some rank interval of the board leaves out a true place · "
        "of the pairs that differ, told apart."
    )
    yield table(
        ["entries", *heads],
        [[f"{m:,}", *(" · ".join(percent(x) for x in vars(found[m, n]).values()) for n in SEEDS)] for m in ENTRIES],
    )


def power_tables(boards):
    yield (
        f"One of {EQUAL} methods leads by so many sd of a single play: how often it is told apart from a given other one, in "
        "percent, with a stratum for each case and with one block for each seed."
    )
    yield table(
        ["cases × seeds, lead", "strata", "blocks"],
        [
            [
                f"{c} × {n}, {lead:g}",
                *(percent(lead_power(c, n, boards=boards, lead=lead, as_blocks=blocks)) for blocks in (False, True)),
            ]
            for c, n, lead in ((1, 5, 3.0), (4, 5, 1.5), (8, 5, 1.0), (54, 3, 0.5))
        ],
    )
    yield (
        f"What a board of {EQUAL} states as its resolution, in sd of a single play, and how often a pair is told apart that "
        "differs by half of it, by just it, and by twice as much, in percent."
    )
    rows = [(c, n, resolved(c, n, boards=boards)) for c, n in ((1, 5), (1, 20), (4, 5), (8, 5), (11, 3), (54, 3))]
    yield table(
        ["cases × seeds", "resolution", "half", "just", "twice"],
        [[f"{c} × {n}", f"{stated:.2f}", *map(percent, told)] for c, n, (stated, told) in rows],
    )


def tables(boards):
    """All tables, as Markdown. `boards`: how many are simulated for each number."""
    return "\n\n".join([*coverage_tables(boards), *board_tables(boards), *power_tables(boards)])


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibration", description=__doc__)
    parser.add_argument("--boards", type=int, default=1200)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.relative_to(DOCUMENT.parents[1])}")
    options = parser.parse_args()
    made = tables(options.boards)
    if options.write:
        before, _, rest = DOCUMENT.read_text().partition(START)
        DOCUMENT.write_text(f"{before}{START}\n{made}\n{END}{rest.partition(END)[2]}")
    else:
        print(made)


if __name__ == "__main__":
    main()
