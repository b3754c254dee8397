"""The web server: `python -m leaderboard.machine.web HOST:PORT`, or, under the supervisor, a process of the family's
(leaderboard.machine.family) on a socket that the supervisor listens on.

Waitress reads a request whole, head and body, before a thread takes it: half-sent ones hold a connection and nothing else,
and that for a bounded time.
"""

import json
import logging
import resource
import signal
import socket
import sys

from django.conf import settings
from django.template.loader import render_to_string
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from leaderboard.machine.sentences import SENTENCES
from leaderboard.machine.supervisor import WEB_READY
from leaderboard.wsgi import application

THREADS = 8
SWITCH_SECONDS = (
    0.001  # for which a thread may compute while others wait: pages take long, and whoever accepts does not
)
PROBE = "/healthz"
REQUEST_SECONDS = 60  # for a request to arrive, however many bytes trickle in, and for a connection to stay idle
BACKLOG = 1024
CONNECTIONS = 800  # of one process
BODY_BYTES = 16 << 20  # beyond an upload's limit, so that the site itself can say what that is


class Refusal(ErrorTask):  # type: ignore[misc]
    """What the server refuses before the site sees it, in the site's words: JSON to programs, a page to people."""

    def execute(self) -> None:
        error = self.request.error
        sentence = SENTENCES.get(error.code, f"{error.reason}.")
        if getattr(self.request, "path", "").startswith("/api/"):
            kind, text = "application/json", json.dumps({"errors": [{"field": "", "message": sentence}]})
        else:
            kind, text = "text/html; charset=utf-8", render_to_string("400.html", {"sentence": sentence})
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", kind))
        self.set_close_on_finish()
        self.content_length = len(body := text.encode())
        self.write(body)


class BoundedChannel(HTTPChannel):  # type: ignore[misc]
    """A connection whose time runs from the first byte of a request, not from the latest."""

    error_task_class = Refusal
    last_activity: float

    def handle_read(self) -> None:
        is_under_way, since = self.request is not None, self.last_activity
        super().handle_read()
        if is_under_way and self.request is not None:
            self.last_activity = since


TcpWSGIServer.channel_class = BoundedChannel


def server_on(door: socket.socket, *, request_seconds: int = REQUEST_SECONDS) -> TcpWSGIServer:
    server = create_server(
        application,
        sockets=[door],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=request_seconds,
        cleanup_interval=1,
        max_request_body_size=BODY_BYTES,
        asyncore_use_poll=True,
        ident="",
        clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
    )
    probes = ThreadedTaskDispatcher()
    probes.set_thread_count(1)

    def add_task(channel: BoundedChannel) -> None:
        """Monitors have a thread of their own: they don't queue behind pages."""
        first = channel.requests[0]
        dispatcher = probes if getattr(first, "path", "") == PROBE else server.task_dispatcher
        dispatcher.add_task(channel)

    server.add_task = add_task
    return server


def door_at(place: str) -> socket.socket:
    host, _, port = place.rpartition(":")
    return socket.create_server((host, int(port)), backlog=BACKLOG)


def main() -> None:
    serve(door_at(sys.argv[1]))


def serve(door: socket.socket) -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.setswitchinterval(SWITCH_SECONDS)
    server = server_on(door)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # the server finishes what it has in hand
    print(WEB_READY, flush=True)  # noqa: T201
    server.run()


if __name__ == "__main__":
    main()
