"""`claimcheck status`: how a run is doing, once or until it has ended; live on a terminal, in lines elsewhere."""

import json
import time
from collections.abc import Iterator
from typing import Any

import click
from rich.live import Live
from rich.text import Text

from runners.client import logins, options
from runners.client.showing import console, duration, harmless, interval, rank
from runners.client.site import Away, Site
from runners.commands import exits

State = dict[str, Any]  # what the API says of a run in brief
OPEN = ("queued", "running")
POLL_SECONDS = 2.0
PATIENCE = 300.0  # seconds that a site may be away while a run is followed
RANKING = 10  # looks at a finished run until its place is reckoned
LIVE_LINES = 12  # of the log


@click.command()
@options.run
@click.option("--follow", is_flag=True, help="Stay until it has ended: progress, forecast, log.")
@options.site
@options.as_json
def status(run: int | None, follow: bool, named: str | None, as_json: bool) -> int:
    """Say how a run is doing; the latest of your own where none is named. Status 1 if it failed or was cancelled."""
    at = logins.chosen(named)
    number = options.run_or_latest(at, run)
    if follow and not as_json:
        return watch(at, number)
    state = last(states(at, number)) if follow else at.get(f"runs/{number}/state")
    click.echo(json.dumps(state, indent=1) if as_json else "\n".join(report(state)))
    return verdict(state)


def watch(at: Site, run: int) -> int:
    """Show a run until it has ended. Interrupted, it goes on at the site. Returns the exit status."""
    screen = console()
    try:
        state = last(live(at, run) if screen.is_terminal else in_lines(at, run))
    except KeyboardInterrupt:
        click.echo(f"\nThe run goes on at the site; look again: claimcheck status {run} --follow", err=True)
        return exits.INTERRUPTED
    click.echo("\n".join(report(state)))
    return verdict(state)


def last(told: Iterator[State]) -> State:
    state: State = {}
    for state in told:  # noqa: B007  # what comes last is wanted
        pass
    return state


def verdict(state: State) -> int:
    return exits.METHOD if state["status"] in ("failed", "cancelled") else exits.FINE


def states(at: Site, run: int) -> Iterator[State]:
    """The states of a run until it has ended and, if it ranks, has its place. A site that is away for minutes is waited for."""
    heard, looks = time.monotonic(), 0
    while True:
        try:
            state: State = at.get(f"runs/{run}/state")
        except Away as away:
            if time.monotonic() - heard > PATIENCE:
                raise
            click.echo(f"{away.message} Trying on.", err=True)
        else:
            heard = time.monotonic()
            yield state
            looks += state["status"] not in OPEN
            if state["status"] not in OPEN and (state["status"] != "finished" or state["standing"] or looks > RANKING):
                return
        time.sleep(POLL_SECONDS)


def live(at: Site, run: int) -> Iterator[State]:
    """Redraw what is known of a run in its place."""
    with Live(console=console(), transient=True, auto_refresh=False) as screen:
        for state in states(at, run):
            lines = [*headline(state), *state["log_tail"].splitlines()[-LIVE_LINES:]]
            screen.update(Text(harmless("\n".join(lines)), no_wrap=True, overflow="ellipsis"), refresh=True)
            yield state


def in_lines(at: Site, run: int) -> Iterator[State]:
    """A line when something has changed, and every line of the log that is new."""
    before, tail = "", [""]
    for state in states(at, run):
        tail, fresh = state["log_tail"].splitlines(), new_lines(tail, state["log_tail"].splitlines())
        for line in fresh:
            click.echo(harmless(f"  {line}"))
        if state["status"] in OPEN and (now := progress(state)) != before:
            before = now
            click.echo(f"{now}{forecast(state)}")
        yield state


def new_lines(before: list[str], after: list[str]) -> list[str]:
    """What was written to the end of a log, of which only so many last lines are known each time."""
    for start in range(len(before) + 1):
        known = len(before) - start
        if before[start:] == after[:known]:
            return after[known:]
    return after


def headline(state: State) -> list[str]:
    bar = "█" * round(30 * state["progress"])
    return [title(state), f"{bar:░<30} {progress(state)}{forecast(state)}"]


def title(state: State) -> str:
    return harmless(f"run {state['id']}: {state['name']} on {state['task']}, {state['tier']} tier")


def progress(state: State) -> str:
    """ "running, 12 of 90 plays; breast/mcar-20, seed 1"."""
    told = f"{state['status']}, {state['plays_done']} of {state['plays_total']} plays"
    attempt = f" (attempt {state['attempt']})" if state["attempt"] > 1 else ""
    now = state["now"]
    place = f"; {now['case']}, seed {now['seed']}" if now and "case" in now else ""
    return harmless(told + attempt + place)


def forecast(state: State) -> str:
    told = state["forecast"]
    if told is None:
        return ""
    if state["status"] == "queued" and not told["workers"]:
        return "; no worker is there for it now: it waits and is not lost"
    is_queued = state["status"] == "queued"
    waiting = f"; {told['ahead']} before it" if is_queued else ""
    if told["overdue"]:
        waiting += "; one before it takes longer than usual" if is_queued else "; it takes longer than usual"
    return f"{waiting}; ends in about {duration(told['ends_in'])}" if told["ends_in"] is not None else waiting


def report(state: State) -> list[str]:
    """All that is known of a run, in lines."""
    lines = [title(state), f"{progress(state)}{forecast(state)}", state["url"]]
    lines += [f"left out: {case} {reason}" for case, reason in state["left_out"].items()]
    lines += [f"disqualified: {state['disqualified']}"] if state["disqualified"] else []
    lines += failure(state) + standing(state)
    return [harmless(line) for line in lines]


def failure(state: State) -> list[str]:
    told = state["failure"]
    if state["status"] != "failed" or not told:
        return []
    if told["whose"] != "author":
        return [f"failed by the site's own fault, which costs no quota: {told['message']}"]
    place = f" at {told['case']}, seed {told['seed']}" if told["case"] else ""
    again = f"claimcheck run {state['task']} METHOD --tier {state['tier']}"
    again += f" --case {told['case']} --seed {told['seed']}" if told["case"] else ""
    return [f"failed{place}: {told['message']}", *told["traceback"].splitlines(), f"To see it here: {again}"]


def standing(state: State) -> list[str]:
    told = state["standing"]
    if told is None:
        return []
    flags = [f"flag: {flag['label']}: {flag['text']}" for flag in told["flags"]]
    return [f"rank {rank(told)} of {told['of']} by {told['label']} {interval(told)}", *flags]
