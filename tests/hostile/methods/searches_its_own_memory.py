"""Searches all its memory for a secret that the evaluator's environment holds: a process that was forked has its parent's.

Expected: harmless.
"""

import re

import numpy as np

SECRET = re.compile(rb"canary-[0-9a-f]{32}")


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        searched = 0
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            for line in open("/proc/self/maps").read().splitlines():
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                for at in range(start, end, 1 << 20) if " rw" in line else ():
                    try:
                        memory.seek(at)
                        part = memory.read(min(1 << 20, end - at))
                    except (OSError, OverflowError):
                        continue
                    searched += len(part)
                    for match in SECRET.finditer(part):
                        print("GOT THROUGH", match.group())
        print(searched > 1 << 20)
        return np.nan_to_num(x)
