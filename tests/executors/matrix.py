"""Kills at the end of every stage and of the coordinator's steps, on each executor over each store, with counts.

``python -m tests.executors.matrix EXECUTOR PLACE KILLS COORDINATORS STAGE...`` prints a line of JSON for each stage.
PLACE is ``folder``, ``postgresql:`` and the folder of a server's socket, or ``bucket:`` and an S3 server's port.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline import ingest, nightly
from pipeline.settings.storage import StoredKind
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow import request_files
from pipeline.workflow.run_executor import executor_named
from tests import database_server, object_server
from tests.clock import NIGHT
from tests.executors import stand_in_line
from tests.executors.contract import in_own_network, raise_loopback
from tests.executors.stand_in_line import REFUSED, STAGES

EXECUTORS = ("local", "ray")
STORES = ("folder", "postgresql", "bucket")
"""SQLite and the folder; PostgreSQL and the folder; SQLite and a bucket for originals, stage results and renditions."""
STEPS = ("register", "conclude", "exports")
"""Of the coordinator: where it is killed as well, when it has done that."""
_MODULE = "tests.executors.matrix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """What became of the sessions of which something was killed at the end of one stage or step."""

    executor: str
    store: str
    stage: str
    kills: int
    done: int
    lost: int
    doubled: int
    let_out: int


def prepared(root: Path, folders: Sequence[str], lines: str, plan: Mapping[str, str]) -> Path:
    """A workspace and an inbox with a folder for each session, each of a recording of its own; gives the inbox."""
    root.parent.mkdir(parents=True, exist_ok=True)
    Workspace.create(
        root, f'[speech]\nengine = "captions"\n[run]\nworkers = 2\ntimeout_s = 120.0\nstable_for_s = 0\n{lines}'
    )
    inbox = root.parent / "inbox"
    for folder in folders:
        (inbox / folder).mkdir(parents=True)
        (inbox / folder / "recording.wav").write_bytes(recording_of(folder))
    (root / stand_in_line.PLAN).write_text(json.dumps(dict(plan)), "utf-8")
    return inbox


def recording_of(folder: str) -> bytes:
    """What lies in a folder of the inbox: more than one piece of a file, of no other folder."""
    return b"".join(hashlib.sha256(f"{folder} {piece}".encode()).digest() for piece in range(1000))


def run_night(root: Path, inbox: Path, executor: str, *, now: datetime = NIGHT, accept_clock: bool = True) -> None:
    """One night of this line."""
    workspace = Workspace.open(root)
    options = nightly.RunOptions(executor=executor_named(executor, workspace), accept_clock=accept_clock)
    ingesting = patch.object(nightly, "ingest_one", stand_in_line.ingest_one)
    with ingesting, patch.object(nightly, "process_one", stand_in_line.process_one):
        nightly.run_night(workspace, inbox=inbox, options=options, now=now, progress=lambda *_: None)


def planned_kills(kills: int, stages: Sequence[str]) -> dict[str, str]:
    """A folder for each kill, with the stage at which its worker dies; one of each stage may not be let out."""
    plan: dict[str, str] = {}
    for stage in stages:
        for number in range(kills):
            may_not = number == 0 and stage in ("ingest", "speech", "detect", "review", "hand over")
            plan[f"{stage}-{number}{f'-{REFUSED}' if may_not else ''}"] = stage
    return plan


def killed_workers(
    executor: str, store: str, root: Path, kills: int, lines: str, *, stages: Sequence[str] = STAGES
) -> Iterator[Killed]:
    """One night in which the worker of every session is killed once."""
    plan = planned_kills(kills, stages)
    run_night(root, prepared(root, list(plan), lines, plan), executor)
    yield from (counted(executor, store, root, stage, plan) for stage in stages)


def killed_coordinators(executor: str, store: str, root: Path, kills: int, location: str) -> Iterator[Killed]:
    """Nights whose coordinator is killed at the end of a step, each continued by another until none is left to kill."""
    for step in STEPS:
        place = root / step
        folders = [f"{step}-{number}" for number in range(kills + 1)]
        inbox = prepared(place / "ws", folders, lines_of(location), {})
        for number in range(kills):
            # From the second kill on there is less to do: a step that comes for each session comes for those left.
            ended = _ended(partial(_killed_night, place / "ws", inbox, executor, step))
            assert os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL, f"kill {number} at {step}: {ended}"
        assert _ended(partial(run_night, place / "ws", inbox, executor)) == 0
        yield counted(executor, store, place / "ws", step, dict.fromkeys(folders, step), kills=kills)


def _killed_night(root: Path, inbox: Path, executor: str, step: str) -> None:
    _kill_at(step)
    run_night(root, inbox, executor)


def _ended(work: Callable[[], object]) -> int:
    """How a process ended that does this work, as ``os.waitpid`` has it; forked, which saves it all imports."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - nothing of the process that it was forked from may go on here
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]


def counted(
    executor: str, store: str, root: Path, stage: str, plan: Mapping[str, str], *, kills: int | None = None
) -> Killed:
    """Holds everything of a stage's sessions against what an unbroken night leaves."""
    workspace, notes = Workspace.open(root), stand_in_line.noted(root)
    folders = [folder for folder, each in plan.items() if each == stage]
    expected = {stand_in_line.session_id(folder): folder for folder in folders}
    states, whole = Registry(workspace.db).states(), _whole(workspace, plan)
    done = {each for each in expected if each in states and states[each].result.status == "done"}
    let_out = Counter(folder for folder, what in notes if what == "let out")
    seen = [(each, what.removeprefix("seen ")) for each, what in notes if what.startswith("seen ")]
    return Killed(
        executor=executor,
        store=store,
        stage=stage,
        kills=sum(what == f"killed {stage}" for _, what in notes) if kills is None else kills,
        done=len(done),
        lost=sum(each not in done or not whole(each) for each in expected),
        doubled=sum(number > 1 for folder, number in let_out.items() if folder in folders) + _doubled(workspace, plan),
        let_out=sum(each in expected and _is_let_out_wrongly(expected[each], text) for each, text in seen)
        + sum(
            _is_let_out_wrongly(expected[path.parts[-3]], path.read_text("ascii"))
            for path in workspace.out.rglob("*.txt")
            if path.parts[-3] in expected
        ),
    )


def _whole(workspace: Workspace, plan: Mapping[str, str]) -> Callable[[str], bool]:
    """Whether a session has its original as it was, its text in ``out/``, and its entry in the ledger."""
    folders = {stand_in_line.session_id(folder): folder for folder in plan}
    noted = {key for key, _ in workspace.ledger.under("stand-in", "")}

    def is_whole(session_id: str) -> bool:
        folder = folders[session_id]
        digest = hashlib.sha256(recording_of(folder)).hexdigest()
        if not workspace.vault.opens(digest):
            return False
        texts = [path.read_text("ascii") for path in (workspace.out / session_id).rglob("*.txt")]
        if REFUSED in folder:
            return not texts and session_id not in noted
        return texts == [digest] and session_id in noted

    return is_whole


def _doubled(workspace: Workspace, plan: Mapping[str, str]) -> int:
    """How much more there is than an unbroken night leaves: sessions, originals, blobs, half-made renditions.

    What a killed worker began in a bucket the next run removes, and so does this before it counts.
    """
    with workspace.locked():
        workspace.sweep_buckets()
    sessions = len(Registry(workspace.db).states()) - len(plan)
    files = workspace.vault.files()
    originals = len(files.digests) - len(plan)
    strange = sum(path.name.partition("-")[0] == ".partial" for path in workspace.vault.root.iterdir())
    left = [*workspace.scratch.iterdir(), *workspace.vault.opened_folder.rglob("*")]
    return sessions + originals + files.unknown_blobs + strange + len(left) + _orphans(workspace)


def _orphans(workspace: Workspace) -> int:
    """Stage results and copies of renditions in the bucket that are of nothing, and results whose blob is not there."""
    results, copies = workspace.stages.store.bucket, workspace.rendition_copies
    if results is None or copies is None:
        return 0
    listed = results.listed()
    missing = set(results.names().values()) - listed
    of_copies = [
        *copies.orphans(copies.blobs.names()),
        *copies.unpublished(),
        *copies.missing(set(copies.blobs.names())),
    ]
    return len(results.orphans(listed)) + len(missing) + len(results.unkept.names()) + len(of_copies)


def _is_let_out_wrongly(folder: str, text: str) -> bool:
    return REFUSED in folder or text != hashlib.sha256(recording_of(folder)).hexdigest()


@contextmanager
def place_of(store: str) -> Iterator[str]:
    """A store of a kind, as the module takes it; its server runs as long as the block."""
    if store == "postgresql":
        with database_server.running() as database:
            yield f"postgresql:{database.folder}"
    elif store == "bucket":
        with object_server.running() as objects:
            yield f"bucket:{objects.port}"
    else:
        yield store


def lines_of(place: str) -> str:
    """The settings of a new, empty store at a place as the module takes it."""
    kind, _, where = place.partition(":")
    if kind == "postgresql":
        return f'[database]\nurl = "{database_server.Server(Path(where), NUMBERS).new_database()}"\n'
    if kind == "bucket":
        return object_server.ObjectServer(int(where), NUMBERS).lines(kinds=tuple(StoredKind))
    return ""


NUMBERS = count(os.getpid() * 1000)
"""Names of databases and buckets that no other process of the same test gives."""


def matrix(
    executor: str, place: str, *, kills: int, coordinators: int, stages: Sequence[str] = STAGES
) -> Iterator[Killed]:
    """The kills of one executor over one store, in a process of its own, for Ray in a network that reaches nothing."""
    command = [sys.executable, "-m", _MODULE, executor, place, str(kills), str(coordinators), *stages]
    if executor == "ray" and not place.startswith("bucket"):  # whose server is on the loopback of this network
        command = in_own_network(command)
    environment = os.environ | {"AWS_ACCESS_KEY_ID": object_server.KEY, "AWS_SECRET_ACCESS_KEY": object_server.SECRET}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-4000:]
    for line in done.stdout.splitlines():
        yield Killed(**json.loads(line))


def _kill_at(step: str) -> None:
    """Kills this process when it has done a step for the first time; in the middle of what comes for each session."""
    holders: dict[str, tuple[Any, str]] = {
        "register": (ingest, "register"),
        "conclude": (Registry, "conclude"),
        "exports": (request_files, "write_exports"),
    }
    holder, name = holders[step]
    before = getattr(holder, name)

    def killed(*arguments: Any, **named: Any) -> None:
        before(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(holder, name, killed)


def main(arguments: Sequence[str]) -> None:
    raise_loopback()
    executor, place, kills, coordinators, *stages = arguments
    store = place.partition(":")[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root, tempfile.tempdir = Path(folder), folder  # so that what a killed run leaves of Ray goes as well
        workers = killed_workers(executor, store, root / "workers" / "ws", int(kills), lines_of(place), stages=stages)
        rows = [workers] if int(kills) else []
        if int(coordinators):
            # First: none can be forked from a process that has started Ray, or what local workers are forked from.
            rows.insert(0, killed_coordinators(executor, store, root, int(coordinators), place))
        for each in (row for part in rows for row in part):
            sys.stdout.write(f"{json.dumps(asdict(each))}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
