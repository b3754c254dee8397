"""The number by which the board ranks, and where it would stand among what was recorded: the board's own statistics."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from papers.metrics import Finding, findings
from papers.task import Board
from runners.standing import audit, ranking
from runners.standing import digits as digits_of
from runners.standing.scores import Scores
from runners.standing.statistics import Unpaired
from runners.standing.value import audit_ratio, gain_of, overall, unpaired
from runners.workbench import references
from runners.workbench.references import MINE, Recorded
from runners.workbench.tally import Tally

FEW = 4  # names in a sentence


@dataclass(frozen=True)
class Value:
    """What the board ranks by, over these ranked cases and seeds; `is_whole`: over all of them."""

    metric: str
    value: float
    low: float | None
    high: float | None
    cases: tuple[str, ...]
    seeds: tuple[int, ...]
    is_whole: bool
    distance: float | None = None  # of a metric that is best nearest a target: what ranks


@dataclass(frozen=True)
class Standing:
    """A place among the recorded methods that have the same cases and seeds. Names, the best first."""

    rank: int
    rank_low: int
    rank_high: int
    among: int
    ahead: tuple[str, ...]  # whose mean is better
    behind: tuple[str, ...]
    told_apart_ahead: tuple[str, ...]  # surely better than it
    told_apart_behind: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """All that is made of a run's scores. `why_not`: why there is no value, or no standing."""

    value: Value | None = None
    standing: Standing | None = None
    flags: tuple[Finding, ...] = ()
    why_not: str = ""
    sentences: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "value": plain(self.value) if self.value else None,
            "standing": plain(self.standing) if self.standing else None,
            "flags": [flag.as_json() for flag in self.flags],
            "verdict": list(self.sentences),
        }


def plain(known: Value | Standing) -> dict[str, Any]:
    """As JSON has it."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(known).items()}


def verdict_of(tally: Tally, *, is_public: bool, house: str = "") -> Verdict:
    """Judge what was played. is_public: whether under the published key, as the references were; house: its slug."""
    board, scores = tally.board, tally.scores()
    flags = tuple(flags_of(board, scores, house=house))
    value = value_of(board, scores)
    if value is None:
        label = board.task.primary.label
        why = f"There is no {label} on a ranked case: the board would give it no rank."
        return Verdict(flags=flags, why_not=why, sentences=(why,))
    standing, why = standing_of(board, scores, value, flags, house=house) if is_public else (None, OTHER_KEY)
    return Verdict(value, standing, flags, why, tuple(sentences(board, value, standing, why)))


OTHER_KEY = "The references were played under another key: nothing is compared with them."


def value_of(board: Board, scores: Scores) -> Value | None:
    """Over the ranked cases that were played, and the seeds that all of them have; None where a score is missing there."""
    task, name = board.task, board.task.primary.name
    cases = [case for case in board.ranked_cases if scores.by_seed(MINE, name, case)]
    seeds = sorted(set.intersection(*(set(scores.by_seed(MINE, name, case)) for case in cases))) if cases else []
    if not seeds:
        return None
    known = overall(task, table(scores, MINE, name, cases, seeds), task.average, weights=board.weights(cases))
    is_whole = cases == board.ranked_cases and len(seeds) == board.seeds
    return Value(name, cases=tuple(cases), seeds=tuple(seeds), is_whole=is_whole, **known)


def table(scores: Scores, run: int, metric: str, cases: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
    """(cases, seeds), NaN where a score is missing."""
    return np.array([[scores.by_seed(run, metric, case).get(seed, np.nan) for seed in seeds] for case in cases])


def standing_of(
    board: Board, scores: Scores, value: Value, flags: Sequence[Finding], *, house: str
) -> tuple[Standing | None, str]:
    """The place among the recorded, or why there is none."""
    unranking = {flag.label for flag in board.task.flags if flag.unranks}
    if raised := next((flag.label for flag in flags if flag.label in unranking), ""):
        return None, f"The flag “{raised}” says that its score means nothing: the board gives it no rank."
    known = references.scores_of(board)
    rows = [(one, table(known, one.run_id, value.metric, value.cases, value.seeds)) for one in ranked(board, house)]
    rows = [(one, scored) for one, scored in rows if np.isfinite(scored).all()]
    if not rows:
        return (
            None,
            "Nothing that was recorded of the code as it is has these cases and seeds: there is nobody to compare it with.",
        )
    mine = table(scores, MINE, value.metric, value.cases, value.seeds)
    gain = gain_of(board.task, np.array([mine, *(scored for _, scored in rows)]), weights=board.weights(value.cases))
    return placed(gain, [one.house.title for one, _ in rows], unpaired(board.task, value.cases)), ""


def ranked(board: Board, house: str) -> list[Recorded]:
    """The recorded methods that take a rank, but the one that is looked at."""
    known, unranking = references.scores_of(board), [flag for flag in board.task.flags if flag.unranks]
    return [
        one
        for one in references.contenders(board)
        if one.house.slug != house
        and not findings(unranking, {flag.metric: known.means(one.run_id, flag.metric) for flag in unranking})
    ]


def placed(gain: np.ndarray, names: Sequence[str], unpaired: Unpaired = None) -> Standing:
    """Where the first of gain: (1 + names, strata, seeds) stands among the others."""
    counts = ranking.tally(gain, unpaired)
    step, better, worse = ranking.step_down(counts)
    means, apart = gain.mean(axis=(1, 2)), ranking.strength(gain[:1], gain, unpaired)[0]
    order = [index for index in ranking.best_first(gain, range(len(gain))) if index]
    ahead = [index for index in order if means[index] > means[0]]
    behind = [index for index in order if means[index] <= means[0]]

    def named(indices: Sequence[int]) -> tuple[str, ...]:
        return tuple(names[index - 1] for index in indices)

    return Standing(
        rank=1 + len(ahead),
        rank_low=1 + int(better[0]),
        rank_high=len(gain) - int(worse[0]),
        among=len(gain),
        ahead=named(ahead),
        behind=named(behind),
        told_apart_ahead=named([index for index in order if apart[index] < -step]),
        told_apart_behind=named([index for index in order if apart[index] > step]),
    )


def flags_of(board: Board, scores: Scores, *, house: str) -> list[Finding]:
    """The card's flags that are raised, and the public tables that it knows by heart."""
    means = {flag.metric: scores.means(MINE, flag.metric) for flag in board.task.flags}
    return [*memorised(board, scores, house=house), *findings(board.task.flags, means)]


def memorised(board: Board, scores: Scores, *, house: str) -> list[Finding]:
    """By the measure of the recorded methods, as the board finds it."""
    known = references.scores_of(board)
    raised = []
    for check in () if house else board.evidence.audits:
        ratios = (audit_ratio(check, known, one.run_id) for one in references.contenders(board))
        honest = [ratio for ratio in ratios if ratio is not None]
        ratio = audit_ratio(check, scores, MINE)
        if ratio is not None and audit.stands_out(ratio, honest):
            raised.append(audit.finding(check, ratio))
    return raised


def sentences(board: Board, value: Value, standing: Standing | None, why: str) -> list[str]:
    """The verdict as it is read."""
    metric = board.task.primary
    said = [f"{metric.label}: {with_interval(value, metric.digits)}{scope(board, value)}"]
    if standing is None:
        return [*said, why]
    interval = f" (rank interval {standing.rank_low}–{standing.rank_high})" if len(value.seeds) > 1 else ""
    between = neighbours(standing)
    said.append(f"Among what was recorded it would stand at {standing.rank} of {standing.among}{interval}{between}.")
    if len(value.seeds) < 2:
        return [*said, "A single seed tells nothing apart."]
    for names, how in ((standing.told_apart_behind, "better than"), (standing.told_apart_ahead, "worse than")):
        if names:
            said.append(f"Told apart: {how} {listed(names)}.")
    if not standing.told_apart_ahead and not standing.told_apart_behind:
        said.append("It is told apart from none of them.")
    return said


def with_interval(value: Value, digits: int) -> str:
    """ "0.412 ± 0.013", or only the number where no interval is known."""
    if value.low is None or value.high is None:
        return f"{value.value:z.{digits}f} (no interval of a single seed)"
    told, half = (
        digits_of.with_interval(number, value.low, value.high, digits)
        for number in (value.value, (value.high - value.low) / 2)
    )
    return f"{told} ± {half}"


def scope(board: Board, value: Value) -> str:
    """Over what the number is; a part of the board is said to be one."""
    seeds = f"{len(value.seeds)} seed{'s' * (len(value.seeds) != 1)}"
    cases = f"{len(value.cases)} ranked case{'s' * (len(value.cases) != 1)}"
    if value.is_whole:
        return f" over {cases} and {seeds}: what the board ranks by."
    return (
        f" over {cases} of {len(board.ranked_cases)} and {seeds} of {board.seeds}: a part of what the board ranks by."
    )


def neighbours(standing: Standing) -> str:
    if not standing.ahead:
        return f", ahead of {standing.behind[0]}" if standing.behind else ""
    return (
        f", between {standing.ahead[-1]} and {standing.behind[0]}"
        if standing.behind
        else f", behind {standing.ahead[-1]}"
    )


def listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
