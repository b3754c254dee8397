"""Keeps zygotes and lends them to evaluators of one call each: python -m tests.runners.keeping

Each line of its input is code; each evaluator tells, in lines of JSON, who works for it and what `go` answered.
"""

import json
import os
import socket
import sys
from pathlib import Path

from runners.sandbox import Borrower, Lender, MethodFailure, Sandbox, SandboxError
from tests.runners.sandboxes import LIMITS


def main():
    lender = Lender()
    for number, line in enumerate(sys.stdin):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            lender.forget()
            ours.close()
            tell(evaluate(Borrower(theirs), json.loads(line)))
            os._exit(0)
        theirs.close()
        with ours:
            while lender.answer(ours, number):
                pass
        lender.take_back(number)


def evaluate(borrower, code):
    """Holds its line for as long as it needs a zygote to be lent; tells of its play, and returns what it answers."""
    forker = borrower.borrow(None, ())
    borrower.line.close()
    try:
        with Sandbox.forked(forker.ask(LIMITS, ())) as sandbox:
            sandbox.load(code.encode(), seed=1, calls=("go",))
            tell({"evaluator": os.getpid(), "plays": sandbox._inmate.group.process_ids(), **above(sandbox)})
            return {"answer": sandbox.call("go"), "log": sandbox.log()}
    except (MethodFailure, SandboxError) as error:
        return {"failure": str(error)}


def above(sandbox):
    """The processes above a play."""
    watch = parent_of(sandbox._inmate.process.pid)
    return {"watch": watch, "zygote": parent_of(watch)}


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def tell(what):
    os.write(1, f"{json.dumps(what)}\n".encode())


if __name__ == "__main__":
    main()
