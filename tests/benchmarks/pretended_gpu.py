"""Every house method that uses torch, on its board's trial case as on a GPU: emulated on a CPU, to see what mixes devices.

    python -m tests.benchmarks.pretended_gpu [BOARD ...]

Prints a line a method; the exit status is the number of methods that failed.
"""

import sys

from tests.pretended_gpu import play, torch_methods

SECONDS = 120  # for one method; what takes longer has at least not failed yet


def main(boards):
    failures = 0
    for board, method in torch_methods():
        if boards and board not in boards:
            continue
        event, seconds = play(board, method, seconds=SECONDS)
        verdict = "late" if event is None else "ok" if event["type"] == "finished" else f"FAILED {event.get('message')}"
        failures += verdict.startswith("FAILED")
        print(f"{board} {method}: {verdict} ({seconds:.1f} s, emulated)", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
