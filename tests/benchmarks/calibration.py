"""How well the statistics of a board keep what they promise: `python -m tests.benchmarks.calibration`.

Simulates boards whose truth is known and prints tables in Markdown; --write puts them into docs/statistics.md. Every
function of a table returns plain numbers, so that tests can hold them to their bounds.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import stats

from leaderboard.boards import statistics

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
START, END = "<!-- calibration: start -->", "<!-- calibration: end -->"
SEEDS = (3, 5, 10, 20)
ENTRIES = (2, 20, 200, 2000)
CASES = 8
COUNTED = 200  # entries of the largest board on which every rank interval is looked at


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


def noise_of_seeds(rng, noise, shape, *, cases=1, shared=0.0):
    """Noise of shape (..., seeds), the mean over cases in units of its own sd; `shared` is the cases' correlation."""
    draw = NOISES[noise]
    alone = draw(rng, (*shape[:-1], cases, shape[-1]))
    common = draw(rng, (*shape[:-1], 1, shape[-1]))
    total = np.sqrt(1 - shared) * alone + np.sqrt(shared) * common
    return total.mean(axis=-2) / np.sqrt((1 + (cases - 1) * shared) / cases)


def coverage(noise, seeds, *, boards, cases=1, shared=0.0):
    """Share of the 95 % intervals that hold the true mean, 0."""
    found = statistics.estimates(
        noise_of_seeds(np.random.default_rng(seeds), noise, (boards, seeds), cases=cases, shared=shared)
    )
    return float(np.mean([one.low <= 0 <= one.high for one in found]))


def stratified_coverage(noise, seeds, *, boards, cases, shared):
    """The same for the interval that we don't use: each case's variance by itself, as if cases shared nothing."""
    rng = np.random.default_rng(seeds)
    common = NOISES[noise](rng, (boards, 1, seeds))
    scores = np.sqrt(1 - shared) * NOISES[noise](rng, (boards, cases, seeds)) + np.sqrt(shared) * common
    parts = scores.var(axis=2, ddof=1) / seeds / cases**2
    df = parts.sum(axis=1) ** 2 / (parts**2 / (seeds - 1)).sum(axis=1)  # Welch and Satterthwaite
    half = stats.t.isf(0.025, df) * np.sqrt(parts.sum(axis=1))
    return float(np.mean(np.abs(scores.mean(axis=(1, 2))) <= half))


def rule_coverage(rule, noise, seeds, *, boards):
    """Share of the intervals under a rule of aggregation that hold its true value; cases differ in level by one sd."""
    rng = np.random.default_rng(seeds)
    levels = np.linspace(-1.5, 1.5, CASES)[:, None]
    truth = statistics.by_seed(levels + NOISES[noise](rng, (200_000, CASES, 1)), rule).mean()
    found = statistics.estimates(statistics.by_seed(levels + NOISES[noise](rng, (boards, CASES, seeds)), rule))
    return float(np.mean([one.low <= truth <= one.high for one in found]))


@dataclass(frozen=True)
class Honesty:
    """Shares of simulated boards."""

    twins: float  # the same method, submitted twice, was told apart
    one: float  # the rank interval of a given entry left out a true place of it
    any: float | None  # some entry's did; None where that wasn't counted
    power: float  # an entry one sd of its noise better was told apart


def decisions(gain, rows):
    """1, 0, −1 for each of the first rows of gain against all: better, undecided, worse, as its rank interval says."""
    strengths = statistics.strength(gain[:rows], gain)
    step, *_ = statistics.step_down(statistics.histogram(strengths))
    return np.sign(strengths) * (np.abs(strengths) > step[:, None])


def honesty(noise, entries, seeds, *, boards, shared=0.0):
    """Simulate boards: the first two entries are one method, the others differ in level (by 2 sd), noise and luck."""
    rng = np.random.default_rng([entries, seeds])
    rows = entries if entries <= COUNTED else 2
    twins = one = some = power = 0
    for _ in range(boards):
        level = np.concatenate([[0.0, 0.0], rng.normal(size=entries - 2) * 2])
        spread = np.concatenate([[1.0, 1.0], 2 ** rng.uniform(-1, 1, size=entries - 2)])
        noise_now = noise_of_seeds(rng, noise, (entries, seeds), cases=CASES if shared else 1, shared=shared)
        gain = level[:, None] + spread[:, None] * noise_now
        found = decisions(gain, rows)
        wrong = (found != 0) & (found != np.sign(level[:rows, None] - level[None]))
        twins += bool(found[0, 1] or found[1, 0])
        one += bool(wrong[0].any())
        some += bool(wrong.any())
        gain[1] += 1
        power += decisions(gain, 2)[1, 0] > 0
    return Honesty(twins / boards, one / boards, some / boards if rows == entries else None, power / boards)


def pair_power(seeds):
    """Power of a single paired t-test at 5 % against a difference of one sd of each entry's noise: exact."""
    shift = np.sqrt(seeds / 2)
    bound = stats.t.isf(0.025, seeds - 1)
    return float(stats.nct.sf(bound, seeds - 1, shift) + stats.nct.cdf(-bound, seeds - 1, shift))


def percent(share):
    return "–" if share is None else f"{100 * share:.1f}"


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def tables(boards):
    """All tables, as Markdown. `boards`: how many are simulated for each number."""
    many = 5 * boards
    heads = [f"{seeds} seeds" for seeds in SEEDS]
    honest = {
        (m, n): honesty("normal", m, n, boards=boards if m < 200 else boards // 4) for m in ENTRIES for n in SEEDS
    }
    tails = {(noise, n): [honesty(noise, m, n, boards=boards) for m in (2, 20)] for noise in NOISES for n in SEEDS}
    parts = [
        f"Coverage of the 95 % interval of an entry, in percent; one case, {many:,} intervals each.",
        table(
            ["noise", *heads],
            [[noise, *(percent(coverage(noise, n, boards=many)) for n in SEEDS)] for noise in NOISES],
        ),
        f"Coverage where {CASES} cases share noise, normal, in percent. *Stratified* is the interval that we don't use: it "
        "trusts that cases are independent.",
        table(
            ["correlation of cases", *heads],
            [
                [
                    f"{shared:g}, {name}",
                    *(percent(how("normal", n, boards=many, cases=CASES, shared=shared)) for n in SEEDS),
                ]
                for shared in (0.0, 0.5, 0.9)
                for name, how in (("ours", coverage), ("stratified", stratified_coverage))
            ],
        ),
        f"Coverage under the rules that a viewer may choose, {CASES} cases, in percent.",
        table(
            ["rule, noise", *heads],
            [
                [f"{rule}, {noise}", *(percent(rule_coverage(rule, noise, n, boards=boards)) for n in SEEDS)]
                for rule in ("iqm", "worst")
                for noise in ("normal", "Student, 3 df", "log-normal")
            ],
        ),
        "The same method, submitted twice, is told apart on so many boards, in percent: by noise, boards of 2 / of 20 entries, "
        f"{boards:,} boards each.",
        table(
            ["noise", *heads],
            [[noise, *(" / ".join(percent(h.twins) for h in tails[noise, n]) for n in SEEDS)] for noise in NOISES],
        ),
        "Rank intervals by size of the board, normal noise, in percent of boards: the same method, submitted twice, is told "
        "apart · a given entry's rank interval leaves out a true place · some entry's does · an entry that is one sd better "
        "is told apart.",
        table(
            ["entries", *heads],
            [
                [
                    f"{m:,}",
                    *(
                        " · ".join(
                            percent(x)
                            for x in (honest[m, n].twins, honest[m, n].one, honest[m, n].any, honest[m, n].power)
                        )
                        for n in SEEDS
                    ),
                ]
                for m in ENTRIES
            ],
        ),
        "Power against a difference of one sd, in percent, where only two methods are compared "
        "(a single paired t-test at 5 %, exact).",
        table(["", *heads], [["two methods", *(percent(pair_power(n)) for n in SEEDS)]]),
        "The smallest difference that is told apart, in sd of the paired differences (|t| / √n at the bound), where so many "
        "comparisons of an entry, and itself, are open.",
        table(
            ["open", *heads],
            [
                [f"{2**step:,}", *(f"{np.sqrt(statistics.bounds(n)[step] / n):.1f}" for n in SEEDS)]
                for step in (1, 2, 3, 5, 8, 11)
            ],
        ),
    ]
    return "\n\n".join(parts)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibration", description=__doc__)
    parser.add_argument("--boards", type=int, default=4000)
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
