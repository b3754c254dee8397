"""Submitting a method, and what became of it."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leaderboard.figures import charts
from leaderboard.running import history
from leaderboard.running import reruns
from leaderboard.boards import tables
from leaderboard.running import provenance as provenance_of
from leaderboard.submitting.forms import SubmissionForm
from leaderboard.submitting.rates import uploading
from leaderboard.models import Artefact, Run, Standing, Submission, artefact_path
from leaderboard.submitting.quota import allowance, hold
from leaderboard.running.runs import cancel, outlook, rerun, start_run
from leaderboard.views.boards import card_or_404
from papers import catalogue
from papers.task import TIERS

LOG_LINES = 60


@login_required
@uploading
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, slug: str) -> HttpResponse:
    card = card_or_404(slug)
    if request.method == "POST":
        form = SubmissionForm(request.POST, request.FILES, task=card, user=request.user)
        if form.is_valid() and (run := saved(form)):
            return redirect(run.submission)
    else:
        form = SubmissionForm(task=card, user=request.user)
    context = {"card": card, "paper": catalogue.paper_of(slug), "form": form, "allowance": allowance(request.user)}
    context |= {"interface": tables.interface_source(card), "limits": card.limits["quick"]}
    return render(request, "submit.html", context, status=422 if form.errors else 200)


def saved(form: SubmissionForm) -> Run | None:
    """The queued run, or None with what stood in its way added to the form."""
    try:
        return form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return None


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    own = Submission.objects.of_author(request.user)
    return render(request, "submissions.html", {"submissions": own, "allowance": allowance(request.user)})


def visible(request: HttpRequest, pk: int) -> Submission:
    found = get_object_or_404(Submission.objects.visible_to(request.user).select_related("author"), pk=pk)
    if found.task not in catalogue.all_tasks():
        raise Http404("Its task has been removed.")
    return found


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission with the run that is asked for, else the one that counts, else the latest."""
    submission = visible(request, pk)
    runs = list(submission.runs.prefetch_related("drift_flags__reference", "requester"))
    for each in runs:
        each.submission = submission
    standings = {standing.run_id: standing for standing in Standing.objects.filter(submission=submission)}
    run = chosen(request, runs, set(standings))
    card = submission.card
    context: dict[str, Any] = {
        "submission": submission,
        "card": card,
        "paper": submission.paper,
        "runs": runs,
        "standing": standings.get(run.pk) if run else None,
        "counting": set(standings),
        "may_change": submission.may_change(request.user),
        "may_read": submission.may_read(request.user),
        "code": submission.code().decode(errors="replace") if submission.may_read(request.user) else None,
    }
    if run:
        context |= of_run(run) | {
            "command": provenance_of.command(run) if run.provenance else None,
            "history_figure": history.figure(submission, runs, run, set(standings)),
            "why_shown": history.why_shown(run, was_asked_for="run" in request.GET, counts=run.pk in standings),
            "stale_tiers": [tier for tier in TIERS if reruns.stale(card, tier).filter(pk=submission.pk).exists()]
            if context["may_change"]
            else [],
        }
    return render(request, "submission.html", context)


def chosen(request: HttpRequest, runs: list[Run], counting: set[int]) -> Run | None:
    asked = request.GET.get("run", "")
    if asked:
        found = next((run for run in runs if str(run.pk) == asked), None)
        if found is None:
            raise Http404("This submission has no such run.")
        return found
    is_open = next((run for run in runs if run.is_open), None)
    return is_open or next((run for run in runs if run.pk in counting), runs[0] if runs else None)


def of_run(run: Run) -> dict[str, Any]:
    """What the page shows of one run."""
    card = catalogue.task(run.task)
    scores = tables.case_scores(card, run)
    is_scored = any(row.means for row in scores)
    return {
        "run": run,
        "scores": scores if is_scored else [],
        "seeds": range(card.seeds[run.tier]),  # type: ignore[index]  # a tier by its field's choices
        "score_metrics": [metric for metric in card.metrics[1:] if any(metric.name in row.means for row in scores)],
        "strip_figure": charts.seed_strip(card, scores) if is_scored else None,
        "artefacts": [shown(kept) for kept in first_of_each(run)],
        "log_tail": "\n".join(run.log.splitlines()[-LOG_LINES:]),
        "outlook": outlook(run) if run.status == Run.Status.QUEUED else None,
    }


def first_of_each(run: Run) -> list[Artefact]:
    """What a protocol reported under the same name for several seeds is shown for the first. One query."""
    found: dict[tuple[str, str], Artefact] = {}
    for kept in run.artefacts.all():
        found.setdefault((kept.case, kept.name), kept)
    return list(found.values())


def shown(kept: Artefact) -> dict[str, Any]:
    """An artefact with what is needed to draw it."""
    with default_storage.open(artefact_path(kept.sha256)) as file:
        content = json.load(file)
    return {
        "id": f"artefact-{kept.pk}",
        "artefact": kept,
        "content": content,
        "figure": charts.artefact(kept, content) if kept.kind in ("curve", "points", "graph") else None,
    }


@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The state of an open run, polled by its page; when the run has ended the page loads anew."""
    run = get_object_or_404(Run.objects.select_related("submission"), pk=pk)
    visible(request, run.submission_id)
    rights = {name: getattr(run.submission, name)(request.user) for name in ("may_change", "may_read")}
    context = {"submission": run.submission} | rights | of_run(run)
    response = render(request, "_run.html", context)
    if not run.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    submission = visible(request, pk)
    if not submission.may_read(request.user):
        raise PermissionDenied("The author keeps this code private.")
    response = HttpResponse(submission.code(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="method.py"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def provenance(request: HttpRequest, pk: int) -> JsonResponse:
    """Everything that a run's scores depend on."""
    run = get_object_or_404(Run.objects.select_related("submission"), pk=pk)
    visible(request, run.submission_id)
    response = JsonResponse(provenance_of.card(run), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="run-{run.pk}.json"'
    return response


@login_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(Run.objects.select_related("submission"), pk=pk)
    if not run.submission.may_change(request.user):
        raise PermissionDenied("Only its author may cancel a run.")
    if cancel(run):
        messages.success(request, "The run is cancelled.")
    return redirect(run.submission)


@login_required
@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue the same code again: for its author within the quota, for staff always."""
    submission = visible(request, pk)
    if not submission.may_change(request.user):
        raise PermissionDenied("Only its author may run a submission again.")
    tier = "full" if request.POST.get("tier") == "full" else "quick"
    if request.user.is_staff:
        rerun(submission, tier=tier, why="rerun by an administrator", requester=request.user)  # type: ignore[arg-type]
        return redirect(submission)
    with transaction.atomic():
        hold(request.user)
        if refusal := allowance(request.user).refusal:
            messages.error(request, f"Not queued: {refusal}")
        else:
            start_run(submission, tier=tier, why="run again by its author", requester=request.user)  # type: ignore[arg-type]
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
        rerun(submission, tier=tier, why=why, requester=request.user)
        for tier in TIERS
        for submission in reruns.stale(card, tier)
    ]
    messages.success(request, f"{len(queued)} rerun{'' if len(queued) == 1 else 's'} queued.")
    return redirect("task", slug)
