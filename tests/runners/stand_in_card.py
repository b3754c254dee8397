"""The Celery app of a GPU worker without a GPU: its card computes as the file STAND_IN_CARD says, where "" is well.

The evaluator knows nothing of it and finds no card: each run fails, and that is the machine's fault.
"""

import os
from pathlib import Path

from runners import card, presence, tasks
from runners.celery import app
from runners.sandbox import probe_isolation
from runners.sandbox.gpu import Gpu

__all__ = ["app"]

card.worker_gpu = lambda: Gpu(f"GPU-stand-in-{os.getpid()}", "stand-in", 77)
card.canary = Path(os.environ["STAND_IN_CARD"]).read_text
card.left_behind = str
card.AGAIN = presence.INTERVAL = 0.5
tasks.probe_isolation = lambda device: probe_isolation("cpu")
tasks.device_name = lambda device: "stand-in"
