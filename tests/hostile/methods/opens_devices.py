"""Opens disks and memory, or makes their device files itself.

Expected: harmless.
"""

import os
import stat
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for path in (
            "/dev/mem",
            "/dev/kmsg",
            "/dev/sda",
            "/dev/vda",
            "/dev/kvm",
            "/dev/fuse",
            "/dev/nvidia0",
            "/dev/nvidiactl",
            "/dev/vsock",
        ):
            try:
                os.open(path, os.O_RDONLY)
                print("GOT THROUGH", path)
            except OSError as error:
                print(error)
        for folder in ("/tmp", "/dev/shm"):
            try:
                os.mknod(folder + "/disk", 0o660 | stat.S_IFBLK, os.makedev(254, 0))
                print("GOT THROUGH mknod")
            except OSError as error:
                print(error)
        return np.nan_to_num(x)
