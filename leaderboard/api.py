"""The JSON API: typed endpoints, described at /api/docs/."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, NinjaAPI, Schema, Status
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from pydantic import Field

from leaderboard.forms import SubmissionForm
from leaderboard.limits import uploads_too_often
from leaderboard.models import ApiToken, Run, Standing, Submission
from papers import catalogue
from papers.task import TIERS, Task, Tier

api = NinjaAPI(
    title="Claimcheck", version="1", description="Benchmarks that rerun what papers claim.", docs_url="docs/"
)
TOKEN_USE_NOTED = timedelta(minutes=1)


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
    unit: str
    description: str


class TierOut(Schema):
    seeds: int
    cases: list[str]
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
    metrics: list[MetricOut]
    tiers: dict[str, TierOut]


class Row(Schema):
    rank: int
    rank_low: int
    rank_high: int
    method: str
    author: str
    kind: str
    value: float
    low: float | None
    high: float | None
    metrics: dict[str, Estimate]
    cost: Cost
    device: str
    isolation: str
    submission: int
    run: int
    date: datetime


class Board(Schema):
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
    failure: Failure | None
    scores: list[ScoreOut]
    cost: Cost
    device: str
    isolation: str
    provenance: dict[str, Any]


class Submitted(Schema):
    submission: int
    run: int
    url: str


class Problem(Schema):
    field: str
    message: str


class Problems(Schema):
    errors: list[Problem]


class Bearer(HttpBearer):
    """A token from the account page. No cookie is accepted where something changes."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = (
            ApiToken.objects.select_related("user").filter(sha256=ApiToken.digest(token), user__is_active=True).first()
        )
        if found is None:
            return None
        now = timezone.now()
        if found.last_used is None or found.last_used < now - TOKEN_USE_NOTED:
            ApiToken.objects.filter(pk=found.pk).update(last_used=now)
        return found.user


def anybody(request: HttpRequest) -> Any:
    """Whoever is signed in by the cookie, or nobody in particular: enough where nothing changes."""
    return request.user


READERS = [Bearer(), anybody]  # a token shows its owner what others don't see
LARGEST_PAGE = 10**9  # databases count no further than 2**63


def problems(request: HttpRequest, status: int, *found: tuple[str, str]) -> HttpResponse:
    errors = [{"field": field, "message": message} for field, message in found]
    return api.create_response(request, {"errors": errors}, status=status)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problems(request, error.status_code, ("", str(error)))


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problems(request, 404, ("", "There is nothing at this address."))


@api.exception_handler(NinjaValidationError)
def on_invalid(request: HttpRequest, error: NinjaValidationError) -> HttpResponse:
    return problems(request, 422, *((str(item["loc"][-1]), str(item["msg"])) for item in error.errors))


def known_task(slug: str) -> Task:
    """Raises HttpError 404 that names the known tasks."""
    if slug not in catalogue.all_tasks():
        raise HttpError(404, f"There is no task {slug!r}; there are {', '.join(sorted(catalogue.all_tasks()))}.")
    return catalogue.task(slug)


def known_tier(name: str) -> Tier:
    for tier in TIERS:
        if tier == name:
            return tier
    raise HttpError(404, f"There is no tier {name!r}; there are {' and '.join(TIERS)}.")


@api.get("v1/tasks/", response=list[TaskOut], summary="Every task with its cases, metrics and limits")
def tasks(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "slug": task.slug,
            "title": task.title,
            "summary": task.summary,
            "paper": catalogue.paper_of(task.slug).title,
            "version": task.version,
            "calls": list(task.calls),
            "metrics": [{name: getattr(metric, name) for name in MetricOut.model_fields} for metric in task.metrics],
            "tiers": {tier: tier_out(task, tier) for tier in TIERS},
        }
        for task in catalogue.all_tasks().values()
    ]


def tier_out(task: Task, tier: Tier) -> dict[str, Any]:
    limits = task.limits[tier]
    return {
        "seeds": task.seeds[tier],
        "cases": [case.name for case in task.cases[tier]],
        "call_seconds": limits.call_seconds,
        "play_seconds": limits.play_seconds,
        "memory_bytes": limits.memory_bytes,
    }


@api.get("v1/tasks/{task}/leaderboard", response=Board, summary="A board, best first")
def leaderboard(
    request: HttpRequest,
    task: str,
    tier: str = "quick",
    page: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 1,
    per_page: Annotated[int, Field(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    rows = Standing.objects.for_board(known_task(task).slug, known_tier(tier))
    count, first = rows.count(), (page - 1) * per_page

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

    return {
        "count": count,
        "next": address(page + 1) if first + per_page < count else None,
        "previous": address(page - 1) if page > 1 else None,
        "results": [row_out(row) for row in rows[first : first + per_page]],
    }


def row_out(row: Standing) -> dict[str, Any]:
    """Reads submission, author and run: for_board selects them."""
    return {
        **{name: getattr(row, name) for name in ("rank", "rank_low", "rank_high", "value", "low", "high", "metrics")},
        "method": row.submission.name,
        "author": row.submission.author_name,
        "kind": row.submission.kind,
        "cost": cost_out(row.run),
        "device": row.run.device_name or row.run.device,
        "isolation": row.run.isolation,
        "submission": row.submission_id,
        "run": row.run_id,
        "date": row.run.ended,
    }


def cost_out(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in Cost.model_fields}


@api.get("v1/runs/{run}", auth=READERS, response={200: RunOut, 404: Problems}, summary="One run with every raw score")
def run(request: HttpRequest, run: int) -> Any:
    """The traceback of private code is for its author."""
    user = request.auth  # type: ignore[attr-defined]  # ninja sets it
    found = Run.objects.visible_to(user).filter(pk=run).select_related("submission").prefetch_related("scores").first()
    if found is None:
        return problems(request, 404, ("run", f"There is no run {run}."))
    plain = ("id", "task", "tier", "task_version", "status", "attempt", "why", "queued", "started", "ended")
    more = ("plays_done", "plays_total", "device", "isolation", "provenance")
    failure = (
        {name: getattr(found, f"failure_{name}") for name in Failure.model_fields} if found.failure_whose else None
    )
    if failure and not found.submission.may_read(user):
        failure["traceback"] = ""
    return {
        **{name: getattr(found, name) for name in plain + more},
        "submission": found.submission_id,
        "progress": found.fraction,
        "failure": failure,
        "scores": found.scores.all(),
        "cost": cost_out(found),
    }


class SubmissionIn(Schema):
    task: str
    name: str
    description: str = ""
    paper_url: str = ""
    code_url: str = ""
    claimed_value: str = ""
    tier: str = "quick"
    code_is_public: bool = True


@api.post(
    "v1/submissions",
    auth=Bearer(),
    response={201: Submitted, 404: Problems, 422: Problems, 429: Problems, 503: Problems},
    summary="Submit a method",
)
def submit(request: HttpRequest, told: Form[SubmissionIn], file: File[UploadedFile]) -> Any:
    user = request.auth  # type: ignore[attr-defined]  # ninja sets it
    if uploads_too_often(request, user):
        return problems(request, 429, ("", "Too many uploads in a minute: try again in a minute."))
    form = SubmissionForm(told.model_dump(), {"file": file}, task=known_task(told.task), user=user)
    if not form.is_valid():
        return refused(request, form)
    try:
        started = form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return refused(request, form)
    url = request.build_absolute_uri(started.submission.get_absolute_url())
    return Status(201, {"submission": started.submission_id, "run": started.pk, "url": url})


def refused(request: HttpRequest, form: SubmissionForm) -> HttpResponse:
    """422 with what is wrong with each field; 429 for the quota, 503 where nobody can isolate an upload."""
    found = form.errors.as_data()
    pairs = [
        ("" if field == "__all__" else field, message)
        for field, errors in found.items()
        for e in errors
        for message in e.messages
    ]
    codes = {error.code for errors in found.values() for error in errors}
    status = 429 if "quota" in codes else 503 if "isolation" in codes else 422
    return problems(request, status, *pairs)


@api.get(
    "v1/submissions/{submission}",
    auth=READERS,
    response={200: list[int], 404: Problems},
    summary="The runs of a submission",
)
def submission_runs(request: HttpRequest, submission: int) -> list[int]:
    user = request.auth  # type: ignore[attr-defined]  # ninja sets it
    found = get_object_or_404(Submission.objects.visible_to(user), pk=submission)
    return list(found.runs.values_list("pk", flat=True))
