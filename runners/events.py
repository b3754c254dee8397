"""What an evaluation says while it goes on. Plain JSON, so that it crosses a pipe, a broker and a version of the site.

Order: one `started`, any number of `progress`, `play`, `artefact`, `log`, `heartbeat`, one `finished` or `failed`.
The Celery end adds run, attempt, execution and sequence as it relays them.
"""

from typing import Any, Literal, NotRequired, TypedDict

from papers.playing import Spent


class Started(TypedDict):
    type: Literal["started"]
    plays: int  # how many (case, seed) pairs will follow
    device: str  # "cpu" or "cuda"
    device_name: str  # "AMD EPYC 9B14", "NVIDIA H100"
    isolation: str  # "bubblewrap+seccomp+cgroup", "none"
    left_out: dict[str, str]  # case -> why it can't be played here
    provenance: dict[str, Any]  # code_sha256, task_version, seed_commitment, libraries, command, ...


class Progress(TypedDict):
    type: Literal["progress"]
    case: str
    seed: int
    fraction: float  # of this play, in [0, 1]
    text: str


class Played(TypedDict):
    type: Literal["play"]
    case: str
    seed: int
    scores: dict[str, float]  # finite; names are the card's metrics
    spent: Spent
    evaluator_seconds: float  # CPU-seconds of the evaluator's own work in this play
    data: dict[str, str]  # name -> sha256 of every data set that was read until now


class Artefact(TypedDict):
    type: Literal["artefact"]
    case: str
    seed: int
    name: str
    kind: Literal["curve", "points", "graph", "image", "strip", "matrix", "table"]
    data: dict[
        str, Any
    ]  # curve: x, series, x_label, y_label, log_x, log_y; points: groups {name: {x, y}}, x_label, y_label
    # graph: nodes, edges [[from, to, label]]; image: png (base64); table: columns, rows


class Log(TypedDict):
    type: Literal["log"]
    text: str  # what the method printed: shortened, control characters escaped


class Heartbeat(TypedDict):
    type: Literal["heartbeat"]


class Batch(TypedDict):
    """Made by the Celery end, of what came within a second."""

    type: Literal["batch"]
    events: list[Any]  # Progress, Played and Log, in their order


class Finished(TypedDict):
    type: Literal["finished"]
    plays: int
    artefacts: int
    spent: Spent  # sums of seconds, maximum of memory
    evaluator_seconds: float  # CPU-seconds of the evaluator's own work in all plays
    data: dict[str, str]  # name -> sha256 of every data set that was read


class Exceeded(TypedDict):
    """Which limit was exceeded, and by how much."""

    limit: Literal["cpu seconds", "wall seconds", "memory bytes", "output bytes"]
    used: float  # as far as it was measured: at least this much
    allowed: float
    cpu_seconds: NotRequired[
        float
    ]  # of wall seconds: what was worked in them, so that who slept is told from who waited


class Failed(TypedDict):
    type: Literal["failed"]
    whose: Literal["author", "ours"]
    reason: Literal["exception", "answer", "limit", "died", "import", "refused", "internal"]
    message: str  # one sentence for the author: what happened and what to do
    traceback: str  # the author's own frames, no path of ours; "" where there is none
    case: str  # "" where it failed before a case
    seed: int
    exceeded: NotRequired[Exceeded]  # where the reason is "limit" and it was measured


Event = Started | Progress | Played | Artefact | Log | Heartbeat | Batch | Finished | Failed


def tail_of(log: str, most: int) -> str:
    """The end of what was printed, so many characters of it; a line before says that there was more."""
    return log if len(log) <= most else f"[what was printed before is left out]\n{log[-most:]}"
