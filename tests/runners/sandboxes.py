"""What tests of sandboxes share: limits, and files whose one function does this or that."""

import textwrap

import pytest

from papers.task import Limits
from runners.sandbox import MethodFailure

LIMITS = Limits(call_seconds=5, play_seconds=20, memory_bytes=512 << 20, processes=32, frame_bytes=8 << 20)
MEAN = b"""
import numpy as np
class Method:
    def __init__(self, seed, device):
        self.seed, self.device = seed, device
    def impute(self, x, categorical):
        return np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    def echo(self, *args, **kwargs):
        return [list(args), kwargs]
    def tell(self):
        return {"seed": self.seed, "device": self.device}
"""


def method(body, head=""):
    """A file whose `go` does this."""
    text = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
    start = "class Method:\n    def __init__(self, seed, device): pass\n    def go(self, *args):"
    return f"{head}\n{start}\n{text}\n".encode()


def failure_of(start, code, *, call="go", **options):
    with pytest.raises(MethodFailure) as caught:
        start(code, **options).call(call)
    return caught.value
