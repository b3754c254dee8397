"""Do clients that send half a request hold the site? Probes with many of them and with none, in turn, so that whatever else
the machine does slows both alike.

    python -m tests.benchmarks.slow_clients

Part of `make bench`.
"""

import socket
import statistics
import tempfile
import time
from pathlib import Path

import requests

from tests.elsewhere import FOLDER
from tests.site import Site

CLIENTS, ROUNDS, PROBES = 200, 10, 8
HALVES = (
    b"GET / HTTP/1.1\r\nHost: 127",
    b"POST /api/v1/submissions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{",
)
PATIENCE = 5  # seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), PAPERS_PATH=FOLDER, HOUSE_METHODS="no")
        site.start()
        try:
            rounds = [(probe(site.url), probe_among_slow_clients(site.url)) for _ in range(ROUNDS)]
        finally:
            site.stop()
    alone, among = ([each for one in side for each in one] for side in zip(*rounds, strict=True))
    ratio = statistics.median(statistics.median(b) / statistics.median(a) for a, b in rounds)
    print(
        f"{CLIENTS} clients that send half a request, {ROUNDS} rounds of {PROBES} probes with them and without, in turn"
    )
    for name, times in (("without", alone), ("with them", among)):
        unanswered = sum(each >= PATIENCE for each in times)
        print(f"  {name:10} median {statistics.median(times):.4f} s, worst {max(times):.3f} s, {unanswered} unanswered")
    print(f"  median ratio of rounds {ratio:.2f}")


def probe(url: str) -> list[float]:
    """Seconds of each probe, PATIENCE where none was answered: the site, and a page of it."""
    times = []
    for number in range(PROBES):
        begin = time.monotonic()
        try:
            requests.get(url + ("/healthz", "/tasks/")[number % 2], timeout=PATIENCE).raise_for_status()
        except requests.RequestException:
            times.append(float(PATIENCE))
        else:
            times.append(time.monotonic() - begin)
    return times


def probe_among_slow_clients(url: str) -> list[float]:
    host, port = url.removeprefix("http://").split(":")
    clients = [socket.create_connection((host, int(port))) for _ in range(CLIENTS)]
    try:
        for number, client in enumerate(clients):
            client.sendall(HALVES[number % len(HALVES)])
        return probe(url)
    finally:
        for client in clients:
            client.close()


if __name__ == "__main__":
    main()
