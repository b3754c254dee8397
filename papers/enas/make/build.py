"""Make an exhaustive table of the digits: train every distinct function of a space. Interrupt it and start it again at will.

    python -m papers.enas.make.build cell4 --seed-key HEX      the private world of a site; "-" reads the key from standard input
    python -m papers.enas.make.build cell3 --out FILE          a public world, as papers/enas/made/digits_cell3.npz

cell3: 60 functions, about a minute of one core. cell4: 5,773 functions, about two hours.
"""

import argparse
import signal
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from papers.enas.problem.sources import PUBLIC_SECRET, SMALL, private_secret
from papers.enas.problem.trainings import Trainings, build, path_of
from papers.task import Seed

NODES = {"cell3": 3, "cell4": 4}


def main(words: list[str] | None = None) -> int:
    options = arguments().parse_args(words)
    nodes, secret, path = NODES[options.space], PUBLIC_SECRET, options.out
    if options.seed_key:
        text = sys.stdin.readline() if options.seed_key == "-" else options.seed_key
        secret = site_secret(bytes.fromhex(text.strip()), nodes, options.world)
    torch.set_num_threads(1)  # the CPU time of one core is what a training costs
    try:
        with tqdm(total=1.0, bar_format="{l_bar}{bar}| {elapsed}<{remaining} {postfix}", disable=None) as bar:

            def progress(fraction: float, text: str) -> None:
                bar.set_postfix_str(text, refresh=False)
                bar.update(fraction - bar.n)

            done = build(secret, nodes, path=path, progress=progress, most=options.most)
    except KeyboardInterrupt:
        print("interrupted: what is done is kept; the same command goes on", file=sys.stderr)
        return 130
    print(path or path_of(secret, nodes))
    print(describe(done))
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m papers.enas.make.build",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("space", choices=NODES)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed-key", metavar="HEX", help="the key from which a board draws its cases")
    which.add_argument("--out", type=Path, metavar="FILE", help="make the public world, and put it there")
    parser.add_argument("--world", type=int, default=0, help="which of the site's worlds")
    parser.add_argument("--most", type=int, metavar="N", help="train at most so many functions this time")
    return parser


def site_secret(seed_key: bytes, nodes: int, world: int) -> bytes:
    """The secret of a world, as a play of that site finds it."""
    return private_secret(Seed(0, b"", b"", Seed.site_of(seed_key)), nodes, world)


def describe(done: Trainings) -> str:
    """How far the table is, and its certificate once it is complete."""
    if len(done.waiting):
        return f"{len(done.seconds) - len(done.waiting)} of {len(done.seconds)} functions trained"
    return "\n".join(
        f"{name}: " + ", ".join(f"{key} {value}" for key, value in done.table(size).certificate().items())
        for name, size in ((f"cell{done.nodes}", float("inf")), (f"cell{done.nodes}-small", SMALL[done.nodes]))
    )


if __name__ == "__main__":
    for word in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs deaf to the first one
        signal.signal(word, signal.default_int_handler)
    sys.exit(main())
