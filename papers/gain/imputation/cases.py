"""The cases: a table, and which of its cells are missing."""

from dataclasses import dataclass
from typing import Literal

from papers.task import Case

Mechanism = Literal["mcar", "mar", "mnar", "mnar-cut", "mnar-logit"]
PUBLIC = ("breast", "spam", "letter", "credit", "news-part")  # tables that a method could know by heart


@dataclass(frozen=True)
class Gaps:
    """`rate` is the share of missing cells; `downstream`: the completed table is also used to predict its label."""

    table: str
    mechanism: Mechanism
    rate: float
    downstream: bool = False


def cases(
    tables: tuple[str, ...], mechanisms: tuple[str, ...], *, downstream: bool = False, ranked: bool = True
) -> tuple[Case[Gaps], ...]:
    """Cases named "table/mechanism-percent"."""
    return tuple(
        Case(name=f"{table}/{gaps}", params=parse(table, gaps, downstream), ranked=ranked, data=data_of(table))
        for table in tables
        for gaps in mechanisms
    )


def parse(table: str, gaps: str, downstream: bool) -> Gaps:
    mechanism, _, percent = gaps.rpartition("-")
    return Gaps(table, mechanism, int(percent) / 100, downstream)  # type: ignore[arg-type]  # the names are below


def data_of(table: str) -> tuple[str, ...]:
    public = table.removesuffix("-twin")
    return (public,) if public in PUBLIC else ()


QUICK = (
    *cases(("breast",), ("mcar-20", "mcar-50", "mcar-80", "mar-50", "mnar-50")),
    *cases(("curved",), ("mcar-50", "mar-50", "mnar-50")),
    *cases(("breast-twin",), ("mcar-50",), ranked=False),
)
FULL = (
    *cases(
        ("breast", "spam", "letter", "credit", "news-part", "factor", "curved"),
        ("mcar-20", "mcar-50", "mar-20", "mar-50", "mnar-20", "mnar-50"),
        downstream=True,
    ),
    *cases(("credit",), tuple(f"mcar-{rate}" for rate in (10, 30, 40, 60, 70, 80)), downstream=True),
    *cases(("breast", "letter", "credit"), ("mnar-cut-25", "mnar-logit-50"), downstream=True),
    *cases(tuple(f"{table}-twin" for table in PUBLIC), ("mcar-50",), ranked=False),
)
