"""Methods as protocols meet them, in this process: any object with the calls of an interface, or a house method."""

import time
from contextlib import contextmanager
from functools import cache
from types import ModuleType

import torch

from papers import catalogue
from papers.playing import Measured, Spent
from runners.inside.harness import warm_torch


class InProcess:
    """A method and what a protocol may ask beside its calls. `make` gives another one, for boards that want it fresh."""

    def __init__(self, method, make=None):
        self._method, self._make = method, make

    def __getattr__(self, name):
        return getattr(self._method, name)

    @property
    def spent(self):
        seconds = time.process_time()
        return Spent(seconds=seconds, cpu_seconds=seconds, gpu_seconds=0.0, memory_bytes=0, gpu_memory_bytes=0)

    @property
    def code_bytes(self):
        return 0

    def has(self, name):
        return hasattr(self._method, name)

    @contextmanager
    def measured(self):
        cost, start, wall = Measured(), time.process_time(), time.perf_counter()
        yield cost
        cost.cpu_seconds, cost.seconds = time.process_time() - start, time.perf_counter() - wall

    def fresh(self):
        return InProcess(self._make(), self._make)

    def close(self):
        self._method = None


@cache
def warm_up():
    """What the sandbox does before it loads a method: the first step of an optimiser, a second of imports, is nobody's cost."""
    warm_torch(torch, "cpu")


def load(task, slug):
    """A fresh module of a house method, its constants put in, so that a test may change them."""
    warm_up()
    card = catalogue.task(task)
    module = ModuleType(f"house_{slug}")
    exec(compile(card.code(card.method(slug)), f"{slug}.py", "exec"), module.__dict__)
    return module


def contestant(task, method, seed=0):
    """A method ready to be played: an object with the calls, or the slug of a house method."""
    if isinstance(method, str):
        module = load(task, method)
        return InProcess(module.Method(seed, "cpu"), lambda: module.Method(seed, "cpu"))
    return method if isinstance(method, InProcess) else InProcess(method)
