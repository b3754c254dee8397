"""Submissions: sending one, finding them, running one again."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from leaderboard.api.access import MISSING, READERS, Bearer, Number, Page, asker, known_board, known_task, problems
from leaderboard.api.paging import one_page
from leaderboard.api.schemas import Problems, SubmissionIn, SubmissionOut, Submissions, Submitted
from leaderboard.models import HOUSE, Run, Submission, is_called
from leaderboard.submitting import again, rights
from leaderboard.submitting.forms import SubmissionForm
from leaderboard.submitting.quota import QuotaUsed
from leaderboard.submitting.rates import is_uploading_too_often

router = Router()


@router.post(
    "",
    auth=Bearer(),
    response=MISSING | {201: Submitted, 401: Problems, 429: Problems, 503: Problems},
    summary="Submit a method",
)
def submit(request: HttpRequest, fields: Form[SubmissionIn], file: File[UploadedFile]) -> Any:
    user = asker(request)
    if is_uploading_too_often(request, user):
        return problems(429, ("", "Too many uploads in a minute: try again in a minute."))
    form = SubmissionForm(fields.model_dump(), {"file": file}, task=known_task(fields.task), user=user)
    if not form.is_valid():
        return refusal(form)
    try:
        run = form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return refusal(form)
    return run_as_json(request, run, left_out=form.upload.left_out)


def run_as_json(request: HttpRequest, run: Run, *, left_out: Sequence[str] = ()) -> Any:
    url = request.build_absolute_uri(run.submission.get_absolute_url())
    return Status(201, {"submission": run.submission_id, "run": run.pk, "url": url, "left_out": list(left_out)})


def refusal(form: SubmissionForm) -> HttpResponse:
    """422 with what is wrong with each field; 429 for quota and rate, 503 where nobody can read or isolate an upload now."""
    by_field = form.errors.as_data()
    pairs = [
        ("" if field == "__all__" else field, message)
        for field, errors in by_field.items()
        for error in errors
        for message in error.messages
    ]
    codes = {error.code for errors in by_field.values() for error in errors}
    status = (
        429
        if codes & {"quota", "refused too often", "too many at once"}
        else 503
        if codes & {"isolation", "busy"}
        else 422
    )
    return problems(status, *pairs)


@router.get("", auth=READERS, response=MISSING | {200: Submissions}, summary="Submissions, the newest first")
def submissions(
    request: HttpRequest,
    task: str = "",
    author: str = "",
    page: Page = 1,
    per_page: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    user = asker(request)
    runs = Prefetch("runs", Run.objects.visible_to(user))
    rows = Submission.objects.visible_to(user).select_related("author__pseudonym").prefetch_related(runs)
    if task:
        rows = rows.filter(task=known_task(task).slug)
    if author == HOUSE:
        rows = rows.filter(is_house=True)
    elif author:
        rows = rows.filter(is_called(author.replace("\0", ""), "author"))
    return one_page(request, rows, page=page, per_page=per_page, as_json=submission_as_json)


def submission_as_json(submission: Submission) -> dict[str, Any]:
    """Reads author and runs: select and prefetch them, those that the asker may see."""
    computed = {"author": submission.author_name, "runs": list(submission.runs.all())}
    plain = SubmissionOut.model_fields.keys() - computed.keys()
    return {name: getattr(submission, name) for name in plain} | computed


@router.get("/{submission}", auth=READERS, response=MISSING | {200: SubmissionOut}, summary="A submission and its runs")
def one_submission(request: HttpRequest, submission: Number) -> dict[str, Any]:
    user = asker(request)
    row = rights.submission_for(user, submission)
    prefetch_related_objects([row], Prefetch("runs", Run.objects.visible_to(user)))
    return submission_as_json(row)


@router.get(
    "/{submission}/code",
    auth=READERS,
    response=MISSING | {200: str, 403: Problems},
    summary="The code, as a string; private code for its author's token only",
)
def submission_code(request: HttpRequest, submission: Number) -> str:
    row = rights.submission_for(asker(request), submission)
    rights.check_may_read(asker(request), row)
    rights.check_has_code(row)
    return row.code().decode(errors="replace")


@router.post(
    "/{submission}/runs",
    auth=Bearer(),
    response=MISSING | {201: Submitted, 401: Problems, 403: Problems, 429: Problems},
    summary="Run a submission of one's own again",
)
def run_again(request: HttpRequest, submission: Number, tier: str = "quick") -> Any:
    row = rights.submission_for(asker(request), submission)
    known_board(row.task, tier)
    try:
        run = again.run_again(row, tier=tier, user=asker(request))
    except QuotaUsed as reason:
        return problems(429, ("", str(reason)))
    return run_as_json(request, run)
