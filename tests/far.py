"""A worker on a machine of its own, as nearly as one machine can show it: `Worker` starts it, and this file runs inside.

It has its own folder with nothing but papers/ and runners/, and where the tests may make namespaces (as root) its own
network without any interface to the outside and a view of the disk in which the site's data folder is empty. Two sockets
in its folder are its only way out: one leads to the broker, one to the site's web server.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


async def pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def relay(listen, connect):
    """Carry bytes from one kind of socket to another, in a thread, for as long as the process lives."""

    async def carry(reader, writer):
        try:
            far_reader, far_writer = await connect()
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async def serve(ready):
        server = await listen(carry)
        ready.set()
        await server.serve_forever()

    ready = threading.Event()
    threading.Thread(target=lambda: asyncio.run(serve(ready)), daemon=True).start()
    assert ready.wait(10)


def may_unshare():
    return os.getuid() == 0 and subprocess.run(["unshare", "-m", "-n", "true"], capture_output=True).returncode == 0


class Worker:
    """A CPU worker for a site, apart from it."""

    def __init__(self, site, folder, **env):
        self.folder, self.is_apart = folder, may_unshare()
        for package in ("papers", "runners"):
            shutil.copytree(ROOT / package, folder / package)
        shutil.copy(__file__, folder)
        relay(
            lambda carry: asyncio.start_unix_server(carry, f"{folder}/web"),
            lambda: asyncio.open_connection("127.0.0.1", site.port),
        )
        relay(
            lambda carry: asyncio.start_unix_server(carry, f"{folder}/broker"),
            lambda: asyncio.open_unix_connection(f"{site.folder}/valkey.sock"),
        )
        command = [sys.executable, "far.py", str(site.port)]
        if self.is_apart:
            hide = f"mount -t tmpfs none '{site.folder}' && exec \"$@\""
            command = ["unshare", "-m", "-n", "--", "sh", "-c", hide, "sh", *command]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        env = {
            **kept,
            "REDIS_URL": f"redis+socket://{folder}/broker?virtual_host=0",
            "APART": str(self.is_apart),
            **env,
        }
        self.log = open(folder / "log", "w+")  # noqa: SIM115  # as long as the worker
        self.process = subprocess.Popen(command, cwd=folder, env=env, stdout=self.log, stderr=subprocess.STDOUT)

    def said(self):
        return (self.folder / "log").read_text()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        (flags,) = struct.unpack_from("H", fcntl.ioctl(any_socket, SIOCGIFFLAGS, name + bytes(16)), 16)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, name + struct.pack("H", flags | IFF_UP) + bytes(14))


def main():
    """Inside: make the way to the web server look like the site's address, and work."""
    if os.environ.pop("APART") == "True":
        raise_loopback()
        relay(
            lambda carry: asyncio.start_server(carry, "127.0.0.1", int(sys.argv[1])),
            lambda: asyncio.open_unix_connection("web"),
        )
    words = "-m celery --quiet -A runners worker --concurrency 1 --loglevel WARNING -Q cpu -n far@%h"
    no_advice = "ignore:You're running the worker with superuser privileges"  # as the supervisor has it
    worker = subprocess.Popen([sys.executable, "-W", no_advice, *words.split()])
    signal.signal(signal.SIGTERM, lambda *_: worker.send_signal(signal.SIGQUIT))
    worker.wait()


if __name__ == "__main__":
    main()
