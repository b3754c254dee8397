"""What a whole site takes of memory, idle: the sum over its processes of each one's proportional share (PSS), in MB of 10⁶ bytes.

    python -m tests.benchmarks.memory

Once with nobody there, once after some have read its pages. Part of `make bench`.
"""

import contextlib
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks import results
from tests.site import Site

SETTLED = 20  # seconds
PAGES = ("/", "/tasks/imputation/", "/claims/", "/papers/gain/")
READINGS = 10


def main() -> None:
    memory_of_an_idle_site()


def memory_of_an_idle_site() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), HOUSE_METHODS="no")
        site.start()
        try:
            time.sleep(SETTLED)
            results.note("memory of an idle site, MB", tell("A whole site, idle", site))
            for path in PAGES * READINGS:
                site.get(path)
            time.sleep(SETTLED)
            results.note("memory of a site that was read, MB", tell("... after forty readers", site))
        finally:
            site.stop()


def tell(what: str, site: Site) -> float:
    shares = list(shares_of(site))
    total = sum(share for _, share in shares)
    print(f"{what}: {total:.0f} MB, of it " + ", ".join(f"{name} {share:.0f}" for name, share in shares))
    return total


def shares_of(site: Site):
    """Each process by its name with its share."""
    root = psutil.Process(site.process.pid)
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield name_of(process), process.memory_full_info().pss / 1e6


def name_of(process: psutil.Process) -> str:
    """What a member of the family calls itself, else what its command line says last of modules."""
    words = process.cmdline()
    is_python = process.name().startswith("python")
    return words[words.index("-m") + 1].split(".")[-1] if is_python and "-m" in words else process.name()


if __name__ == "__main__":
    main()
