"""What is held against a board's measurements: what papers printed and said, and where a method might cheat."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["checked", "transcribed, unchecked"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A number that the paper printed. Shown beside measurements, never ranked with them."""

    method: str  # the paper's name for it
    case: str  # "": none here is like it, and the number stands alone
    metric: str
    value: float
    where: str  # "Table 2"
    status: Status
    spread: float | None = None
    house: str | None = None  # the house method that should reproduce it
    tolerance: float | None = None  # |measured - printed| up to which the claim counts as held
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the paper says of two of its methods: that one is better. Judged by differences, paired on the same problems."""

    text: str  # the claim, in short
    house: str  # the house method that should be better
    than: str
    metric: str
    cases: tuple[str, ...]  # the mean over them is compared
    where: str  # "abstract"
    status: Status
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """What a method loses between two cases: its score on `of` minus its score on `against`, paired by seed.

    `metric`: the primary one by default. Where that is relative to a control which changes from case to case too, an
    absolute one says more.
    """

    label: str
    of: str
    against: str
    metric: str = ""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Cases that an honest method finds about equally hard: a public table, and a synthetic twin drawn from the seed.

    A method that knows the public one by heart does far better on it than its twin, compared with other methods. Where
    there are several cases on a public table, each seed draws which of them its twin stands beside.
    """

    public: tuple[str, ...]
    twin: str
    metric: str  # an error: positive, lower is better; 0 is a finding by itself
    chosen: str = ""  # the twin's metric that says which case of `public`, from 0 on, its seed drew


@dataclass(frozen=True, kw_only=True)
class Relation:
    """Where a house method must land if the board is sound. It says one thing: a value, whom it can't beat, or a flag.

    Beside those that a card declares, nobody may beat an oracle, and no control every baseline and method of the house.
    """

    text: str
    house: str
    cases: tuple[str, ...] = ()  # ranked ones; (): all of them
    value: float | None = None  # of the primary metric: what it scores exactly, but for noise
    below: str = ""  # a house method that it can't beat
    flag: str = ""  # the label that must stand on its row
    explanation: str = ""  # why a violation is no fault of the board, once that is known

    def __post_init__(self) -> None:
        if (self.value is not None) + bool(self.below) + bool(self.flag) != 1:
            raise ValueError(f"{self.text}: a relation names a value, a method or a flag")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is held against the measurements of one tier."""

    claims: tuple[Claim, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    audits: tuple[Audit, ...] = ()
