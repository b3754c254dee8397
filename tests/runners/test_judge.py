"""The one judge of files: what runs is taken, what must fail in its first play is refused by the reason."""

import platform

import pytest

from papers import catalogue
from runners.judge import Refusal, judge, size

TASK = catalogue.task("imputation")
INIT = "    def __init__(self, seed, device): ...\n"
ANSWER = "    def impute(self, x, categorical): return x\n"
BODY = INIT + ANSWER
CLASS = "class Method:\n" + BODY


def deeper(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


TAKEN = {
    "a dataclass": "from dataclasses import dataclass\n@dataclass\nclass Method:\n    seed: int\n    device: str\n"
    + ANSWER,
    "a dataclass with defaults": (
        "import dataclasses as d\n@d.dataclass(slots=True)\nclass Method:\n    seed: int\n    device: str\n"
        "    rate: float = 0.1\n    kept: list = d.field(default_factory=list)\n" + ANSWER
    ),
    "a dataclass of a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass Base:\n    seed: int\n@dataclass\nclass Method(Base):\n"
        "    device: str\n" + ANSWER
    ),
    "a class in a try": "try:\n    import nothing_here\nexcept ImportError:\n" + deeper(CLASS),
    "a class in an if": "if True:\n" + deeper(CLASS) + "else:\n    Method = None\n",
    "an alias": CLASS.replace("Method", "Mean") + "Method = Mean\n",
    "made by a call": "def make():\n" + deeper(CLASS) + "    return Method\nMethod = make()\n",
    "__new__": "class Method:\n    def __new__(cls, seed, device): return object.__new__(cls)\n" + ANSWER,
    "an annotated attribute": (
        "from typing import Callable\nclass Method:\n"
        + INIT
        + "    impute: Callable = lambda self, x, categorical: x\n"
    ),
    "a call put on later": "class Method:\n" + INIT + "Method.impute = lambda self, x, categorical: x\n",
    "inheritance": CLASS.replace("Method", "Base") + "class Method(Base):\n    pass\n",
    "a base from elsewhere": "import torch\nclass Method(torch.nn.Module):\n    pass\n",
    "any arguments": "class Method:\n    def __init__(self, *words): ...\n    def impute(self, *words, **more): ...\n",
    "more arguments with defaults": CLASS.replace("device", "device, rate=1").replace("categorical", "c, k=3, *, p=2"),
    "a decorator of its own": "import torch\nclass Method:\n" + INIT + "    @torch.no_grad()\n" + ANSWER,
    "a static method": CLASS.replace("    def impute(self, ", "    @staticmethod\n    def impute("),
    "a guarded import": "try:\n    import tensorflow\nexcept ImportError:\n    tensorflow = None\n" + CLASS,
    "an import of what a package needs": "import narwhals, sklearn.impute, os.path\nfrom PIL import Image\n" + CLASS,
    "a byte order mark": "\ufeff" + CLASS,
    "an encoding that is named": "# -*- coding: utf-8 -*-\n" + CLASS,
    "a generic": "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Method(Generic[T]):\n" + BODY,
}


@pytest.mark.parametrize("code", TAKEN.values(), ids=TAKEN)
def test_what_runs_is_taken(code):
    judge("method.py", code.encode(), TASK)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            CLASS.replace(", categorical", ""),
            "line 1.*must answer impute.self, x, categorical.: it takes 1 argument beside",
        ),
        (CLASS.replace("categorical", "c, k, p"), "it takes 4 arguments beside self"),
        (CLASS.replace("categorical", "c, *, k"), "it wants k by keyword"),
        (CLASS.replace("    def impute", "    @property\n    def impute"), "it is a property, not a function"),
        (CLASS.replace("def impute", "async def impute"), "it is a coroutine"),
        ("class Method:\n" + INIT + "    impute = None\n", "it is a constant"),
        ("class Method:\n" + INIT + "    impute: object\n", "lacks impute"),
        ("class Method:\n" + ANSWER, r"lacks __init__\(self, seed, device\)"),
        (CLASS.replace("seed, device", "seed"), "must be constructed by"),
        (
            "from dataclasses import dataclass\n@dataclass\nclass Method:\n    seed: int\n" + ANSWER,
            "must be constructed by",
        ),
        ("def Method(seed, device): ...\n", "defines no class Method"),
        (
            "import numpy\nimport tensorflow as tf\n" + CLASS,
            "line 2: it imports tensorflow, which the sandbox lacks.*numpy",
        ),
        ("from django.db import models\n" + CLASS, "line 1: it imports django"),
        ("type Table = int\n" + CLASS, f"line 1: it is not valid Python {platform.python_version()}: invalid syntax"),
        ("# coding: nonsense\n" + CLASS, "not valid Python.*unknown encoding"),
    ],
)
def test_what_must_fail_is_refused_by_its_reason(code, said):
    if "type Table" in code and platform.python_version_tuple() >= ("3", "12"):
        pytest.skip("this Python has type statements")
    with pytest.raises(Refusal, match=said):
        judge("method.py", code.encode(), TASK)


def test_a_file_made_to_exhaust_the_parser_is_refused():
    with pytest.raises(Refusal, match=r"2 CPU-seconds and 300 MB|holds too much"):
        judge("method.py", b"{a:b}\n" * (170 << 10), TASK)


@pytest.mark.parametrize(
    ("count", "text"), [(1536, "1.5 KiB"), (10_000_000, "9.54 MiB"), (1000 << 20, "0.977 GiB"), (2 << 30, "2 GiB")]
)
def test_sizes_have_three_digits_and_a_unit(count, text):
    assert size(count) == text
