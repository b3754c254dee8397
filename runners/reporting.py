"""The protocol's channel to the pages; see papers.playing.Report. Everything becomes plain JSON here."""

import base64
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from runners.events import Event

log = logging.getLogger(__name__)

ARTEFACT_BYTES = 2 << 20  # a run
MATRIX_NUMBERS = 65_536  # of one matrix with all its frames
LEVELS = 255  # a matrix's numbers cross as bytes between its least and its greatest
PROGRESS_SECONDS = 1.0  # between two words on the progress of a play

Emit = Callable[[Event], None]


class Reporter:
    """Tells `emit` what a protocol shows, play by play."""

    def __init__(self, emit: Emit) -> None:
        self._emit, self._budget = emit, ARTEFACT_BYTES
        self._case, self._seed, self._last = "", 0, 0.0
        self._kept: set[tuple[str, int, str]] = set()

    @property
    def artefacts(self) -> int:
        """How many were told: whoever records them knows then when they are complete."""
        return len(self._kept)

    def begin(self, case: str, seed: int) -> None:
        self._case, self._seed = case, seed
        self._say(0.0, "")

    def progress(self, fraction: float, text: str = "") -> None:
        if time.monotonic() >= self._last + PROGRESS_SECONDS:
            self._say(min(max(float(fraction), 0.0), 1.0), text)

    def curve(
        self,
        name: str,
        x: Any,
        series: Mapping[str, Any],
        *,
        x_label: str = "",
        y_label: str = "",
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        lines = {label: numbers(y) for label, y in series.items()}
        labels = {"x_label": x_label, "y_label": y_label, "log_x": log_x, "log_y": log_y}
        self._keep(name, "curve", {"x": numbers(x), "series": lines, **labels})

    def points(self, name: str, groups: Mapping[str, np.ndarray], *, x_label: str = "", y_label: str = "") -> None:
        plain = {
            label: dict(zip("xy", map(numbers, np.asarray(xy, float).T), strict=True)) for label, xy in groups.items()
        }
        self._keep(name, "points", {"groups": plain, "x_label": x_label, "y_label": y_label})

    def graph(self, name: str, nodes: Sequence[str], edges: Sequence[tuple[int, int, str]]) -> None:
        plain = [[int(start), int(end), str(label)] for start, end, label in edges]
        self._keep(name, "graph", {"nodes": list(map(str, nodes)), "edges": plain})

    def image(self, name: str, pixels: np.ndarray) -> None:
        self._keep(name, "image", {"png": png(pixels)})

    def strip(self, name: str, frames: np.ndarray, labels: Sequence[str] = ()) -> None:
        self._keep(name, "strip", {"frames": [png(frame) for frame in frames], "labels": list(map(str, labels))})

    def matrix(self, name: str, values: np.ndarray, *, frames: Sequence[str] = (), label: str = "") -> None:
        """As bytes between the least and the greatest number: 100 x 100 x 6 of them take 80 kB."""
        stack = np.asarray(values, float).reshape(-1, *np.shape(values)[-2:])
        if stack.size > MATRIX_NUMBERS:
            raise ValueError(f"the matrix {name} holds {stack.size} numbers, at most {MATRIX_NUMBERS} are shown")
        if frames and len(frames) != len(stack):
            raise ValueError(f"the matrix {name} has {len(stack)} frames and {len(frames)} names for them")
        known = stack[np.isfinite(stack)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
        share = np.nan_to_num((stack - low) / ((high - low) or 1.0), nan=0.0, posinf=1.0, neginf=0.0)
        levels = np.round(np.clip(share, 0, 1) * LEVELS).astype(np.uint8)
        content = {"shape": list(stack.shape), "bytes": base64.b64encode(levels.tobytes()).decode()}
        self._keep(
            name, "matrix", {**content, "low": low, "high": high, "frames": list(map(str, frames)), "label": label}
        )

    def table(self, name: str, columns: list[str], rows: list[list[float | str]]) -> None:
        self._keep(name, "table", {"columns": columns, "rows": rows})

    def _say(self, fraction: float, text: str) -> None:
        self._last = time.monotonic()
        self._emit(
            {"type": "progress", "case": self._case, "seed": self._seed, "fraction": fraction, "text": text[:200]}
        )

    def _keep(self, name: str, kind: Any, data: dict[str, Any]) -> None:
        self._budget -= len(repr(data))
        if self._budget < 0:
            log.warning("%s: no room left for artefact %s", self._case, name)
            return
        self._kept.add((self._case, self._seed, name[:100]))
        self._emit(
            {"type": "artefact", "case": self._case, "seed": self._seed, "name": name[:100], "kind": kind, "data": data}
        )


def numbers(values: Any) -> list[float | None]:
    """JSON has no NaN: gaps become None."""
    return [float(value) if math.isfinite(value) else None for value in np.asarray(values, float).ravel()]


def png(pixels: np.ndarray) -> str:
    """A picture as base64: pixels (h, w) or (h, w, 3), float in [0, 1]."""
    levels = np.round(np.clip(np.nan_to_num(pixels), 0, 1) * 255).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
