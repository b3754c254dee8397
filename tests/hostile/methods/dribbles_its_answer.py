"""Sends its answer byte by byte, each long before the limit, for ever.

Expected: limit.
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
        head = b'{"word": "answer", "call": "", "value": {"a": 0}, "arrays": [["<f8", [500000]]]}'
        os.write(channel(), len(head).to_bytes(4, "big") + head)
        while True:
            os.write(channel(), b"\0")
            time.sleep(0.05)
