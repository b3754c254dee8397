"""One file for a board: every play of what stands on it, and where it stands, so that anybody can rank it again.

Parquet, a row for each play: KEYS, a column for each metric, and PLACES, what the site says of the row that the play belongs
to. How to rank is in the file's metadata as JSON. Neither Django nor torch is needed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any, Self

import fastparquet
import numpy as np
import pandas as pd

from papers.metrics import Metric
from papers.task import Board
from runners.standing import ranking, value
from runners.standing.statistics import Rule

FORMAT = 3
KEY = "claimcheck"
TEXTS = ("method", "author", "kind", "case", "device", "device_name", "code_sha256", "ended", "flags")
KEYS = (
    *("submission", "run", "method", "author", "kind", "is_house", "takes_rank", "case", "seed"),
    *("task_version", "device", "device_name", "code_sha256", "ended", "flags"),
    *("run_seconds", "run_cpu_seconds", "run_gpu_seconds", "run_memory_bytes"),  # of all plays together
)
RANKS = ("rank", "rank_low", "rank_high", "group")
VALUES = ("value", "low", "high")
PLACES = (*RANKS, *VALUES)


class Unreadable(Exception):
    """No file of a board's plays; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class How:
    """What ranks a board. `cases`: the ranked ones that nobody who stands had to leave out."""

    task: str
    tier: str
    version: int
    primary: Metric
    average: Rule
    cases_share_draws: bool
    salted_cases: tuple[str, ...]  # whose problem each method drew for itself: compared unpaired
    cases: tuple[str, ...]
    weights: tuple[float, ...] | None  # of these cases in a mean; None: all alike
    seeds: int

    @classmethod
    def of(cls, board: Board, cases: Sequence[str]) -> Self:
        task = board.task
        return cls(
            task=task.slug,
            tier=board.tier.name,
            version=task.version,
            primary=task.primary,
            average=task.average,
            cases_share_draws=task.cases_share_draws,
            salted_cases=task.salted_cases,
            cases=tuple(cases),
            weights=None if (weights := board.weights(cases)) is None else tuple(weights.tolist()),
            seeds=board.seeds,
        )

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        told = json.loads(text)
        if told.pop("format") != FORMAT:
            raise Unreadable("the file is of a format that is not known here")
        weights = told["weights"] and tuple(told["weights"])
        names = {key: tuple(told[key]) for key in ("cases", "salted_cases")}
        return cls(**{**told, **names, "primary": Metric(**told["primary"]), "weights": weights})


def columns(metrics: Iterable[str]) -> list[str]:
    return [*KEYS, *metrics, *PLACES]


def frame_of(lines: Iterable[dict[str, Any]], metrics: Iterable[str]) -> pd.DataFrame:
    """Plays as a table whose types don't depend on what happens to be missing. A line has all of KEYS; the rest may lack."""
    frame = pd.DataFrame(lines, columns=columns(metrics))
    whole = dict.fromkeys(RANKS, "Int64")
    return frame.astype({name: whole.get(name, "float64") for name in (*PLACES, *metrics)})


def write(path: Path, pieces: Iterable[pd.DataFrame], how: How) -> int:
    """Write the pieces one after another, so that a board of any size fits into memory; returns the number of plays."""
    plays = 0
    for piece in pieces:
        fastparquet.write(
            str(path),
            piece,
            append=plays > 0,
            compression="GZIP",
            object_encoding=dict.fromkeys(TEXTS, "utf8"),
            write_index=False,
            stats=False,
            custom_metadata={KEY: how.to_json()},
        )
        plays += len(piece)
    return plays


def read(path: Path) -> tuple[pd.DataFrame, How]:
    """Raises Unreadable."""
    try:
        with path.open("rb") as content:
            file = fastparquet.ParquetFile(content)
            return file.to_pandas(), How.from_json(file.key_value_metadata[KEY])
    except Unreadable:
        raise
    except Exception as error:  # whatever a broken file makes of a reader
        raise Unreadable(f"{path} is no file of a board's plays: {error}") from None


def standings(frame: pd.DataFrame, how: How) -> pd.DataFrame:
    """PLACES by run, made of the plays alone, the best first."""
    heads = heads_of(frame)
    places = pd.DataFrame(index=heads.index, columns=list(PLACES), dtype="float64")
    if heads.empty:
        return places
    scores = scores_of(frame, how, list(heads.index))
    weights = None if how.weights is None else np.array(how.weights)
    told = [value.overall(how, row, how.average, weights=weights) for row in scores]
    places[list(VALUES)] = [[one[name] for name in VALUES] for one in told]
    gain, contends = value.gain_of(how, scores, weights=weights), heads["takes_rank"].to_numpy(bool)
    if contends.any():
        order = heads["submission"][contends].to_list()
        unpaired = value.unpaired(how, how.cases)
        counts = ranking.tally(gain[contends], unpaired)
        placed = ranking.place(gain[contends], counts, tiebreak=order, unpaired=unpaired)
        places.loc[contends, list(RANKS)] = np.transpose([placed.rank, placed.low, placed.high, placed.group])
    best = ranking.best_first(gain, heads["submission"].to_list())
    return places.iloc[best].astype(dict.fromkeys(RANKS, "Int64"))


def heads_of(frame: pd.DataFrame) -> pd.DataFrame:
    """What all plays of a run share, by run, in the order of the submissions."""
    shared = ["submission", "method", "author", "kind", "is_house", "takes_rank", *PLACES]
    return frame.drop_duplicates("run").set_index("run")[shared].sort_values("submission")


def scores_of(frame: pd.DataFrame, how: How, runs: list[int]) -> np.ndarray:
    """The primary metric of these runs on the cases that rank: (runs, cases, seeds)."""
    table = frame.pivot(index="run", columns=["case", "seed"], values=how.primary.name)
    places = pd.MultiIndex.from_tuples(product(how.cases, range(how.seeds)), names=["case", "seed"])
    values = table.reindex(index=runs, columns=places).to_numpy(float)
    return np.reshape(values, (len(runs), len(how.cases), how.seeds))


def differences(frame: pd.DataFrame, how: How) -> list[str]:
    """Where the site says something else than its plays do, to the last digit: a sentence each."""
    again, heads = standings(frame, how), heads_of(frame)
    return [
        f"{heads.at[run, 'method']} (run {run}): {name} is {again.at[run, name]} by its plays, {heads.at[run, name]} on the site"
        for run, name in product(again.index, PLACES)
        if not is_same(heads.at[run, name], again.at[run, name])
    ]


def is_same(first: Any, second: Any) -> bool:
    return bool(first == second) if pd.notna(first) and pd.notna(second) else bool(pd.isna(first) and pd.isna(second))
