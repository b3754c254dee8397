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
    beside: tuple[str, ...] = ()  # of a twin: the cases among which the seed draws what is missing, and how much


def twins(tables: tuple[str, ...], others: tuple[Case[Gaps], ...]) -> tuple[Case[Gaps], ...]:
    """A twin of each public table, named "table-twin/drawn", which any of the other cases on that table may stand beside."""
    return tuple(
        Case(
            name=f"{table}-twin/drawn",
            params=Gaps(f"{table}-twin", "mcar", 0.5, beside=beside_of(table, others)),
            ranked=False,
            data=data_of(table),
        )
        for table in tables
    )


def beside_of(table: str, others: tuple[Case[Gaps], ...]) -> tuple[str, ...]:
    """The names of the cases on a table."""
    return tuple(case.name for case in others if case.params.table == table)


def cases(
    tables: tuple[str, ...], mechanisms: tuple[str, ...], *, downstream: bool = False, ranked: bool = True
) -> tuple[Case[Gaps], ...]:
    """Cases named "table/mechanism-percent"."""
    return tuple(
        Case(
            name=f"{table}/{gaps}",
            params=parse(table, gaps, downstream),
            ranked=ranked,
            group=table,
            data=data_of(table),
        )
        for table in tables
        for gaps in mechanisms
    )


def parse(table: str, gaps: str, downstream: bool = False) -> Gaps:
    mechanism, _, percent = gaps.rpartition("-")
    return Gaps(table, mechanism, int(percent) / 100, downstream)  # type: ignore[arg-type]  # the names are below


def data_of(table: str) -> tuple[str, ...]:
    public = table.removesuffix("-twin")
    return (public,) if public in PUBLIC else ()


PLAYED = (
    *cases(("breast",), ("mcar-20", "mcar-50", "mcar-80", "mar-50", "mnar-50")),
    *cases(("curved",), ("mcar-50", "mar-50", "mnar-50")),
)
QUICK = (*PLAYED, *twins(("breast",), PLAYED))
PLAYED_IN_FULL = (
    *cases(
        ("breast", "spam", "letter", "credit", "news-part", "factor", "curved"),
        ("mcar-20", "mcar-50", "mar-20", "mar-50", "mnar-20", "mnar-50"),
        downstream=True,
    ),
    *cases(("credit",), tuple(f"mcar-{rate}" for rate in (10, 30, 40, 60, 70, 80)), downstream=True),
    *cases(("breast", "letter", "credit"), ("mnar-cut-25", "mnar-logit-50"), downstream=True),
)
FULL = (*PLAYED_IN_FULL, *twins(PUBLIC, PLAYED_IN_FULL))
