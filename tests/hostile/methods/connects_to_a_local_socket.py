"""Connects to the sockets of the machine's services.

Expected: harmless.
"""

import socket
import numpy as np


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        for name in (
            *[f"\0claimcheck-hostile-canary-{n}" for n in range(4)],
            "/run/dbus/system_bus_socket",
            "/var/run/docker.sock",
            "/run/systemd/private",
        ):
            try:
                there = socket.socket(socket.AF_UNIX)
                there.settimeout(0.5)
                there.connect(name)
                print("GOT THROUGH", name)
            except OSError as error:
                print(repr(name), error)
        return np.nan_to_num(x)
