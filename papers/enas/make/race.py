"""Make the public table of cells with 4 nodes, papers/enas/made/digits_cell4.npz. Interrupt it and start it again at will.

    python -m papers.enas.make.race FILE

1,363 functions are trained 4 times each and 83 of them 8 times more, about 10 CPU-minutes. Accuracies are the
same on every run of one machine; the seconds are what it took.
"""

import signal
import sys
import time
from pathlib import Path

import torch
from tqdm import tqdm

from papers.enas.problem.race import Race, public_world

SAVE_SECONDS = 20.0


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.exit(__doc__)
    path = Path(words[0])
    race = Race.read(path) if path.exists() else Race.empty()
    torch.set_num_threads(1)  # the CPU time of one core is what a training costs
    try:
        run(race, path)
    except KeyboardInterrupt:
        print("interrupted: what is done is kept; the same command goes on", file=sys.stderr)
        return 130
    print(", ".join(f"{key} {value}" for key, value in race.table().certificate().items()))
    return 0


def run(race: Race, path: Path) -> None:
    """Train whatever waits, first every function, then the promising ones again; keep what is done now and then."""
    world, saved = public_world(), time.monotonic()
    try:
        for name in ("waiting", "racing"):
            for function in tqdm(getattr(race, name), name, mininterval=5):
                race.learn(world, int(function))
                if time.monotonic() > saved + SAVE_SECONDS:
                    race.write(path)
                    saved = time.monotonic()
    finally:  # also where somebody pressed Ctrl-C
        race.write(path)


if __name__ == "__main__":
    for word in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs deaf to the first one
        signal.signal(word, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
