"""Make the public table of cells with 4 nodes, papers/enas/made/digits_cell4.npz. Interrupt it and start it again at will.

    python -m papers.enas.make.race FILE

1,363 functions are trained 4 times each and 83 of them 8 times more, about 10 CPU-minutes. Accuracies are the
same on every run of one machine; the seconds are what it took.
"""

import signal
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from papers.enas.problem.race import Race, public_world, run
from papers.enas.problem.sources import PUBLIC_SECRET


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.exit(__doc__)
    path = Path(words[0])
    race = Race.read(path) if path.exists() else Race.empty()
    torch.set_num_threads(1)  # the CPU time of one core is what a training costs
    try:
        with tqdm(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining} {postfix}", mininterval=5) as bar:

            def progress(fraction: float, text: str) -> None:
                bar.set_postfix_str(text, refresh=False)
                bar.update(fraction - bar.n)

            run(race, path, world=public_world(), secret=PUBLIC_SECRET, progress=progress)
    except KeyboardInterrupt:
        print("interrupted: what is done is kept; the same command goes on", file=sys.stderr)
        return 130
    print(", ".join(f"{key} {value}" for key, value in race.table().certificate().items()))
    return 0


if __name__ == "__main__":
    for word in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs deaf to the first one
        signal.signal(word, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
