"""A warm evaluator: imports what evaluations need once, and forks an evaluator for each run.

Started by `runners.warm`, trusted as an evaluator is. It never reads a job: code, seed key and truth come to the forked
process alone, and end with it. What is asked for is the board, whose protocol is imported before the fork: the first run
of a board costs what a cold start costs, each later one a fork. No thread runs here, so that a fork copies all there is.
It also keeps the zygotes from which plays are forked, and lends them to its evaluators: see `runners.sandbox.lending`.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import socket
import sys
from dataclasses import dataclass, field

import numpy as np
import numpy.ma  # numpy itself waits until it is asked for
from PIL import Image

from papers import catalogue, data
from runners import evaluator, known, provenance
from runners.inside.harness import warm_torch
from runners.sandbox import Borrower, Lender, probe_isolation, sweep, why_no_forks

PR_SET_NAME = 15  # what ps calls it: the command line is its parent's


@dataclass(frozen=True)
class Run:
    """An evaluator that runs: `teller` is where its end is told, `line` where it asks for a zygote."""

    pid: int
    teller: socket.socket
    line: socket.socket


@dataclass
class Preloaded:
    """The process that forks, and keeps zygotes for what it forks. `_runs` by the pidfd of the evaluator."""

    control: socket.socket
    idle_seconds: float
    _runs: dict[int, Run] = field(default_factory=dict)
    _lender: Lender = field(default_factory=Lender)

    def serve(self) -> int:
        """Fork until the worker is gone or wants nothing for long. Returns an exit status, in each forked process too."""
        while True:
            lines = {run.line.fileno(): handle for handle, run in self._runs.items() if run.line.fileno() >= 0}
            control = self.control.fileno()
            watched = [control, *self._runs, *lines]
            ready, _, _ = select.select(watched, [], [], None if self._runs else self.idle_seconds)
            if not ready:
                return self._end(0)
            for line in lines.keys() & set(ready):
                self._lend(lines[line])
            for ended in self._runs.keys() & set(ready):
                self._tell_end(ended)
            if control in ready:
                asked, fds, _, _ = socket.recv_fds(self.control, 4096, 3, socket.MSG_CMSG_CLOEXEC)
                if not asked:
                    return self._end(0)
                prepare(**json.loads(asked))
                if len(os.listdir("/proc/self/task")) > 1:
                    return self._end(1)  # whoever asks starts a cold one
                if (status := self._fork(*fds)) is not None:
                    return status

    def _fork(self, told: int, job: int, events: int) -> int | None:
        """Fork an evaluator that reads its job here and writes its events there: its exit status in it, None in ours."""
        teller, parent = socket.socket(fileno=told), os.getpid()
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if pid := os.fork():
            handle = os.pidfd_open(pid)
            with contextlib.suppress(ConnectionError):
                socket.send_fds(teller, [str(pid).encode()], [handle])
            os.close(job)
            os.close(events)
            theirs.close()
            self._runs[handle] = Run(pid, teller, line)
            return None
        self._forget(teller, line)
        evaluator.tie_to(parent)
        ctypes.CDLL(None).prctl(PR_SET_NAME, b"evaluator")
        os.dup2(job, 0)
        os.dup2(events, 1)
        os.close(job)
        os.close(events)
        np.random.seed()  # drawn anew, as in a process that has just started; `random` sees to it itself
        return evaluator.work(Borrower(theirs))

    def _lend(self, handle: int) -> None:
        if not self._lender.answer(self._runs[handle].line, handle):
            self._runs[handle].line.close()

    def _tell_end(self, handle: int) -> None:
        """What a killed evaluator has left ends before anybody hears of it: nothing of it meets the next run."""
        run = self._runs.pop(handle)
        status = os.waitstatus_to_exitcode(os.waitpid(run.pid, 0)[1])
        if status < 0:
            sweep()  # also bubblewrap's gap, where it was killed as it started one
        run.line.close()
        with contextlib.suppress(ConnectionError), run.teller:
            run.teller.send(str(status).encode())
        self._lender.take_back(handle)
        os.close(handle)

    def _end(self, status: int) -> int:
        self._lender.end()
        return status

    def _forget(self, *ours: socket.socket) -> None:
        """In the forked process: neither the worker nor other runs nor what they are lent is its business."""
        for each in (*ours, self.control):
            each.close()
        for handle, run in self._runs.items():
            os.close(handle)
            run.teller.close()
            run.line.close()
        self._lender.forget()


def prepare(*, task: str, isolates: bool) -> None:
    """Do before the fork what every run of this board would do again. What fails here fails, and is told, in the run."""
    with contextlib.suppress(Exception):
        importlib.import_module(catalogue.task(task).play)
        known.prepare(catalogue.task(task))
        data.files()
        Image.preinit()
        if torch := sys.modules.get("torch"):
            warm_torch(torch, "cpu")
        provenance.versions()
    if isolates and not probe_isolation("cpu").ok:
        probe_isolation.cache_clear()  # it may have been the moment
    elif isolates and why_no_forks():
        why_no_forks.cache_clear()
    gc.collect()
    gc.freeze()  # else the collector writes into every page that is shared


def main() -> int:
    evaluator.tie_to(int(sys.argv[1]))
    return Preloaded(socket.socket(fileno=int(sys.argv[2])), float(sys.argv[3])).serve()


if __name__ == "__main__":
    sys.exit(main())
