"""Its program and libraries were opened before it was walled in: looks for a way out through them.

Expected: harmless.
"""

import os

import numpy as np

WAYS = ("/proc/self/exe", "/proc/thread-self/exe", "/proc/self/cwd", "/proc/self/root")


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        maps = open("/proc/self/maps").read().splitlines()
        mapped = [f"/proc/self/map_files/{line.split()[0]}" for line in maps if "/" in line]
        for way in (*WAYS, *mapped):
            for flags in (os.O_WRONLY, os.O_RDWR):
                try:
                    os.close(os.open(way, flags))
                    print("GOT THROUGH", way, flags)
                except OSError:
                    pass
            for beyond in ("..", "../..", "../../../../etc/passwd", "home", "root"):
                try:
                    seen = os.listdir(f"{way}/{beyond}") if "passwd" not in beyond else open(f"{way}/{beyond}").read()
                    if "passwd" in beyond or {"home", "var", "boot"} & set(seen):
                        print("GOT THROUGH", way, beyond, seen)
                except OSError:
                    pass
        for pid in os.listdir("/proc"):
            try:
                os.open(f"/proc/{pid}/root/etc/passwd", os.O_RDONLY)
                print("GOT THROUGH", pid)
            except OSError:
                pass
        return np.nan_to_num(x)
