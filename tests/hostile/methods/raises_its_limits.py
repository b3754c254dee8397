"""Takes its limits off.

Expected: harmless.
"""

import resource
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for name in ("RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_CORE"):
            soft, hard = resource.getrlimit(getattr(resource, name))
            try:
                if hard != resource.RLIM_INFINITY:
                    resource.setrlimit(getattr(resource, name), (hard + 1, hard + 1))
                    print("GOT THROUGH", name)
            except (ValueError, OSError) as error:
                print(name, error)
        for path in (
            "/sys/fs/cgroup/memory.max",
            "/sys/fs/cgroup/cgroup.procs",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ):
            try:
                open(path, "w").write("max")
                print("GOT THROUGH", path)
            except OSError as error:
                print(error)
        return np.nan_to_num(x)
