"""A server that is told to stop ends as it should: what it decrypted to play is removed by what runs after it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import pytest

SERVER = """
import sys
from starlette.applications import Starlette
from pipeline.web.serve import LOOPBACK, _run
_run(Starlette(), host=LOOPBACK, port=int(sys.argv[1]))
print("removed")
"""
TRIES = 600


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    for _ in range(TRIES):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the server did not start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_stands_behind_the_server_runs_when_it_is_stopped(number: signal.Signals) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True) as server:
        wait_for(port)
        server.send_signal(number)
        said, _ = server.communicate(timeout=60)
    assert (server.returncode, said) == (0, "removed\n")
