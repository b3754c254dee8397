"""How many others differ how clearly from each row of a board, kept packed: one value that each newcomer replaces.

Counts are what Holm's procedure needs of all pairs: see runners.standing.ranking.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.models import Tally
from papers.task import Board
from runners.standing import ranking

WIDTH = 2 * ranking.STEPS + 1
LEVEL = 1  # of compression: most counts are 0


@dataclass(frozen=True)
class Packed:
    """As the database has it."""

    submissions: bytes
    counts: bytes

    def keep(self, board: Board) -> None:
        """Write it in the place of the board's former one. One statement."""
        row = Tally(**board.key, submissions=self.submissions, counts=self.counts)
        fields = ["submissions", "counts"]
        Tally.objects.bulk_create([row], update_conflicts=True, unique_fields=["task", "tier"], update_fields=fields)


def pack(submissions: Sequence[int], counts: np.ndarray) -> Packed:
    """counts: (entries, WIDTH), of each of the submissions."""
    return Packed(
        zlib.compress(np.array(submissions, np.int64).tobytes(), LEVEL),
        zlib.compress(np.ascontiguousarray(counts, np.int32).tobytes(), LEVEL),
    )


def tallies_of(board: Board) -> dict[int, np.ndarray]:
    """submission -> its counts, of all that are compared on a board. One query."""
    row = Tally.objects.filter(**board.key).first()
    if row is None:
        return {}
    submissions = np.frombuffer(zlib.decompress(row.submissions), np.int64)
    counts = np.frombuffer(zlib.decompress(row.counts), np.int32).reshape(-1, WIDTH).astype(int)
    return dict(zip(submissions.tolist(), counts, strict=True))
