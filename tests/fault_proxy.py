"""Stands between the program and an S3 server, and does to requests what networks and overloaded servers do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import obstore

from tests.object_server import ObjectServer


class Fault(StrEnum):
    """What happens to one request."""

    SLOW_DOWN = "503, as a server throttles; nothing is done"
    ERROR = "500; nothing is done"
    REFUSED = "the connection is closed; nothing is done"
    LOST = "it is done, and the answer is lost"
    CUT = "it is done, and the answer ends in the middle of its body"
    SLOW = "no answer comes before the client gives up; nothing is done"
    IGNORED = "done without its condition, as by a server that does not know it"
    UNKNOWN = "501 where it has a condition, as by a server that says so"
    VERSIONS = "done, and the answer names a version, as of a bucket that keeps old ones"


Decide = Callable[[str, str, int], Fault | None]
"""What to do with a request: its method, its path, and how many came before it."""


class FaultProxy:
    """The faults of the moment, and how often each was met."""

    def __init__(self) -> None:
        self.decide: Decide = lambda method, path, number: None
        self.done: list[tuple[str, str, Fault | None]] = []
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def next_fault(self, method: str, path: str) -> Fault | None:
        """What happens to a request, and notes it."""
        with self._lock:
            fault = self.decide(method, path, len(self.done))
            self.done.append((method, path, fault))
        return fault

    def faults(self) -> int:
        """How many requests met one."""
        return sum(fault is not None for _, _, fault in self.done)


@contextmanager
def between(server: ObjectServer) -> Iterator[tuple[FaultProxy, ObjectServer]]:
    """A proxy before a server, and the server by way of it."""
    proxy = FaultProxy()
    handler = type("Handler", (_Handler,), {"proxy": proxy, "behind": server})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy, server.through(listening.server_address[1])
    finally:
        proxy.ended.set()
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    proxy: FaultProxy
    behind: ObjectServer

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.next_fault(self.command, urlsplit(self.path).path)
        if fault is Fault.UNKNOWN and self.headers.get("If-None-Match"):
            self._answer(501, b"<Error><Code>NotImplemented</Code></Error>")
        elif fault is Fault.SLOW_DOWN:
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
        elif fault is Fault.ERROR:
            self._answer(500, b"<Error><Code>InternalError</Code></Error>")
        elif fault is Fault.REFUSED:
            self.close_connection = True
        elif fault is Fault.SLOW:
            self.proxy.ended.wait(60)
            self.close_connection = True
        else:
            self._pass_on(body, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _forward

    def _pass_on(self, body: bytes, fault: Fault | None) -> None:
        headers = dict(self.headers.items())
        if fault is Fault.IGNORED and self.headers.get("If-None-Match"):
            self._remove()  # the condition is signed and cannot be left out: with nothing there, nothing is refused
        connection = http.client.HTTPConnection("127.0.0.1", self.behind.port, timeout=60)
        try:
            connection.request(self.command, self.path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if fault is Fault.LOST:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"connection", "transfer-encoding", "date", "server"}:
                self.send_header(name, value)
        if answer.getheader("Content-Length") is None:
            self.send_header("Content-Length", str(len(content)))
        if fault is Fault.VERSIONS and self.command in ("PUT", "POST"):
            self.send_header("x-amz-version-id", "0001")
        self.end_headers()
        if fault is Fault.CUT:
            content, self.close_connection = content[: len(content) // 2], True
        if self.command != "HEAD":
            self.wfile.write(content)

    def _remove(self) -> None:
        _, bucket, name = urlsplit(self.path).path.split("/", 2)
        with suppress(FileNotFoundError):
            obstore.delete(self.behind.store(bucket), name)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""
