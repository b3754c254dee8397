"""Mounts, unmounts what hides things, and changes its root.

Expected: harmless.
"""

import ctypes
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number, arguments in (
            ("mount", 165, (b"none", b"/tmp", b"tmpfs", 0, 0)),
            ("bind", 165, (b"/", b"/tmp", None, 4096, 0)),
            ("remount", 165, (b"none", b"/", None, 32 | 4096, 0)),
            ("umount2", 166, (b"/proc/1", 2)),
            ("chroot", 161, (b"/tmp",)),
            ("pivot_root", 155, (b"/tmp", b"/tmp")),
            ("fsopen", 430, (b"tmpfs", 0)),
            ("open_tree", 428, (-100, b"/", 1)),
            ("move_mount", 429, (-100, b"/", -100, b"/tmp", 0)),
            ("open_by_handle_at", 304, (-100, b"x" * 64, 0)),
        ):
            if libc.syscall(number, *arguments) >= 0:
                print("GOT THROUGH", name)
        return np.nan_to_num(x)
