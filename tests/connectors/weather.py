"""A small HTTP server whose weather is programmed: slow, 500 and then 200, cut off, foreign, too large.

with Weather() as weather:
    weather.on("/a/zaken", Reply(500), Reply(body={"count": 0, …}))
    Client(weather.url + "a/", …)
    weather.seen[0].query
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """One answer. delay: seconds before it; cut: promise the whole body and send half; drip: seconds per byte;
    endless: these bytes again and again, without an end, until the other side hangs up."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    delay: float = 0.0
    cut: bool = False
    drip: float = 0.0
    chunked: bool = False
    endless: bytes = b""

    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass
class Seen:
    """One request as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


def _parts(content: bytes) -> list[bytes]:
    return [content[start : start + 7] for start in range(0, len(content), 7)]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Who hangs up, or speaks TLS to it, is expected."""


class Weather:
    """The server, on a free port of 127.0.0.1; `app` answers what no script does."""

    def __init__(self, app: Callable[[Seen], Reply] | None = None) -> None:
        self.app = app or (lambda seen: Reply(404, b"<h1>Not Found</h1>", kind="text/html"))
        self.seen: list[Seen] = []
        self.date = ""  # what the server's clock says; "" is the real time
        self.busiest = 0
        self._busy = 0
        self._scripts: dict[str, deque[Reply]] = defaultdict(deque)
        self._always: Reply | None = None
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def on(self, path: str, *replies: Reply) -> None:
        """These replies for the next requests of a path; after them `app` answers again."""
        self._scripts[path].extend(replies)

    def always(self, reply: Reply | None) -> None:
        """This reply to everything; None ends it."""
        self._always = reply

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Weather:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            if self._always is not None:
                return self._always
            if self._scripts[seen.path]:
                return self._scripts[seen.path].popleft()
        return self.app(seen)

    def _handler(weather) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def date_time_string(self, timestamp: float | None = None) -> str:
                return weather.date or super().date_time_string(timestamp)

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                with weather._lock:
                    weather._busy += 1
                    weather.busiest = max(weather.busiest, weather._busy)
                try:
                    body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                    query = dict(parse_qsl(parts.query))
                    reply = weather._answer(Seen(parts.path, query, dict(self.headers), body))
                    time.sleep(reply.delay)
                    self._send(reply)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    with weather._lock:
                        weather._busy -= 1

            def do_POST(self) -> None:
                self.do_GET()

            def _send(self, reply: Reply) -> None:
                content = reply.content()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                if reply.endless:
                    self.end_headers()
                    while True:
                        self.wfile.write(reply.endless)
                if reply.chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    content = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(content)) + b"0\r\n\r\n"
                else:
                    self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if reply.cut:
                    self.wfile.write(content[: len(content) // 2])
                    self.close_connection = True
                elif reply.drip:
                    for byte in content:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(reply.drip)
                else:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
