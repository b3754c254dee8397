"""Makes the standings of a board from the scores of its runs.

Standings are written when a run ends, so that a page is one query. A newcomer is compared with the others and they not
with each other; everything can be rebuilt from the scores, with the same result.

Everybody is ranked on the same cases: the ranked ones that no run that counts had to leave out. An oracle, and who raises
a flag that says that its score means nothing, stands among the rows by its value and is compared with nobody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from leaderboard.boards import tallies
from leaderboard.boards.scores import scores_of
from leaderboard.boards.writing import Plan, hold, place_of, standing_submissions
from leaderboard.models import Change, Run, Standing, Submission
from papers import catalogue
from papers.evidence import Audit
from papers.metrics import Finding, findings
from papers.task import Board
from runners.standing import audit, ranking, statistics
from runners.standing.scores import Scores
from runners.standing.value import audit_ratio, gain_of, overall, unpaired

CHUNK = 200  # runs whose scores are in memory at once
TRIES = 3  # to place a run on a board that others change meanwhile
ORACLE = "oracle"
CONTENDERS = ("method", "baseline", "control")

Ratios = Mapping[Audit, Mapping[int, float]]  # audit -> submission of the house -> log ratio


def finished_runs(board: Board, until: datetime | None = None) -> QuerySet[Run]:
    """The finished runs of a board under the current version, the latest first."""
    runs = Run.objects.filter(tier=board.tier.name, status=Run.Status.FINISHED, task_version=board.task.version)
    return (runs.filter(ended__lte=until) if until else runs).order_by("-ended", "-pk")


def counting_runs(board: Board, *, until: datetime | None = None, **which: Any) -> dict[int, Submission]:
    """The run that counts -> its submission: the latest finished one under the current version. One query; two of a day, of
    which SQLite would look for each submission's among all runs that had ended."""
    if until:
        return counting_runs_then(board, until, which)
    latest = finished_runs(board, until).filter(submission=OuterRef("pk")).values("pk")[:1]
    submissions = (
        Submission.objects.filter(task=board.task.slug, disqualified="", superseded=False, **which)
        .annotate(counting=Subquery(latest))
        .filter(counting__isnull=False)
        .only("pk", "kind", "author")
    )
    return {submission.counting: submission for submission in submissions}  # type: ignore[attr-defined]  # annotated


def counting_runs_then(board: Board, until: datetime, which: dict[str, Any]) -> dict[int, Submission]:
    present = Submission.objects.in_the_running().filter(task=board.task.slug, **which).only("pk", "kind", "author")
    submissions = {submission.pk: submission for submission in present}
    ended = finished_runs(board, until).filter(task=board.task.slug).reverse().values_list("submission", "pk")
    return {run: submissions[pk] for pk, run in dict(ended).items() if pk in submissions}


def left_out(board: Board, *, until: datetime | None = None) -> dict[str, str]:
    """Ranked cases that some run that counts could not play -> why: nobody is ranked on them. One query."""
    latest = finished_runs(board, until).filter(submission=OuterRef("submission")).values("pk")[:1]
    runs = (
        finished_runs(board, until)
        .filter(task=board.task.slug, submission__disqualified="", submission__superseded=False)
        .exclude(left_out={})
        .annotate(counting=Subquery(latest))
        .filter(pk=F("counting"))
    )
    reasons: dict[str, str] = {}
    for missed in runs.order_by("-pk").values_list("left_out", flat=True):
        reasons |= missed
    return {case: reasons[case] for case in board.ranked_cases if case in reasons}


def cases_ranked_on(board: Board, missing: Mapping[str, str]) -> list[str]:
    return [case for case in board.ranked_cases if case not in missing]


def rebuild(board: Board) -> int:
    """Write the standings of a board anew from its scores. A query for each 200 runs, and one to write as many."""
    with transaction.atomic():
        hold(board)
        plan = plan_anew(board)
        plan.write(board)
    return len(plan.fresh)


def rebuild_outdated() -> list[Board]:
    """Make the boards anew that hold rows of another version than their task is of now, and return them: an upgrade raised it."""
    held = Standing.objects.order_by().values_list("task", "tier", "version").distinct()
    tiers = {(slug, tier) for slug, tier, version in held if version != catalogue.task(slug).version}
    outdated = [catalogue.board(*key) for key in sorted(tiers) if key[1] in catalogue.task(key[0]).boards]
    for board in outdated:
        rebuild(board)
    return outdated


def update(run: Run) -> None:
    """Put a finished run on its board: compare it with all others, and them not with each other.

    All is computed before the board is held, and again where it has changed meanwhile. What others are judged by (a house
    method where there are audits, another version of the task, other cases that somebody left out) makes the board anew.
    """
    board = catalogue.board(run.task, run.tier)
    for _ in range(TRIES):
        seen = Change.of(board.task.slug)
        plan = plan_with(board, run)
        with transaction.atomic():
            hold(board)
            if Change.of(board.task.slug) == seen:
                plan.write(board)
                return
    with transaction.atomic():
        hold(board)
        plan_with(board, run).write(board)


def plan_anew(board: Board) -> Plan:
    cases = cases_ranked_on(board, left_out(board))
    rows = list(rows_of(board, counting_runs(board), cases))
    gain = gains(board, rows, cases)
    apart = unpaired(board.task, cases)
    counts = ranking.tally(gain[contending(rows)], apart)
    set_places(rows, gain, counts, apart)
    standing = {row.submission_id for row in rows}
    gone = [pk for pk, submission in standing_submissions(board).items() if submission not in standing]
    return Plan((), rows, gone, packed(rows, counts))


def plan_with(board: Board, run: Run) -> Plan:
    """Of a board on which this run counts from now on."""
    cases = cases_ranked_on(board, left_out(board))
    fields = (*board.key, "version", "submission__kind", "run", "scores", "flags")
    rows = list(Standing.objects.filter(**board.key).select_related("submission").only(*fields))
    known = tallies.tallies_of(board)
    is_measure = run.submission.is_house and board.evidence.audits
    if is_measure or not stands_on(board, rows, cases, known):
        return plan_anew(board)
    fresh = list(rows_of(board, counting_runs(board, pk=run.submission_id), cases))
    plan = replaced(board, rows, fresh, known, submission=run.submission_id, cases=cases)
    return replace(plan, is_upload=not run.submission.is_house)


def stands_on(board: Board, rows: Sequence[Standing], cases: Sequence[str], known: Mapping[int, np.ndarray]) -> bool:
    """Whether a board's rows are there, of its current version and ranked on just these cases, with places and tallies.
    One query."""
    shape = (len(board.ranked_cases), board.seeds)
    is_current = all(row.version == board.task.version and np.shape(row.scores) == shape for row in rows)
    ranked_on = Standing.objects.filter(**board.key).values_list("cases", flat=True).first()
    is_placed = all(row.position is not None for row in rows)
    is_counted = known.keys() == {rows[index].submission_id for index in contending(rows)}
    return bool(rows) and is_current and is_placed and is_counted and set(ranked_on or ()) == set(cases)


def replaced(
    board: Board,
    rows: Sequence[Standing],
    fresh: Sequence[Standing],
    known: Mapping[int, np.ndarray],
    *,
    submission: int,
    cases: Sequence[str],
) -> Plan:
    """Of a board on which a submission's fresh row, if there is one, takes the place of its old one, if there is one."""
    old = [row for row in rows if row.submission_id == submission]
    others = [row for row in rows if row.submission_id != submission]
    before = [place_of(row) for row in others]
    present = [*others, *fresh]
    gain = gains(board, present, cases)
    counts = np.array([known[others[index].submission_id] for index in contending(others)])
    gone = gains(board, old, cases)[contending(old)]
    apart = unpaired(board.task, cases)
    counts = updated_tally(counts, gain[contending(present)], gone, apart)
    set_places(present, gain, counts, apart)
    moved = [row for row, was in zip(others, before, strict=True) if place_of(row) != was]
    leaving = [] if fresh else [row.pk for row in old]
    return Plan([(*place_of(row), row.pk) for row in moved], fresh, leaving, packed(present, counts))


def packed(rows: Sequence[Standing], counts: np.ndarray) -> tallies.Packed:
    """The tally of the rows that contend. Reads submission."""
    return tallies.pack([rows[index].submission_id for index in contending(rows)], counts)


def updated_tally(
    counts: np.ndarray, gain: np.ndarray, gone: np.ndarray, unpaired: statistics.Unpaired = None
) -> np.ndarray:
    """The tally of gain: (entries, strata, seeds), where counts is that of its first rows among themselves and `gone`.

    So a tally follows a board without comparing it anew: what is gone is taken out, what comes after the rows put in.
    """
    rest, new = gain[: len(counts)], gain[len(counts) :]
    if len(rest):
        counts = counts - ranking.histogram(ranking.strength(rest, gone, unpaired)) if len(gone) else counts
        counts = counts + ranking.histogram(ranking.strength(rest, new, unpaired)) if len(new) else counts
    else:
        counts = np.zeros((0, 2 * ranking.STEPS + 1), int)
    return np.concatenate([counts, ranking.histogram(ranking.strength(new, gain, unpaired))]) if len(new) else counts


def contending(rows: Sequence[Standing]) -> list[int]:
    """The indices of the rows that are compared with each other. Reads submission."""
    return [index for index, row in enumerate(rows) if takes_rank(row)]


def takes_rank(row: Standing) -> bool:
    """No oracle does, and nobody whose flag says that his score means nothing. Reads submission."""
    unranking = {flag.label for flag in row.board.task.flags if flag.unranks}
    return row.submission.kind != ORACLE and not any(flag["label"] in unranking for flag in row.flags)


def gains(board: Board, rows: Sequence[Standing], cases: Sequence[str]) -> np.ndarray:
    """What is compared: each row's scores under the task's own rule, (rows, strata, seeds), higher is better."""
    if not rows or not cases:
        return np.empty((len(rows), 0, board.seeds))
    return gain_of(board.task, stored_scores(board, rows, cases), weights=board.weights(cases))


def stored_scores(board: Board, rows: Sequence[Standing], cases: Sequence[str]) -> np.ndarray:
    """The primary metric on these cases, (rows, cases, seeds), NaN where a row has none."""
    wanted = [index for index, case in enumerate(board.ranked_cases) if case in set(cases)]
    return np.array([row.scores for row in rows], float)[:, wanted]


def set_places(
    rows: Sequence[Standing], gain: np.ndarray, counts: np.ndarray | None, unpaired: statistics.Unpaired = None
) -> None:
    """Set the position of every row, and the rank, its interval and the tie group of those that contend.

    counts: the tally of the contending rows; without it ranks have no interval, and nobody is in a group. Equal means
    stand in the order of their submissions, which no rerun changes.
    """
    if not rows:
        return
    submissions = [row.submission_id for row in rows]
    for position, index in enumerate(ranking.best_first(gain, submissions)):
        rows[index].position = position
        rows[index].rank = rows[index].rank_low = rows[index].rank_high = rows[index].group = None
    contenders = contending(rows)
    if not contenders:
        return
    if counts is None:
        ranks = ranking.ranks(gain[contenders])
        for index, rank in zip(contenders, ranks.tolist(), strict=True):
            rows[index].rank = rank
        return
    tiebreak = [submissions[index] for index in contenders]
    places = ranking.place(gain[contenders], counts, tiebreak=tiebreak, unpaired=unpaired)
    columns = (places.rank, places.low, places.high, places.group)
    for index, place in zip(contenders, np.transpose(columns).tolist(), strict=True):
        rows[index].rank, rows[index].rank_low, rows[index].rank_high, rows[index].group = place


def rows_of(board: Board, runs: Mapping[int, Submission], cases: Sequence[str]) -> Iterator[Standing]:
    """Rows without places, of the runs that have the primary metric on each of these cases and every seed.

    A query for each 200 runs, and two where the board has audits.
    """
    numbers = sorted(runs)
    known = honest_ratios(board)
    for start in range(0, len(numbers), CHUNK):
        scores = scores_of(numbers[start : start + CHUNK])
        for run in numbers[start : start + CHUNK]:
            if row := row_of(board, scores, run=run, submission=runs[run], cases=cases):
                row.flags = [flag.as_json() for flag in flags_of(board, scores, known, run=run, submission=runs[run])]
                yield row


def row_of(board: Board, scores: Scores, *, run: int, submission: Submission, cases: Sequence[str]) -> Standing | None:
    """A run's row without place and flags; None where a score is missing on one of the cases."""
    task, seeds = board.task, board.seeds
    whole = scores.array(run, task.primary.name, cases=board.ranked_cases, seeds=seeds)
    primary = scores.array(run, task.primary.name, cases=cases, seeds=seeds)
    if not len(primary) or not np.isfinite(primary).all():
        return None
    others = {
        metric.name: mean_of(board, scores, run=run, metric=metric.name, cases=cases)
        for metric in task.metrics
        if metric is not task.primary
    }
    mean = overall(task, primary, task.average, weights=board.weights(cases))
    return Standing(
        **board.key,
        version=task.version,
        submission=submission,
        author_id=submission.author_id,
        run_id=run,
        value=mean["value"],
        low=mean["low"],
        high=mean["high"],
        metrics={name: vars(known) for name, known in others.items() if known} | {task.primary.name: mean},
        cases={case: vars(mean) for case, mean in zip(cases, statistics.estimates(primary), strict=True)},
        scores=[[None if np.isnan(value) else value for value in line] for line in whole.tolist()],
    )


def mean_of(board: Board, scores: Scores, *, run: int, metric: str, cases: Sequence[str]) -> statistics.Estimate | None:
    """Of a metric over those of the cases that have it on every seed; None where none has."""
    table = scores.array(run, metric, cases=cases, seeds=board.seeds)
    is_whole = np.isfinite(table).all(axis=1)
    if not is_whole.any():
        return None
    weights = board.weights([case for case, known in zip(cases, is_whole, strict=True) if known])
    how: dict[str, Any] = {"weights": weights, "share_draws": board.task.cases_share_draws}
    return statistics.estimate(statistics.strata_of(table[is_whole][None], **how)[0])


def honest_ratios(board: Board) -> Ratios:
    """For each audit of a board, how the house methods do on the public table against its twin. Two queries."""
    if not board.evidence.audits:
        return {}
    runs = counting_runs(board, is_house=True, kind__in=CONTENDERS)
    scores = scores_of(runs)
    return {
        check: {
            submission.pk: ratio
            for run, submission in runs.items()
            if (ratio := audit_ratio(check, scores, run)) is not None
        }
        for check in board.evidence.audits
    }


def flags_of(board: Board, scores: Scores, known: Ratios, *, run: int, submission: Submission) -> list[Finding]:
    """The public tables that a run knows by heart and the card's flags. An oracle knows the truth and needs no warning."""
    if submission.kind == ORACLE:
        return []
    means = {flag.metric: scores.means(run, flag.metric) for flag in board.task.flags}
    return [*memorisation(scores, known, run=run, submission=submission), *findings(board.task.flags, means)]


def memorisation(scores: Scores, known: Ratios, *, run: int, submission: Submission) -> list[Finding]:
    """A finding for each public table that a submission knows by heart, by the house methods' measure."""
    ratios = {check: audit_ratio(check, scores, run) for check in known}
    return [
        audit.finding(check, ratio)
        for check, honest in known.items()
        if submission.pk not in honest
        and (ratio := ratios[check]) is not None
        and audit.stands_out(ratio, list(honest.values()))
    ]
