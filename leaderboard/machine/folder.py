"""The data folder is its owner's alone: in it lie seeds, sessions, password hashes and private code."""

import errno
import stat
from pathlib import Path

PRIVATE = 0o700
TRACES = ("lock", "seed_secret", "claimcheck.sqlite3", "static", "media", "valkey")  # of a site: one of them at least
OTHERS = 0o077  # every bit that lets somebody else in; as a umask, whatever is written lets nobody in


class Shared(OSError):
    """The folder can't be made private; `strerror` says why."""


def make_private(folder: Path) -> bool:
    """Make the folder if it isn't there, and close it to others. True where it was open. Raises OSError, also for a folder of
    something else, like /srv: nobody is locked out of that."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    if mode & stat.S_ISVTX:
        raise Shared(errno.EPERM, "it is a folder that users share: name one of the site's own")
    if not stat.S_IMODE(mode) & OTHERS:
        return False
    if any(folder.iterdir()) and not any((folder / name).exists() for name in TRACES):
        raise Shared(errno.EPERM, "others can read it, and what it holds is no site's: name one of the site's own")
    folder.chmod(PRIVATE)
    return True
