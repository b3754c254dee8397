"""Sends what is small on the wire and large in memory: a megabyte of empty lists and dicts.

Expected: answer.
"""

import os
import time


def channel():
    return max(
        number
        for number in range(3, 256)
        if os.path.exists(f"/proc/self/fd/{number}") and os.readlink(f"/proc/self/fd/{number}").startswith("pipe:")
    )


class Method:
    def __init__(self, seed, device):
        pass

    def impute(self, x, categorical):
        head = b'{"word": "answer", "call": "", "arrays": [], "value": [' + b'{"d":{}},[],' * 87_000 + b"0]}"
        os.write(channel(), len(head).to_bytes(4, "big"))
        while head:
            head = head[os.write(channel(), head) :]
        time.sleep(10**6)
