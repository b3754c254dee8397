"""What the pages show of a board, as plain rows. Each function says how many queries it makes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Avg, Case, Count, F, FloatField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast

from leaderboard.boards import kept, search
from leaderboard.boards.scores import scores_of
from leaderboard.models import Change, Place, Run, Score, Standing, Submission, shown_name, standing_key
from leaderboard.models.runs import BILLED
from leaderboard.models.standings import StandingQuerySet
from papers import catalogue
from papers.evidence import Contrast
from papers.task import Board, Task
from runners.standing import statistics
from runners.standing.scores import Scores, paired_by_seed

MOST_UNRANKED = 50
LOOKED_AT = 500  # submissions, the newest
BEST = 50  # rows that are asked which metrics there are


def names_of(task: Task) -> list[tuple[int, str, str]]:
    """submission, and what a search looks at: its name and its author's, folded. One query, which reads what is new, and one for
    each change of what stood before."""
    submissions = Submission.objects.in_the_running().filter(task=task.slug).order_by("pk")
    known: list[tuple[int, str, str]] = kept.once(
        catalogue.paper_of(task.slug), ("names", task.slug), lambda: folded(submissions), suffixes=(Change.HOUSE,)
    )
    return known + folded(submissions.filter(pk__gt=known[-1][0] if known else 0))


def folded(submissions: QuerySet[Submission]) -> list[tuple[int, str, str]]:
    return [
        (pk, search.fold(name), search.fold(author or ""))
        for pk, name, author in submissions.values_list("pk", "name", shown_name("author"))
    ]


def money() -> Any:
    """Run.money in the database."""
    prices = [
        When(run__device=device, then=F(f"run__{BILLED[device]}") * price / 3600)
        for device, price in settings.DEVICE_PRICES.items()
    ]
    unknown = Cast(
        Value(None), FloatField()
    )  # PostgreSQL sorts by no bare constant, which it is where nothing has a price
    return Case(*prices, default=unknown, output_field=FloatField())


def leaders(boards: Sequence[Board]) -> dict[str, Standing]:
    """task -> the best row that is no control and has no flag, or where all have one, that is no control, on boards of one
    tier. Two queries, and another one for a board of whose best BEST rows none is such."""
    names = ("task", "pk", "rank", "submission__kind", "flags")
    looked_at, first, unflagged = Counter[str](), dict[str, int](), dict[str, int]()
    best = Standing.objects.on(boards).filter(position__lt=BEST).order_by("position")
    for task, pk, rank, kind, flags in best.values_list(*names):
        looked_at[task] += 1
        if rank is not None and kind != "control":
            first.setdefault(task, pk)
            if not flags:
                unflagged.setdefault(task, pk)
    for task in {task for task, count in looked_at.items() if count == BEST} - unflagged.keys():
        worthy = Standing.objects.on([board for board in boards if board.task.slug == task])
        worthy = worthy.filter(rank__isnull=False).exclude(submission__kind="control")
        clean = worthy.filter(flags=[]).order_by("position").first() or worthy.order_by("position").first()
        unflagged |= {task: clean.pk} if clean else {}
    keys = (first | unflagged).values()
    return {row.task: row for row in Standing.objects.filter(pk__in=keys).for_lists()}


def method_counts(boards: Sequence[Board]) -> Counter[str]:
    """task -> how many methods rank. One query."""
    tiers = {board.tier.name for board in boards}
    ranked = Place.objects.filter(task__in=[board.task.slug for board in boards], tier__in=tiers, rank__isnull=False)
    return Counter(dict(ranked.order_by("task").values_list("task").annotate(Count("rank"))))


def house_rows(tasks: Iterable[str], **which: Any) -> StandingQuerySet:
    """The rows of house methods of these tasks; `which` narrows the methods. One query of its own, so that an index leads to
    the rows."""
    house = Submission.objects.filter(task__in=list(tasks), is_house=True, **which)
    rows: StandingQuerySet = Standing.objects.filter(submission__in=list(house.values_list("pk", flat=True)))
    return rows


def unranked(board: Board, user: Any) -> list[tuple[Run, str]]:
    """The latest run of each submission that doesn't stand, where this user may see it, with the reason; the newest first,
    of the LOOKED_AT newest submissions. Three queries."""
    sent = Submission.objects.in_the_running().filter(task=board.task.slug).order_by("-pk")
    newest = list(sent.values_list("pk", flat=True)[:LOOKED_AT])
    standing = Standing.everything.filter(**standing_key(board), submission__in=newest).order_by()
    left = set(newest) - set(standing.values_list("submission", flat=True))
    latest = Run.objects.filter(submission=OuterRef("submission"), tier=board.tier.name).order_by("-queued", "-pk")
    runs = Run.objects.filter(submission__in=left, pk=Subquery(latest.values("pk")[:1])).visible_to(user).for_lists()
    return [(run, why_unranked(board, run)) for run in runs.order_by("-queued", "-pk")[:MOST_UNRANKED]]


def why_unranked(board: Board, run: Run) -> str:
    if run.is_open:
        return f"{run.status}: {run.plays_done} of {run.plays_total} plays"
    if run.status == Run.Status.FAILED:
        return f"failed: {run.failure_message}" if run.failure_whose == "author" else "failed by our fault"
    return "cancelled" if run.status == Run.Status.CANCELLED else why_unplaced(board, run)


def why_unplaced(board: Board, run: Run) -> str:
    """Of a run that finished."""
    if not run.is_placed:
        return "finished: its place is being computed"
    if run.task_version != board.task.version:
        return f"stale: it ran under version {run.task_version}, now it is {board.task.version}"
    if set(board.ranked_cases) <= set(run.left_out):
        return "it could play no ranked case here"
    return f"incomplete: {board.task.primary.label} is missing on a ranked case and seed"


def raw_scores(board: Board) -> Iterator[tuple[Any, ...]]:
    """run, submission, method, case, seed, metric, value of everything that stands, read in pieces. One query; two where
    a metric gives a truth away: it comes last, without a seed, as the mean over the seeds."""
    scores = Score.objects.filter(run__in=Standing.objects.for_board(board).values("run"))
    names = ("run", "run__submission", "run__submission__name", "case", "seed", "metric", "value")
    hidden = board.task.gives_away
    ordered = scores.exclude(metric__in=hidden).order_by("run", "case", "seed", "metric")
    yield from ordered.values_list(*names).iterator(chunk_size=2000)
    if hidden:
        kept = (*names[:4], "metric")
        means = scores.filter(metric__in=hidden).order_by("run", "case", "metric").values_list(*kept)
        for *which, metric, mean in means.annotate(Avg("value")).iterator(chunk_size=2000):
            yield (*which, None, metric, mean)


def secondary_metrics(board: Board, shown: Sequence[Standing]) -> list[Any]:
    """The columns beside the primary metric: all that rank and that one of the best rows, or of those shown, has. One query."""
    best = Standing.objects.of_board(board).order_by("position").values_list("metrics", flat=True)[:BEST]
    measured = set().union(*best, *(row.metrics for row in shown))
    return [metric for metric in board.task.metrics[1:] if metric.is_ranked and metric.name in measured]


def first_measured(board: Board, rows: Sequence[Standing]) -> dict[int, datetime]:
    """submission -> when its first run under the task's current version ended, of these rows. One query."""
    counts = Q(tier=board.tier.name, status=Run.Status.FINISHED, task_version=board.task.version)
    # Nothing else in WHERE: SQLite would take an index of all that has finished.
    runs = Run.everything.filter(submission__in=[row.submission_id for row in rows if row.submission_id]).order_by()
    first = runs.values_list("submission").annotate(first=Min("ended", filter=counts))
    return {submission: ended for submission, ended in first if ended}


def open_runs(board: Board) -> Counter[str]:
    """How many runs of a board are queued and running. One query."""
    return Counter(Run.objects.open().filter(**board.key).values_list("status", flat=True))


def contrasts(board: Board, rows: Sequence[Standing]) -> list[tuple[Standing, list[statistics.Estimate | None]]]:
    """The contrasts of a board for each row, paired by seed; None where a case was not played. One query."""
    pairs = board.evidence.contrasts
    if not pairs:
        return []
    metrics = {pair.metric or board.task.primary.name for pair in pairs}
    cases = {name for pair in pairs for name in (pair.of, pair.against)}
    scores = scores_of([row.run_id for row in rows], metric__in=metrics, case__in=cases)

    def difference(run: int, pair: Contrast) -> statistics.Estimate | None:
        metric = pair.metric or board.task.primary.name
        both = paired_by_seed(scores.by_seed(run, metric, pair.of), scores.by_seed(run, metric, pair.against))
        return statistics.difference(both[0][None], both[1][None]) if both else None

    return [(row, [difference(row.run_id, pair) for pair in pairs]) for row in rows]


@dataclass(frozen=True)
class CaseScores:
    """One case of one run: the primary metric by seed, and the means of all metrics."""

    case: str
    ranked: bool
    by_seed: list[float | None]
    estimate: statistics.Estimate | None  # None where a seed is missing
    means: dict[str, float]
    left_out: str  # why it was not played, or ""


def case_scores(run: Run, recorded: Scores | None = None) -> list[CaseScores]:
    """Every raw score of a run, by case. One query; none for a recorded run, of which any seeds make an estimate."""
    board = catalogue.board(run.task, run.tier)
    scores, primary = recorded or scores_of([run.pk]), board.task.primary.name
    means = {metric.name: scores.means(run.pk, metric.name) for metric in board.task.metrics}
    rows = []
    for case in board.cases:
        by_seed = scores.by_seed(run.pk, primary, case.name)
        rows.append(
            CaseScores(
                case=case.name,
                ranked=case.ranked,
                by_seed=[by_seed.get(seed) for seed in range(board.seeds)],
                estimate=scores.estimate(run.pk, primary, case.name)
                if recorded or len(by_seed) == board.seeds
                else None,
                means={name: by_case[case.name] for name, by_case in means.items() if case.name in by_case},
                left_out=run.left_out.get(case.name, ""),
            )
        )
    return rows


def uploads_of(task: Task, rows: Sequence[Standing]) -> dict[int, int]:
    """author -> how many methods he has sent to a board's task, whatever became of them. One query."""
    authors = {row.submission.author_id for row in rows if row.submission.author_id}
    sent = Submission.everything.filter(task=task.slug, author__in=authors).order_by("author").values_list("author")
    return dict(sent.annotate(Count("pk")))
