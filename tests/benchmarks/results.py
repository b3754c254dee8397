"""What one run of `make bench` measured, beside what was measured before it and what was asked for.

Benchmarks note their figures, in processes of their own too; `report` prints them side by side.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from statistics import median

PATH = "BENCH_RESULTS"  # names the file of one run, in its environment
KEPT, POLLED, MEMORY = (
    "pages are kept",
    "two seconds old at most",
    "forked from one",
)  # claims of README that figures back
# What was measured before the work began (8 and 9 November 2026, two busy cores), what was asked for, and where README says so.
KNOWN: dict[str, tuple[float | None, float | None, str]] = {
    "a kept page, 100 rows, CPU-ms": (70, 5, ""),
    "a kept page, 10000 rows, CPU-ms": (133, 5, KEPT),
    "a kept page, 100000 rows, CPU-ms": (1000, 5, ""),
    "the same page with its ETag, 10000 rows, CPU-ms": (133, 5, KEPT),
    "board made anew, 10000 rows, CPU-ms": (133, 40, ""),
    "board, first after a change, 10000 rows, CPU-ms": (133, 100, ""),
    "board, sorted, first after a change, 10000 rows, CPU-ms": (224, 100, ""),
    "board, searched, first after a change, 10000 rows, CPU-ms": (None, 100, ""),
    "best per author, first after a change, 10000 rows, CPU-ms": (22_400, 100, ""),
    "viewer's rule, first after a change, 10000 rows, CPU-ms": (3_800, 100, ""),
    "as of a day, first after a change, 10000 rows, CPU-ms": (4_200, 100, ""),
    "rows as CSV, first after a change, 10000 rows, CPU-ms": (None, 100, ""),
    "dearest page of any query, 10000 rows, CPU-ms": (22_400, 100, ""),
    "API, first after a change, 100000 rows, CPU-ms": (350, 10, ""),
    "home, first after a change, 100000 rows, CPU-ms": (257, 10, ""),
    "claims, first after a change, 100000 rows, CPU-ms": (283, 10, ""),
    "finishing a run, in the transaction, 10000 rows, CPU-ms": (1_000, 50, ""),
    "finishing a run, in the transaction, 100000 rows, CPU-ms": (450_000, 50, ""),
    "poll of a queued run, CPU-ms": (14, 2, POLLED),
    "recorder, a run of 10 plays, CPU-ms": (520, 67, ""),
    "memory of an idle site, MB": (660, 367, MEMORY),
    "/healthz within, 95 %, s": (None, 1, ""),
    "run begins to first call, numpy, s": (1.1, 0.05, ""),
    "run begins to first call, scikit-learn, s": (1.2, 0.05, ""),
    "run begins to first call, torch, s": (1.3, 0.05, ""),
    "one play more beside its method, torch, CPU-s": (2.0, 0.03, ""),
    "5 s of torch, beside its method, CPU-s": (2.9, 0.05, ""),
    "evaluator's own work, one seed, wasserstein, CPU-s": (7.6, 1.5, ""),
    "evaluator's own work, one seed, defence, CPU-s": (6.0, 1, ""),
    "evaluator's own work, one seed, attack, CPU-s": (2.3, 0.7, ""),
    "exact potentials, l1, n 2000, d 2, CPU-s": (3.15, 0.35, ""),
    "POT among all pairs, l1, n 2000, d 2, CPU-s": (None, None, ""),
    "exact potentials, l1, n 2000, d 32, CPU-s": (0.55, 0.28, ""),
    "POT among all pairs, l1, n 2000, d 32, CPU-s": (None, None, ""),
    "imputation, letter, k nearest neighbours, CPU-s": (0.57, 0.43, ""),
    "imputation, letter, KNNImputer, CPU-s": (None, None, ""),
    "imputation, letter, k nearest neighbours, RMSE": (0.0843, 0.0816, ""),
    "imputation, letter, KNNImputer, RMSE": (None, None, ""),
    "imputation, letter, GAIN, CPU-s": (None, 4.7, ""),
    "imputation, letter, GAIN, RMSE": (None, 0.121, ""),
}


def note(name: str, value: float) -> None:
    """Keep a figure for the report; of several of one name the median."""
    if path := os.environ.get(PATH):
        with open(path, "a") as file:
            file.write(json.dumps([name, value]) + "\n")


def noted(path: Path) -> dict[str, list[float]]:
    known: dict[str, list[float]] = defaultdict(list)
    for line in path.read_text().splitlines():
        name, value = json.loads(line)
        known[name].append(value)
    return known


def report(now: Path, before: Path | None = None, told: str = "") -> None:
    """One table: before, now, their ratio, the goal. `before`: what another commit's run noted, on this machine; without it
    "before" is what was measured then, on another day."""
    measured, older = noted(now), noted(before) if before else {}
    print(
        f"Before and after. Before: {told or 'as measured on the same kind of machine before this work, 8 November 2026'}"
    )
    print(f"  {'what':58} {'before':>9} {'now':>9} {'before/now':>10} {'goal':>7}  (range of now)")
    for name in sorted(measured, key=lambda name: (list(KNOWN).index(name) if name in KNOWN else len(KNOWN), name)):
        was, goal, claim = KNOWN.get(name, (None, None, ""))
        was = median(older[name]) if name in older else None if before else was
        print(f"  {name:58} {line(was, measured[name], goal)}{f'  README: “{claim}”' if claim else ''}")
    for name in KNOWN.keys() - measured.keys():
        print(f"  {name:58} not measured in this run")


def line(was: float | None, values: list[float], goal: float | None) -> str:
    value = median(values)
    ratio = f"{was / value:10.1f}" if was is not None and value else f"{'–':>10}"
    met = "" if goal is None else " met" if value <= goal else " not met"
    least, most = min(values), max(values)
    spread = f"  ({figure(least).strip()} to {figure(most).strip()})" if least < most else ""
    return f"{figure(was)} {figure(value)} {ratio} {figure(goal)}{met}{spread}"


def figure(value: float | None) -> str:
    return f"{'–':>9}" if value is None else f"{value:9,.0f}" if abs(value) >= 100 else f"{value:9.2f}"
