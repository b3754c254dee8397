"""Submitting a method, and what became of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.boards import flags, own, references, tables
from leaderboard.figures import charts
from leaderboard.figures.material import content_of
from leaderboard.models import Artefact, Deed, Run, Standing, Submission
from leaderboard.running import history, reruns
from leaderboard.running import provenance as provenance_of
from leaderboard.running.forecast import is_overdue, outlook, remaining
from leaderboard.running.runs import rerun
from leaderboard.submitting import again, rights
from leaderboard.submitting.forms import EditForm, SubmissionForm
from leaderboard.submitting.leaving import withdraw
from leaderboard.submitting.quota import QuotaUsed, allowance
from leaderboard.submitting.rates import limit_uploads
from leaderboard.views import citing
from leaderboard.views.boards import card_or_404
from papers import catalogue
from papers.task import Board
from runners import manual, surroundings
from runners.figures import artefacts
from runners.newpaper import comes_with_us

LOG_LINES = 60
PER_PAGE = 50  # of one's own submissions


@login_required
@limit_uploads
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    card = card_or_404(slug)
    if request.method == "POST":
        form = SubmissionForm(request.POST, request.FILES, task=card, user=request.user)
        if form.is_valid() and (run := save_or_add_error(form)):
            if form.upload.note:
                messages.info(request, form.upload.note)
            return redirect(run.submission)
    else:
        form = SubmissionForm(task=card, user=request.user)
    context = {"card": card, "paper": catalogue.paper_of(slug), "form": form, "allowance": allowance(request.user)}
    context |= {"interface": manual.interface(card), "limits": card.board("quick").limits}
    context |= {"packages": surroundings.python_and_packages(), "seed": surroundings.SEED}
    return render(request, "submit.html", context, status=422 if form.errors else 200)


def save_or_add_error(form: SubmissionForm) -> Run | None:
    """The queued run, or None with what stood in its way added to the form."""
    try:
        return form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return None


@login_required
@require_safe
def own_submissions(request: HttpRequest) -> HttpResponse:
    """Everything that one has sent: state, rank, score, cost, and how the runs went. Eight queries."""
    page = Paginator(own.submissions_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": own.entries(list(page.object_list)),
        "histories": own.histories(request.user) if page.number == 1 else [],
        "allowance": allowance(request.user),
    }
    return render(request, "submissions.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission with the run that is asked for, else the one that counts, else the latest."""
    submission = rights.submission_for(request.user, pk)
    runs = list(
        submission.runs.visible_to(request.user).prefetch_related("drift_flags__reference", "requester__pseudonym")
    )
    for each in runs:
        each.submission = submission
    standings = {standing.run_id: standing for standing in Standing.objects.filter(submission=submission)}
    run = chosen_run(request, runs, set(standings))
    card = submission.card
    context: dict[str, Any] = {
        "submission": submission,
        "card": card,
        "paper": submission.paper,
        "runs": runs,
        "standing": standings.get(run.pk) if run else None,
        "counting": set(standings),
        "may_change": submission.may_change(request.user) and not submission.withdrawn,
        "may_run_again": again.may_run_again(submission, request.user),
        "may_edit": submission.may_change(request.user) and not submission.is_house and not submission.withdrawn,
        "may_read": submission.may_read(request.user),
        "flags": flags_of(submission, standings.get(run.pk) if run else None),
        "code": submission.code().decode(errors="replace") if submission.may_read(request.user) else None,
    }
    if run:
        context |= run_context(run) | {
            "command": provenance_of.command(run) if run.provenance else None,
            "is_elsewhere": not comes_with_us(submission.paper),
            "history_figure": history.figure(runs, run, set(standings)),
            "why_shown": history.why_shown(run, was_asked_for="run" in request.GET, counts=run.pk in standings),
            "stale_tiers": stale_tiers(submission) if context["may_run_again"] else [],
        }
    if context["standing"]:
        context |= quotation(request, context["standing"])
        context["ranked"] = tables.method_counts([context["standing"].board])[submission.task]
    elif submission.is_house and not (submission.superseded or submission.disqualified) and not context.get("scores"):
        context["recorded"] = recorded_of(submission, [run.board] if run else list(card.boards.values()))
    return render(request, "submission.html", context)


def quotation(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    """What others may copy of a result that stands."""
    submission = standing.submission
    badge = reverse("submission_badge", args=[submission.pk]) + f"?tier={standing.tier}"
    address, picture = (request.build_absolute_uri(path) for path in (submission.get_absolute_url(), badge))
    markdown = f"[![{submission.card.title}]({picture})]({address})"
    return {"badge": badge, "citations": {**citing.citation(standing, address), "Badge, Markdown": markdown}}


def flags_of(submission: Submission, standing: Standing | None) -> list[tuple[str, str]]:
    """The label and the explanation of what was found when the run was put on its board."""
    stored = flags.stored_flags(standing) if standing else []
    return [(flag.label, flags.explanation(submission.card, flag)) for flag in stored]


def stale_tiers(submission: Submission) -> list[str]:
    """The tiers that left the board when the task's version rose. A query for each."""
    boards = submission.card.boards.items()
    return [name for name, board in boards if reruns.stale_submissions(board).filter(pk=submission.pk).exists()]


def chosen_run(request: HttpRequest, runs: list[Run], counting: set[int]) -> Run | None:
    asked = request.GET.get("run", "")
    if asked:
        run = next((run for run in runs if str(run.pk) == asked), None)
        if run is None:
            raise Http404("This submission has no such run.")
        return run
    is_open = next((run for run in runs if run.is_open), None)
    return is_open or next((run for run in runs if run.pk in counting), runs[0] if runs else None)


def run_context(run: Run) -> dict[str, Any]:
    """What the page shows of one run."""
    is_running = run.status == Run.Status.RUNNING
    told = outlook(run) if run.is_open else None
    return scores_context(run.board, tables.case_scores(run)) | {
        "run": run,
        "pictures": [
            artefacts.picture(kept, content_of(kept), subtitle=f"{kept.case}, seed {kept.seed}")
            for kept in first_of_each(run)
        ],
        "log_tail": "\n".join(run.log.splitlines()[-LOG_LINES:]),
        "outlook": None if is_running else told,
        "ends_in": remaining(run, told) if is_running and told else None,
        "is_overdue": is_running and told is not None and is_overdue(run, told),
    }


def scores_context(board: Board, scores: Sequence[tables.CaseScores]) -> dict[str, Any]:
    """The table of scores by case and seed, and its figure."""
    is_scored = any(row.means for row in scores)
    return {
        "scores": scores if is_scored else [],
        "seeds": range(board.seeds),
        "score_metrics": [
            metric for metric in board.task.metrics[1:] if any(metric.name in row.means for row in scores)
        ],
        "strip_figure": charts.seed_strip(board, scores) if is_scored else None,
    }


def recorded_of(submission: Submission, boards: Sequence[Board]) -> list[dict[str, Any]]:
    """What was recorded elsewhere of a house method, a board each. As many queries for each as references.stand_ins makes."""
    told = []
    for board in boards:
        one = references.recorded(board).get(submission.house_slug)
        if one is None or submission.house_slug in references.measured_here(board):
            continue
        run = one.run(board)
        played = [row for row in tables.case_scores(run, references.scores_of([one])) if row.means]
        scores = scores_context(board, played)
        stands = next((row for row in references.stand_ins(board) if row.submission_id == submission.pk), None)
        if scores["scores"]:
            told.append(scores | {"board": board, "source": run, "stand_in": stands})
    return told


def first_of_each(run: Run) -> list[Artefact]:
    """What a protocol reported under the same name for several seeds is shown for the first. One query."""
    first: dict[tuple[str, str], Artefact] = {}
    for kept in run.artefacts.all():
        first.setdefault((kept.case, kept.name), kept)
    return list(first.values())


@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The state of an open run, polled by its page; when the run has ended the page loads anew."""
    run = rights.run_for(request.user, pk)
    allowed = {name: getattr(run.submission, name)(request.user) for name in ("may_change", "may_read")}
    context = {"submission": run.submission} | allowed | run_context(run)
    response = render(request, "_run.html", context)
    if not run.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    submission = rights.submission_for(request.user, pk)
    rights.check_may_read(request.user, submission)
    rights.check_has_code(submission)
    response = HttpResponse(submission.code(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="method.py"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def provenance(request: HttpRequest, pk: int) -> JsonResponse:
    """Everything that a run's scores depend on."""
    run = rights.run_for(request.user, pk)
    response = JsonResponse(provenance_of.card(run), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="run-{run.pk}.json"'
    return response


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    run = rights.run_for(request.user, pk)
    if again.stop(run, request.user):
        messages.success(request, "The run is cancelled.")
    return redirect(run.submission)


@login_required
@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the same code again."""
    submission = rights.submission_for(request.user, pk)
    tier = request.POST.get("tier", "quick")
    if tier not in submission.card.boards:
        raise Http404(f"There is no tier {tier!r} of {submission.task}.")
    try:
        again.run_again(submission, tier=tier, user=request.user)
    except QuotaUsed as reason:
        messages.error(request, f"Not queued: {reason}")
    return redirect(submission)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, description, links and visibility of an entry; and the button that withdraws it."""
    submission = rights.submission_for(request.user, pk)
    rights.check_may_edit(request.user, submission)
    form = EditForm(request.POST or None, instance=submission)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect(submission)
    context = {"form": form, "submission": Submission.objects.get(pk=pk)}
    return render(request, "submission_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    submission = rights.submission_for(request.user, pk)
    rights.check_may_edit(request.user, submission)
    if "sure" not in request.POST:
        messages.error(request, "Nothing is withdrawn: tick that you want it gone for good.")
        return redirect("submission_edit", pk)
    withdraw(submission, request.user)
    messages.success(request, "The entry is withdrawn.")
    return redirect(submission)


@login_required
@require_POST
def rerun_stale(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue everything that a higher version of the task took off its boards."""
    card = card_or_404(slug)
    if not request.user.is_staff:
        raise PermissionDenied("Only administrators rerun a whole board.")
    why = f"the task moved to version {card.version}"
    queued = [
        rerun(submission, tier=name, why=why, requester=request.user)
        for name, board in card.boards.items()
        for submission in reruns.stale_submissions(board)
    ]
    Deed.note(request.user, why, *(run.submission for run in queued))
    messages.success(request, f"{len(queued)} rerun{'' if len(queued) == 1 else 's'} queued.")
    return redirect("task", slug)
