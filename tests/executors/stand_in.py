"""Stand-ins for what a night does with a session: they meet faults on demand, and tell what they wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from pipeline.errors import RunFenced
from pipeline.records import SessionProgress, SessionResult
from pipeline.store import Workspace
from pipeline.store.database import reading
from pipeline.store.tables.fences import fence
from pipeline.workflow.attempts import Task, opened
from tests.clock import NIGHT

FAULTS, LOG = "faults.json", "stand-ins.log"
SECRET = "Halcyon-Freight-secret"
"""What every stand-in gives back as the reason of its result: it may be seen nowhere but in the workspace."""
_HANGS_S = 600.0


def process_one(task: Task) -> SessionProgress:
    """Meets the fault of its session, then writes as a stage does: within the fence, and once."""
    workspace, fault = opened(task.root), json.loads((task.root / FAULTS).read_text("utf-8")).get(task.session_id, "")
    note(task.root, task.session_id, f"began {task.number}")
    first = task.number == 1 and not _met_before(task)
    if fault == "raises":
        raise ValueError(SECRET)
    if fault == "poison" or (fault == "kill once" and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "zombie" and first:
        _leave_zombie(task)
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang" and first:
        _leave_zombie(task)
        time.sleep(_HANGS_S)
    if fault == "node" and first and _is_other_node(task.root):
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(_HANGS_S)
    if fault.startswith("sleep "):
        time.sleep(float(fault.split()[1]))
    write(workspace, task)
    result = SessionResult(session_id=task.session_id, status="done", reason=SECRET, action="")
    return SessionProgress(result=result, valid_until=time.time() + 1e9)


def write(workspace: Workspace, task: Task) -> None:
    """Publishes as a run does: what is there already is left; tells what it did, and what it was refused."""
    try:
        with workspace.attempting(task.attempt):
            is_new = workspace.ledger.append("stand-in", task.session_id, {"session_id": task.session_id})
    except RunFenced:
        note(task.root, task.session_id, f"refused {task.number}")
        raise
    note(task.root, task.session_id, f"{'wrote' if is_new else 'recalled'} {task.number}")


def note(root: Path, session_id: str, what: str) -> None:
    with (root / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{session_id}\t{what}\n")


def noted(root: Path) -> list[tuple[str, str]]:
    """Every note, as session and what."""
    lines = (root / LOG).read_text("utf-8").splitlines() if (root / LOG).exists() else []
    return [(session_id, what) for session_id, _, what in (line.partition("\t") for line in lines)]


def _met_before(task: Task) -> bool:
    """Whether the session met its fault in a run before."""
    return sum(each == (task.session_id, "began 1") for each in noted(task.root)) > 1


def _is_other_node(root: Path) -> bool:
    import importlib

    ray = importlib.import_module("ray")
    is_other: bool = ray.get_runtime_context().get_node_id() != (root / "head").read_text("ascii")
    return is_other


def _leave_zombie(task: Task) -> None:
    """What comes back later, as a worker does whose machine was cut off; it outlives whoever ends its worker."""
    command = [sys.executable, "-m", __name__, str(task.root), task.epoch, task.session_id, str(task.number)]
    folder = Path(__file__).parents[2]
    subprocess.Popen(["setsid", "--fork", *command], cwd=folder, stdin=subprocess.DEVNULL).wait()


def _come_back(root: str, epoch: str, session_id: str, number: str) -> None:
    task = Task(root=Path(root), now=NIGHT, session_id=session_id, epoch=epoch, number=int(number))
    for _ in range(600):
        with reading(opened(task.root).db) as connection:
            known = {row.name: row.value for row in connection.execute(select(fence))}
        if known.get("run") != epoch or task.attempt.name in known:
            break
        time.sleep(0.1)
    note(task.root, session_id, "came back")
    try:
        write(opened(task.root), task)
    except RunFenced:
        return
    note(task.root, session_id, "let out")


if __name__ == "__main__":
    _come_back(*sys.argv[1:])
