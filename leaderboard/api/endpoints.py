"""The JSON API: typed endpoints, described at /api/docs/."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, NinjaAPI, Path, Status
from ninja.errors import HttpError
from ninja.errors import ValidationError as NinjaValidationError
from ninja.files import UploadedFile
from ninja.security import HttpBearer
from pydantic import Field

from leaderboard.boards import claims
from leaderboard.submitting.forms import SubmissionForm
from leaderboard.submitting.rates import uploads_too_often
from leaderboard.models import ApiToken, Run, Standing, Submission
from leaderboard.submitting.quota import allowance, hold
from leaderboard.running.runs import cancel, start_run
from leaderboard.api.schemas import (
    Board,
    Cancelled,
    ClaimOut,
    Cost,
    Failure,
    Me,
    MetricOut,
    Problems,
    RunOut,
    SubmissionIn,
    SubmissionOut,
    Submissions,
    Submitted,
    TaskOut,
)
from papers import catalogue
from papers.task import TIERS, Claim, Comparison, Task, Tier

api = NinjaAPI(
    title="Claimcheck", version="1", description="Benchmarks that rerun what papers claim.", docs_url="docs/"
)
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]  # of a row
Page = Annotated[int, Field(ge=1, le=10**6)]
TOKEN_USE_NOTED = timedelta(minutes=1)


MISSING = {404: Problems, 422: Problems}


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
    return [task_out(task) for task in catalogue.all_tasks().values()]


@api.get("v1/tasks/{task}", response={200: TaskOut, 404: Problems}, summary="One task")
def one_task(request: HttpRequest, task: str) -> dict[str, Any]:
    return task_out(known_task(task))


def task_out(task: Task) -> dict[str, Any]:
    return {
        "slug": task.slug,
        "title": task.title,
        "summary": task.summary,
        "paper": catalogue.paper_of(task.slug).title,
        "version": task.version,
        "calls": list(task.calls),
        "metrics": [{name: getattr(metric, name) for name in MetricOut.model_fields} for metric in task.metrics],
        "tiers": {tier: tier_out(task, tier) for tier in TIERS},
    }


def tier_out(task: Task, tier: Tier) -> dict[str, Any]:
    limits = task.limits[tier]
    return {
        "seeds": task.seeds[tier],
        "cases": [case.name for case in task.cases[tier]],
        "call_seconds": limits.call_seconds,
        "play_seconds": limits.play_seconds,
        "memory_bytes": limits.memory_bytes,
    }


@api.get("v1/tasks/{task}/leaderboard", response=MISSING | {200: Board}, summary="A board, best first")
def leaderboard(
    request: HttpRequest,
    task: str,
    tier: str = "quick",
    page: Page = 1,
    per_page: Annotated[int, Field(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    rows = Standing.objects.for_board(known_task(task).slug, known_tier(tier))
    return paged(request, rows, page=page, per_page=per_page, shown=row_out)


def paged(
    request: HttpRequest, rows: QuerySet[Any], *, page: int, per_page: int, shown: Callable[[Any], Any]
) -> dict[str, Any]:
    """One page of rows with the addresses of its neighbours. Two queries."""
    count, first = rows.count(), (page - 1) * per_page

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

    return {
        "count": count,
        "next": address(page + 1) if first + per_page < count else None,
        "previous": address(page - 1) if page > 1 else None,
        "results": [shown(row) for row in rows[first : first + per_page]],
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


def seen_run(request: HttpRequest, pk: int) -> Run:
    """A run of a submission that the asker may see. Raises HttpError 404."""
    run = Run.objects.visible_to(asker(request)).filter(pk=pk).select_related("submission").first()
    if run is None:
        raise HttpError(404, f"There is no run {pk}.")
    return run


def seen_submission(request: HttpRequest, pk: int) -> Submission:
    """A submission that the asker may see. Raises HttpError 404."""
    shown = Submission.objects.visible_to(asker(request)).select_related("author").prefetch_related("runs")
    submission = shown.filter(pk=pk).first()
    if submission is None:
        raise HttpError(404, f"There is no submission {pk}.")
    return submission


def asker(request: HttpRequest) -> Any:
    """The token's user where one is given, else the page's."""
    return getattr(request, "auth", None) or request.user


@api.get("v1/runs/{run}", auth=READERS, response=MISSING | {200: RunOut}, summary="One run with every raw score")
def run(request: HttpRequest, run: Number) -> Any:
    """The traceback of private code is for its author."""
    found = seen_run(request, run)
    plain = ("id", "task", "tier", "task_version", "status", "attempt", "why", "queued", "started", "ended")
    more = ("plays_done", "plays_total", "device", "isolation", "provenance")
    failure = (
        {name: getattr(found, f"failure_{name}") for name in Failure.model_fields} if found.failure_whose else None
    )
    if failure and not found.submission.may_read(asker(request)):
        failure["traceback"] = ""
    return {
        **{name: getattr(found, name) for name in plain + more},
        "submission": found.submission_id,
        "progress": found.fraction,
        "failure": failure,
        "scores": found.scores.all(),
        "cost": cost_out(found),
    }


@api.get(
    "v1/runs/{run}/log",
    auth=READERS,
    response=MISSING | {200: str, 403: Problems},
    summary="The end of a run's log, as a string; that of private code for its author only",
)
def run_log(request: HttpRequest, run: Number) -> str:
    found = seen_run(request, run)
    check_reader(request, found.submission)
    return found.log


@api.post(
    "v1/runs/{run}/cancel",
    auth=Bearer(),
    response=MISSING | {200: Cancelled, 401: Problems, 403: Problems},
    summary="Cancel a run of one's own",
)
def cancel_run(request: HttpRequest, run: Number) -> dict[str, bool]:
    found = seen_run(request, run)
    check_owner(request, found.submission)
    return {"cancelled": cancel(found)}


def check_owner(request: HttpRequest, submission: Submission) -> None:
    """Raises HttpError 403 for anybody but the author and staff."""
    if not submission.may_change(asker(request)):
        raise HttpError(403, "Only its author may change a submission.")


def check_reader(request: HttpRequest, submission: Submission) -> None:
    """Raises HttpError 403 where the code, and what quotes it, is private."""
    if not submission.may_read(asker(request)):
        raise HttpError(403, "The author keeps this code private.")


@api.get("v1/claims", response=list[ClaimOut], summary="Every claim of every paper beside what was measured")
def claimed(request: HttpRequest) -> list[dict[str, Any]]:
    found = []
    for account in claims.accounts(catalogue.all_papers()):
        for task, item in account.verdicts:
            found.append(
                claim_out(account, task, item, of=item.claim, text=f"{item.claim.method} on {item.claim.case}")
                | {"kind": "number", "printed": item.claim.value, "measured": item.measured}
            )
        for task, contest in account.contests:
            found.append(
                claim_out(account, task, contest, of=contest.comparison, text=contest.comparison.text)
                | {"kind": "comparison", "printed": None, "measured": contest.advantage}
            )
    return found


def claim_out(
    account: claims.Account, task: Task, item: claims.Verdict | claims.Contest, *, of: Claim | Comparison, text: str
) -> dict[str, Any]:
    return {
        "paper": account.paper.slug,
        "task": task.slug,
        "tier": of.tier,
        "text": text,
        "metric": of.metric,
        "where": of.where,
        "status": of.status,
        "verdict": item.verdict,
        "why": item.why,
        "run": item.run.pk if item.run else None,
    }


@api.get("v1/me", auth=Bearer(), response={200: Me, 401: Problems}, summary="The token's user and quota")
def me(request: HttpRequest) -> dict[str, Any]:
    user = asker(request)
    found = allowance(user)
    counts = {name: getattr(found, name) for name in ("used", "limit", "open", "open_limit")}
    return {"username": user.get_username(), **counts, "refusal": str(found.refusal or "")}


@api.post(
    "v1/submissions",
    auth=Bearer(),
    response=MISSING | {201: Submitted, 401: Problems, 429: Problems, 503: Problems},
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


@api.get("v1/submissions", auth=READERS, response=MISSING | {200: Submissions}, summary="Submissions, the newest first")
def submissions(
    request: HttpRequest,
    task: str = "",
    author: str = "",
    page: Page = 1,
    per_page: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    found = Submission.objects.visible_to(asker(request)).select_related("author").prefetch_related("runs")
    if task:
        found = found.filter(task=known_task(task).slug)
    if author:
        found = found.filter(author__username=author.replace("\0", ""))
    return paged(request, found, page=page, per_page=per_page, shown=submission_out)


def submission_out(submission: Submission) -> dict[str, Any]:
    """Reads author and runs: select and prefetch them."""
    computed = {"author": submission.author_name, "runs": list(submission.runs.all())}
    plain = SubmissionOut.model_fields.keys() - computed.keys()
    return {name: getattr(submission, name) for name in plain} | computed


@api.get(
    "v1/submissions/{submission}",
    auth=READERS,
    response=MISSING | {200: SubmissionOut},
    summary="A submission and its runs",
)
def one_submission(request: HttpRequest, submission: Number) -> dict[str, Any]:
    return submission_out(seen_submission(request, submission))


@api.get(
    "v1/submissions/{submission}/code",
    auth=READERS,
    response=MISSING | {200: str, 403: Problems},
    summary="The code, as a string; private code for its author's token only",
)
def submission_code(request: HttpRequest, submission: Number) -> str:
    found = seen_submission(request, submission)
    check_reader(request, found)
    return found.code().decode(errors="replace")


@api.post(
    "v1/submissions/{submission}/runs",
    auth=Bearer(),
    response=MISSING | {201: Submitted, 401: Problems, 403: Problems, 422: Problems, 429: Problems},
    summary="Run a submission of one's own again",
)
def run_again(request: HttpRequest, submission: Number, tier: str = "quick") -> Any:
    found, user = seen_submission(request, submission), asker(request)
    check_owner(request, found)
    known_task(found.task)
    tier = known_tier(tier)
    with transaction.atomic():
        hold(user)
        if not user.is_staff and (refusal := allowance(user).refusal):
            return problems(request, 429, ("", str(refusal)))
        started = start_run(found, tier=tier, why="run again by its author", requester=user)
    url = request.build_absolute_uri(found.get_absolute_url())
    return Status(201, {"submission": found.pk, "run": started.pk, "url": url})
