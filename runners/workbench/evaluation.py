"""The evaluation as a function: of a class, of what makes instances, or of a file."""

import inspect
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plotly.graph_objects import Figure

from papers import catalogue
from papers.task import TierName
from runners.commands.exits import Usage
from runners.inprocess import Surroundings
from runners.job import PUBLIC_KEY
from runners.workbench import drawing, report, request, session
from runners.workbench import result as results
from runners.workbench.folder import Folder
from runners.workbench.request import Wanted

Make = Callable[[int, str], Any]


@dataclass(frozen=True, eq=False)
class Result:
    """What came of an evaluation. `document` is the whole of it, as result.json has it."""

    document: dict[str, Any]

    @property
    def status(self) -> str:
        """ "finished", "failed" (by the method's own fault), "broken" (by ours) or "interrupted"."""
        return str(self.document["status"])

    @property
    def value(self) -> float | None:
        """What the board ranks by; None where there is none."""
        return self._of("value")

    @property
    def low(self) -> float | None:
        return self._of("low")

    @property
    def high(self) -> float | None:
        return self._of("high")

    @property
    def scores(self) -> list[dict[str, Any]]:
        """Rows of case, seed, metric and value: what pandas.DataFrame takes."""
        return list(self.document["scores"])

    def save(self, path: str | Path) -> None:
        """Write the result as JSON: `claimcheck compare` reads it."""
        results.write(Path(path), self.document)

    def report(self, path: str | Path) -> None:
        """Write the report, one HTML file with all charts."""
        results.write_text(Path(path), report.page_of(self.document))

    def charts(self) -> dict[str, Figure]:
        """The report's charts of this run, by title, as Plotly's own figures: to show, to change, to save."""
        is_public = report.is_comparable(self.document)
        plots = {title: plot for title, _, plot in drawing.case_charts(self.document, is_public=is_public)}
        plots |= {
            one.figure.title: one.plot for one in drawing.drawings(self.document, is_public=is_public) if one.plot
        }
        return {title: Figure(plot) for title, plot in plots.items()}

    def _of(self, name: str) -> float | None:
        known = self.document["value"]
        return None if known is None else known[name]

    def __repr__(self) -> str:
        return results.text_of(self.document, catalogue.task(self.document["task"]))

    def _repr_html_(self) -> str:
        return report.fragment_of(self.document)


def evaluate(
    board: str,
    method: type | Make | str | Path,
    *,
    tier: TierName = "quick",
    cases: Sequence[str] = (),
    seeds: int | None = None,
    seed: int | Sequence[int] = (),
    jobs: int = 1,
    device: str = "auto",
    sandbox: bool = True,
    seed_key: str = PUBLIC_KEY.hex(),
) -> Result:
    """Evaluate a method on a board as the site would, with public seeds.

    method: a class or anything else that makes a method of (seed, device), played in this process; or a file, played in the
    sandbox unless `sandbox` is False. seeds: only the first so many; seed: only this one, or these.

    Raises: ValueError for what can't be evaluated.
    """
    is_file = isinstance(method, str | Path)
    wanted = Wanted(
        task=board,
        tier=tier,
        method=Path(method) if isinstance(method, str | Path) else None,
        cases=tuple(cases),
        seeds=seeds,
        only_seeds=(seed,) if isinstance(seed, int) else tuple(seed),
        seed_key=seed_key,
        device=device,
        mode="sandbox" if is_file and sandbox else "inprocess",
    )
    try:
        return Result(played(wanted, None if isinstance(method, str | Path) else method, jobs))
    except Usage as problem:
        raise ValueError(problem.message) from None


def played(wanted: Wanted, make: Make | None, jobs: int) -> dict[str, Any]:
    """The result's document. The folder of the run is gone afterwards: a Result keeps all that there is."""
    code = source_of(make) if make else None
    job, notes = request.job_of(wanted, code=code)
    name = getattr(make, "__name__", type(make).__name__) if make else wanted.name
    with tempfile.TemporaryDirectory() as folder:
        kept = Folder.new(Path(folder), "", job)
        known = session.play(job, kept, name=name, notes=notes, jobs=jobs, around=Surroundings(make=make))
    if make:
        known["provenance"].pop("command")  # of an object that no file holds
    return known


def source_of(make: Make) -> bytes:
    """Its text, by which salted draws are taken; empty where nobody knows it. Raises ValueError for what makes no method."""
    request.check_constructor(make)
    try:
        return textwrap.dedent(inspect.getsource(make)).encode()
    except (OSError, TypeError):
        return b""
