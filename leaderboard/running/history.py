"""The runs of a submission over time: which one is shown, which one counts, and why."""

from collections.abc import Sequence

from django.db.models import Avg

from leaderboard.models import Run
from runners.figures import style
from runners.figures.style import Plot


def figure(runs: Sequence[Run], current: Run, counting: set[int]) -> Plot | None:
    """Scores of the finished runs of a submission on the current one's tier; None where there is but one. One query.

    runs: all of the submission's, with drift_flags. Those under older versions of the task are grey.
    """
    board = current.board
    primary = board.task.primary
    rows = Run.objects.of_board(board).filter(
        submission=current.submission_id,
        status=Run.Status.FINISHED,
        scores__metric=primary.name,
        scores__case__in=board.ranked_cases,
    )
    scores = dict(rows.order_by().annotate(mean=Avg("scores__value")).values_list("pk", "mean"))
    done = sorted((run for run in runs if run.pk in scores and run.ended), key=lambda run: (run.ended, run.pk))
    if len(done) < 2:
        return None
    drifted = {run.pk for run in done if run.drift_flags.all()}
    marker = {
        "color": [style.GREY if run.is_stale else style.COLOURS[0] for run in done],
        "size": [18 if run.pk == current.pk else 10 for run in done],
        "symbol": [symbol_of(run.pk in counting, run.pk in drifted) for run in done],
        "line": {"width": 2},
    }
    line = style.trace(
        primary.label,
        [run.ended.isoformat() for run in done if run.ended],
        [scores[run.pk] for run in done],
        style.Look(style.GREY, "circle", "dot"),
        mode="lines+markers",
        marker=marker,
        text=[label_of(run, run.pk in counting, run.pk in drifted) for run in done],
        hovertemplate="%{text}<br>%{y:.4f}<extra></extra>",
    )
    x = {"title": {"text": "run ended (UTC)"}, "type": "date"}
    return style.plot([line], x=x, y=style.axis(style.axis_title(primary)), showlegend=False)


def symbol_of(counts: bool, drifted: bool) -> str:
    """Filled where it counts; a triangle where drift was flagged."""
    return ("triangle-up" if drifted else "circle") + ("" if counts else "-open")


def label_of(run: Run, counts: bool, drifted: bool) -> str:
    words = [f"run {run.pk}, version {run.task_version}", run.device_name or run.device, run.why]
    words += ["counts"] * counts + ["drift"] * drifted + ["stale"] * run.is_stale
    return ", ".join(filter(None, words))


def why_shown(run: Run, *, was_asked_for: bool, counts: bool) -> str:
    """Why the page shows this run, as the end of a sentence."""
    if was_asked_for:
        return "because you chose it"
    if run.is_open:
        return "because it is under way"
    if counts:
        return "because it counts: the latest finished run under the current version of the task"
    return "because it is the latest; no run counts"
