"""Becomes root by every call that could, and by every setuid program.

Expected: harmless.
"""

import os
import shutil
import subprocess
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for change in (
            lambda: os.setuid(0),
            lambda: os.setreuid(0, 0),
            lambda: os.setresuid(0, 0, 0),
            lambda: os.setgid(0),
            lambda: os.setgroups([0]),
        ):
            try:
                change()
                print("GOT THROUGH", os.getresuid())
            except OSError as error:
                print(error)
        for program in ("su", "sudo", "mount", "newgrp", "pkexec"):
            path = shutil.which(program)
            if path:
                done = subprocess.run(
                    [path, "--help"] if program != "su" else [path, "-c", "id"],
                    capture_output=True,
                    stdin=subprocess.DEVNULL,
                )
                print(program, done.returncode)
                if b"uid=0" in done.stdout:
                    print("GOT THROUGH", done.stdout)
        return np.nan_to_num(x)
