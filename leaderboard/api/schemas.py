"""What the API takes and gives: the shapes that its endpoints and its OpenAPI description name."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field


class Estimate(Schema):
    value: float
    low: float | None = None
    high: float | None = None


class Cost(Schema):
    """Measured from outside; compare it within one device only. Seconds and bytes."""

    seconds: float | None
    cpu_seconds: float | None
    gpu_seconds: float | None
    memory_bytes: int | None
    gpu_memory_bytes: int | None


class MetricOut(Schema):
    name: str
    label: str
    better: str
    target: float | None  # of a metric that is best nearest to it
    unit: str
    description: str


class TierOut(Schema):
    seeds: int
    cases: list[str]
    ranked_cases: list[str]
    call_seconds: float
    play_seconds: float
    memory_bytes: int


class TaskOut(Schema):
    slug: str
    title: str
    summary: str
    paper: str
    version: int
    calls: list[str]
    optional_calls: list[str]
    metrics: list[MetricOut]
    tiers: dict[str, TierOut]


class FlagOut(Schema):
    """What stands out of a row: on which case, by which value of which metric, where it is one of a metric."""

    label: str
    text: str
    metric: str = ""
    case: str = ""
    value: float | None = None


class Row(Schema):
    """A submission on a board. Oracles, made from the truth, have no rank."""

    rank: int | None
    rank_low: int | None
    rank_high: int | None
    method: str
    author: str
    is_house: bool
    kind: str
    value: float
    low: float | None
    high: float | None
    metrics: dict[str, Estimate]
    flags: list[FlagOut]
    cost: Cost
    device: str
    isolation: str
    submission: int
    run: int
    date: datetime


class Rows(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[Row]


class ScoreOut(Schema):
    case: str
    seed: int
    metric: str
    value: float


class Failure(Schema):
    whose: str
    reason: str
    message: str
    traceback: str
    case: str
    seed: int | None


class RunOut(Schema):
    id: int
    submission: int
    task: str
    tier: str
    task_version: int
    status: str
    attempt: int
    why: str
    queued: datetime
    started: datetime | None
    ended: datetime | None
    progress: float
    plays_done: int
    plays_total: int
    left_out: dict[str, str]  # case -> why it could not be played there
    failure: Failure | None
    scores: list[ScoreOut]
    cost: Cost
    evaluator_seconds: float | None  # CPU-seconds of the board's own work, which no method is billed for
    device: str
    isolation: str
    provenance: dict[str, Any]


class Place(Schema):
    """The play under way."""

    case: str
    seed: int
    fraction: float
    text: str


class Forecast(Schema):
    """What an open run waits for, and how long it still takes; seconds, absent where there is nothing to go by."""

    queue: str
    ahead: int  # runs of its queue that start before it
    workers: int  # how many runs the living workers of its queue take at once
    starts_in: float | None
    ends_in: float | None
    overdue: int  # runs that take longer than usual: of those before it, or 1 where it does itself
    hold: str  # why an administrator lets nothing start; "" where nobody holds it


class Stand(Schema):
    """Where a run's submission stands on its board by this very run."""

    rank: int | None
    rank_low: int | None
    rank_high: int | None
    of: int  # how many have a rank there
    metric: str
    label: str
    value: float
    low: float | None
    high: float | None
    flags: list[FlagOut]


class RunState(Schema):
    """How an open run is doing: small, to be asked often."""

    id: int
    submission: int
    task: str
    tier: str
    name: str
    url: str
    status: str
    attempt: int
    progress: float
    plays_done: int
    plays_total: int
    now: Place | None
    forecast: Forecast | None
    failure: Failure | None
    left_out: dict[str, str]
    log_tail: str  # its last lines, for its author's token where the code is private
    disqualified: str  # why its submission stands nowhere; "" where it isn't
    standing: Stand | None


class RunSummary(Schema):
    id: int
    tier: str
    status: str
    task_version: int
    why: str
    queued: datetime
    ended: datetime | None


class SubmissionOut(Schema):
    id: int
    task: str
    name: str
    author: str
    is_house: bool  # that it comes with the board
    kind: str
    description: str
    paper_url: str
    code_url: str
    claimed_value: float | None
    code_sha256: str
    code_is_public: bool
    disqualified: str
    created: datetime
    runs: list[RunSummary]


class Submissions(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[SubmissionOut]


class ClaimOut(Schema):
    """A printed number, or a comparison of two methods (then printed is absent and measured is the advantage)."""

    paper: str
    task: str
    tier: str
    kind: str
    text: str
    metric: str
    where: str
    status: str
    printed: float | None
    measured: Estimate | None
    verdict: str
    side: str  # of the printed number, where it did not hold: "better" or "worse"
    why: str
    run: int | None
    by_reference: bool  # judged by recorded results, as this site has not measured it yet


class Me(Schema):
    """Whose token this is, and what it may still start."""

    username: str
    used: int
    limit: int
    open: int
    open_limit: int
    refusal: str
    next_at: datetime | None  # when the next run is possible, where that has a time
    latest_run: int | None  # of this user's own, whatever became of it


class Cancelled(Schema):
    cancelled: bool  # False: the run had ended already


class Submitted(Schema):
    submission: int
    run: int
    url: str
    left_out: list[str]  # what else a zip held


class Problem(Schema):
    field: str
    message: str


class Problems(Schema):
    errors: list[Problem]


class SubmissionIn(Schema):
    task: str
    name: str
    description: str = ""
    paper_url: str = ""
    code_url: str = ""
    claimed_value: str = ""
    tier: str = "quick"
    code_is_public: bool = Field(description="Say who may read the code: true for everybody, false for you alone.")
