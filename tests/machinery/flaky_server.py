"""A server on loopback that behaves as badly as a file's path asks: it drops, cuts, changes, redirects, refuses."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Files:
    """What the server has, and what it was asked."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.version = '"1"'
        self.drop_after: list[int] = []
        """Bytes of the body after which the next connections end; then they stay whole."""
        self.ranges = True
        self.busy = 0
        """How many requests are answered 503 before any is served."""
        self.asked: list[str] = []
        """The range that each request asked for."""
        self.address = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: Files

    def do_GET(self) -> None:
        files, path = self.files, self.path.partition("?")[0]
        files.asked.append(self.headers.get("Range", ""))
        if files.busy:
            files.busy -= 1
            self.send_error(503)
        elif path.startswith("/from/"):
            self.redirect(f"/{path.removeprefix('/from/')}")
        elif path == "/circle":
            self.redirect("/circle")
        elif path.lstrip("/") not in files.content:
            self.send_error(404)
        else:
            self.serve(files.content[path.lstrip("/")])

    def redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self, content: bytes) -> None:
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        unchanged = self.headers.get("If-Range", self.files.version) == self.files.version
        start = int(asked[1]) if asked and unchanged and self.files.ranges else 0
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.files.version)
        self.end_headers()
        if self.files.drop_after:
            self.wfile.write(body[: self.files.drop_after.pop(0)])
            self.close_connection = True
            self.connection.shutdown(2)
        else:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[Files]:
    files = Files()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"files": files}))
    files.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
