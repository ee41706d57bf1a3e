"""What every executor must hold, whatever happens to its workers, its machines and its coordinator; with counts.

``python -m tests.executors.contract EXECUTOR DATABASE [FAULT...]`` prints a line of JSON for each fault. DATABASE is
``sqlite``, or the folder of a PostgreSQL server's socket. For Ray it is started in a network namespace that has only
``lo`` (``contract_of``), and starts one cluster of two nodes for all faults.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline import nightly
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.run_executor import executor_named
from tests import database_server
from tests.clock import NIGHT
from tests.database_server import Server
from tests.executors import stand_in
from tests.executors.seen_by_ray import places_with
from tests.store.making import session

FAULTS = ("kill once", "poison", "hang", "zombie", "raises", "coordinator killed", "cancelled", "node lost")
ON_ONE_MACHINE = tuple(fault for fault in FAULTS if fault != "node lost")
"""An executor of one machine loses no other."""
SQLITE, POSTGRESQL = "sqlite", "postgresql"
_SESSIONS = 12
_FAULTY = f"2026-11-18-{5:08x}"
_WITHIN_S = 240
_HUNG_S = 20.0
"""When a task counts as hung: on a busy machine its worker opens the workspace in two."""
_SLEEPS = "sleep 0.5"
_MODULE = "tests.executors.contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of the sessions under one fault: ``hurt`` are neighbours that failed or were charged with a try."""

    fault: str
    executor: str
    database: str
    done: int
    lost: int
    doubled: int
    let_out: int
    hurt: int
    refused: int
    came_back: int
    tries: int
    faulty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrecy:
    """Where in Ray itself the secret of all results was, and where something is that was really sent through it."""

    secret_in: list[str]
    sent_in: list[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a fault is met: an executor, and a new workspace whose database is on a server, or a file of it."""

    executor: str
    root: Path
    server: Server | None = None

    @property
    def database(self) -> str:
        """The kind of its database."""
        return SQLITE if self.server is None else POSTGRESQL


def prepared(ground: Ground, faults: dict[str, str], *, timeout_s: float = 60.0) -> Workspace:
    """A workspace with sessions that stand-ins can work on."""
    root = ground.root
    lines = f'[speech]\nengine = "captions"\n[run]\nworkers = 2\ntimeout_s = {timeout_s}\n'
    if ground.server is not None:
        lines += f'[database]\nurl = "{ground.server.new_database()}"\n'
    workspace = Workspace.create(root, lines)
    registry = Registry(workspace.db)
    for number in range(_SESSIONS):
        registry.take(Path(f"/inbox/{number}"), str(number), session(f"2026-11-18-{number:08x}", f"{number:064x}"))
    (root / stand_in.FAULTS).write_text(json.dumps(faults), "utf-8")
    return workspace


def run_night(root: Path, executor: str, *, days: int = 0, retry_failed: bool = False) -> None:
    """One night with stand-ins in the place of what is done with a session."""
    workspace = Workspace.open(root)
    options = nightly.RunOptions(
        executor=executor_named(executor, workspace), retry_failed=retry_failed, accept_clock=True
    )
    now = NIGHT + timedelta(days=days)
    with patch.object(nightly, "process_one", stand_in.process_one):
        nightly.run_night(workspace, inbox=None, options=options, now=now, progress=lambda *_: None)


def _faulty_worker(fault: str, ground: Ground) -> None:
    prepared(ground, {_FAULTY: fault})
    run_night(ground.root, ground.executor)
    _wait_for_zombies(ground.root)


def _poison(fault: str, ground: Ground) -> None:
    """Two nights: the second leaves what the first quarantined, though its inputs changed."""
    prepared(ground, {_FAULTY: fault})
    run_night(ground.root, ground.executor)
    (ground.root / "terms.toml").write_text('[[terms]]\ntext = "Bluefin"\n', "utf-8")
    run_night(ground.root, ground.executor, days=1)


def _hang(fault: str, ground: Ground) -> None:
    """Two nights: the second tries again what hung."""
    prepared(ground, {_FAULTY: fault}, timeout_s=_HUNG_S)
    run_night(ground.root, ground.executor)
    _wait_for_zombies(ground.root)
    run_night(ground.root, ground.executor, days=1)


def _broken_off(fault: str, ground: Ground) -> None:
    """A coordinator that is ended in the middle of its night by a signal, and another night at once."""
    root, executor = ground.root, ground.executor
    prepared(ground, {f"2026-11-18-{number:08x}": _SLEEPS for number in range(2, _SESSIONS)})
    command = [sys.executable, "-m", _MODULE, "--night", str(root), executor]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as coordinator:
        _until(lambda: _is_over(coordinator) or _written(root) >= 3)
        assert not _is_over(coordinator), "it ended before it was stopped"
        coordinator.send_signal(signal.SIGKILL if fault == "coordinator killed" else signal.SIGINT)
        assert coordinator.wait(_WITHIN_S) != 0, "it ended before it was stopped"
    run_night(root, executor)


def _is_over(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _written(root: Path) -> int:
    return sum(what.startswith("wrote") for _, what in stand_in.noted(root))


def _node_lost(_: str, ground: Ground) -> None:
    prepared(ground, {f"2026-11-18-{number:08x}": "node" for number in range(_SESSIONS)})
    (ground.root / "head").write_text(_ray().get_runtime_context().get_node_id(), "ascii")
    run_night(ground.root, ground.executor)


_SCENARIOS: dict[str, Callable[[str, Ground], None]] = {
    "poison": _poison,
    "hang": _hang,
    "coordinator killed": _broken_off,
    "cancelled": _broken_off,
    "node lost": _node_lost,
}


def measured(fault: str, ground: Ground) -> Counts:
    """Lets a night meet a fault, and counts what became of its sessions."""
    root = ground.root
    _SCENARIOS.get(fault, _faulty_worker)(fault, ground)
    workspace = Workspace.open(root)
    states = Registry(workspace.db).states()
    notes = stand_in.noted(root)
    wrote = Counter(session_id for session_id, what in notes if what.startswith("wrote"))
    published = {key for key, _ in workspace.ledger.under("stand-in", "")}
    faulty = states[_FAULTY]
    others = [state for session_id, state in states.items() if fault == "node lost" or session_id != _FAULTY]
    done = {session_id for session_id, state in states.items() if state.result.status == "done"}
    return Counts(
        fault=fault,
        executor=ground.executor,
        database=ground.database,
        done=len(done),
        lost=_SESSIONS - len(states) + len(done - published),
        doubled=sum(count > 1 for count in wrote.values()),
        let_out=sum(what == "let out" for _, what in notes),
        hurt=sum(state.result.status != "done" or state.attempts > 1 for state in others),
        refused=sum(what.startswith("refused") for _, what in notes),
        came_back=sum(what == "came back" for _, what in notes),
        tries=sum(what.startswith("began") for _, what in notes),
        faulty="quarantined" if faulty.is_quarantined else faulty.result.status,
    )


def _wait_for_zombies(root: Path) -> None:
    """Waits until whatever was left behind has come back and tried to write."""
    faults = json.loads((root / stand_in.FAULTS).read_text("utf-8")).values()
    left = sum(fault in ("zombie", "hang") for fault in faults)
    _until(lambda: sum(what.startswith(("let out", "refused")) for _, what in stand_in.noted(root)) >= left)


def _until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _WITHIN_S
    while not holds():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(0.05)


def _ray() -> Any:
    """Ray itself, for tests that kill parts of it."""
    return import_module("ray")


@contextmanager
def _cluster(executor: str) -> Iterator[None]:
    """For Ray two nodes with one core each, on this machine; nothing for another executor."""
    if executor != "ray":
        yield
        return
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled")
    cluster_utils, store = import_module("ray.cluster_utils"), {"object_store_memory": 80 << 20}
    head = {"num_cpus": 1, "include_dashboard": False, **store}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    cluster.add_node(num_cpus=1, **store)
    _ray().init(address=cluster.address, log_to_driver=False, configure_logging=False)
    try:
        yield
    finally:
        _ray().shutdown()
        cluster.shutdown()


def _secrecy() -> Secrecy:
    """Searches Ray after its nights; what is sent through it on purpose shows that the search finds things."""
    session = Path(_ray()._private.worker._global_node.get_session_dir_path())
    sent = b"sent through Ray on purpose" * 40_000
    kept = _ray().put(sent)
    secrecy = Secrecy(
        secret_in=places_with(stand_in.SECRET.encode(), session), sent_in=places_with(sent[:200], session)
    )
    del kept
    return secrecy


def contract_of(executor: str, database: str = SQLITE, faults: Sequence[str] = ()) -> Iterator[Counts | Secrecy]:
    """Runs the contract in a process of its own, for Ray in a network that reaches nothing."""
    # Outside of that network, where its user is the one that Debian made for it.
    with database_server.running() if database == POSTGRESQL else nullcontext() as server:
        command = [sys.executable, "-m", _MODULE, executor, str(server.folder) if server else SQLITE, *faults]
        if executor == "ray":
            command = in_own_network(command)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    for line in done.stdout.splitlines():
        values = json.loads(line)
        yield Secrecy(**values) if "secret_in" in values else Counts(**values)


def in_own_network(command: Sequence[str]) -> list[str]:
    """A command in a network namespace that has only ``lo``, where this machine lets its user make one."""
    inside = ["unshare", "--map-root-user", "--net"] if os.geteuid() else ["unshare", "--net"]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        return list(command)
    return [*inside, *command]


def raise_loopback() -> None:
    """Switches on ``lo``, which is off in a new network namespace; nothing where it is on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name, get, put, up = b"lo".ljust(16, b"\0"), 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
        (flags,) = struct.unpack_from("h", fcntl.ioctl(any_socket, get, name + bytes(16)), 16)
        if not flags & up:
            fcntl.ioctl(any_socket, put, name + struct.pack("h", flags | up) + bytes(14))


def main(arguments: Sequence[str]) -> None:
    if arguments[0] == "--night":
        # Who started the tests may have had it ignored, as a shell's `&` does.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run_night(Path(arguments[1]), arguments[2])
        return
    raise_loopback()
    executor, database, *faults = arguments
    server = None if database == SQLITE else Server(Path(database), count())
    with _cluster(executor), tempfile.TemporaryDirectory() as folder:
        for number, fault in enumerate(faults or (FAULTS if executor == "ray" else ON_ONE_MACHINE)):
            ground = Ground(executor, Path(folder) / str(number), server)
            sys.stdout.write(f"{json.dumps(asdict(measured(fault, ground)))}\n")
            sys.stdout.flush()
        if executor == "ray":
            sys.stdout.write(f"{json.dumps(asdict(_secrecy()))}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
