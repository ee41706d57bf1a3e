"""A session's whole line with stand-ins in the place of models and ffmpeg, and kills at the end of each of its stages.

Whatever a stage keeps goes through the program's own doors: the vault, stage results, artefacts, words, the move into
``out/`` within a write transaction, the ledger. Only what would be heard, found and rendered is made up, so that a
hundred kills take minutes and no hours.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import time
from pathlib import Path

from pipeline import render
from pipeline.files import file_digest, make_private
from pipeline.proof import MANIFEST
from pipeline.records import Audience, Check, Proof, ProofVerdict, Session, SessionProgress, SessionResult
from pipeline.render.file_names import TRANSCRIPT_JSONL
from pipeline.render.rendition import proved
from pipeline.store import Workspace, releases
from pipeline.store.codec import key_of
from pipeline.store.database import storage_needed
from pipeline.store.registry import Registry
from pipeline.workflow.attempts import Task, opened
from pipeline.workflow.copied_renditions import copied
from tests.store.making import session as made_session

STAGES = ("ingest", "speech", "detect", "review", "render", "publish", "tag", "hand over")
"""Where a worker is killed: when the stage has kept what it makes, and nothing else is done yet."""
PLAN, LOG = "kills.json", "stand-in-line.log"
DISK_FULL = "disk full"
REFUSED = "refused"
"""In the name of a folder whose session may not be let out."""
_FULL_BYTES = 4096
_FILE = "transcript.txt"


@storage_needed()
def ingest_one(task: Task) -> Session:
    """Seals the recording of a folder."""
    workspace = opened(task.root)
    with workspace.attempting(task.attempt):
        sealed = workspace.vault.seal(task.folder / "recording.wav", kind="media")
        _reached(task, "ingest", task.folder.name)
    return made_session(session_id(task.folder.name), sealed.digest, title=task.folder.name)


@storage_needed()
def process_one(task: Task) -> SessionProgress:
    """Reads the recording, keeps a result of each stage, lets the text out, and hands its own result over."""
    workspace = opened(task.root)
    session = Registry(workspace.db).session(task.session_id)
    folder = session.title
    with workspace.attempting(task.attempt), workspace.vault.in_use():
        _note(task.root, folder, f"began {task.number}")
        if _is_planned(task.root, folder, DISK_FULL):
            resource.setrlimit(resource.RLIMIT_FSIZE, (_FULL_BYTES, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        text = _kept(workspace, session, "speech", said_in(workspace.vault.path(session.source_digest)))
        _reached(task, "speech", folder)
        _kept(workspace, session, "detect", text[::-1])
        workspace.words.keep(session.session_id, (text[:8],))
        _reached(task, "detect", folder)
        _kept(workspace, session, "review", text[::2])
        _reached(task, "review", folder)
        if REFUSED not in folder:
            _let_out(workspace, task, session, text)
        _reached(task, "hand over", folder)
    result = SessionResult(session_id=session.session_id, status="done", reason="", action="")
    return SessionProgress(result=result, valid_until=time.time() + 1e9)


def session_id(folder: str) -> str:
    """The id of a folder's session."""
    return f"2026-11-18-{hashlib.sha256(folder.encode()).hexdigest()[:8]}"


def said_in(recording: Path) -> str:
    """What is said in a recording, the same each time."""
    return hashlib.sha256(recording.read_bytes()).hexdigest()


def _kept(workspace: Workspace, session: Session, stage: str, value: str) -> str:
    """A stage result, made once, with its place among the artefacts."""
    key = key_of(stage, session.source_digest)
    if (stored := workspace.stages.get(stage, key, str)) is not None:
        return stored
    workspace.fence.check()
    place = workspace.stages.put(stage, key, value)
    workspace.artefacts.note(
        stage, place, session_id=session.session_id, contributors=None, log_head="", digest=key_of(value)
    )
    return value


def _let_out(workspace: Workspace, task: Task, session: Session, text: str) -> None:
    """Moves a text into ``out/`` as every rendition is moved, and notes that in the ledger; once."""
    name = f"{session.session_id}/{Audience.INTERNAL}"
    if not (workspace.out / name).is_dir():
        scratch = workspace.scratch / session.session_id
        (make_private(scratch / name) / _FILE).write_text(text, "ascii")
        _reached(task, "render", session.title)
        (scratch / name / TRANSCRIPT_JSONL).touch()
        (scratch / name / MANIFEST).write_text(text, "ascii")
        proof = Proof(checks=(Check(name="stand-in", verdict=ProofVerdict.PROVED, detail=""),))
        rendition = proved(session.session_id, Audience.INTERNAL, scratch / name, proof)
        assert rendition is not None
        with copied(workspace, rendition, scratch / name):
            render.publish(rendition, scratch=scratch, out=workspace.out, placing=workspace.db.begin)
            _reached(task, "publish", session.title)
            _record(workspace, session)
    _record(workspace, session)
    if workspace.ledger.append("stand-in", session.session_id, {"session_id": session.session_id}):
        _note(task.root, session.title, "let out")
    _kept(workspace, session, "tags", text[::3])
    _reached(task, "tag", session.title)


def _record(workspace: Workspace, session: Session) -> None:
    """Notes in the ledger what is in ``out/``, once."""
    session_id, audience = session.session_id, Audience.INTERNAL
    body = {"session_id": session_id, "proof": file_digest(workspace.out / session_id / audience / MANIFEST)}
    entry = f"{releases.prefix_of(session_id, audience)}1"
    releases.record_publication(workspace.db, entry, session_id, audience, scope="", body=body)


def _reached(task: Task, stage: str, folder: str) -> None:
    """Kills this process where it is planned, once; what lies in ``out/`` at that moment is noted before."""
    if _is_planned(task.root, folder, stage):
        _note(task.root, folder, f"killed {stage}")
        for path in (task.root / "out").rglob(_FILE):
            _note(task.root, path.parts[-3], f"seen {path.read_text('ascii')}")
        os.kill(os.getpid(), signal.SIGKILL)


def _is_planned(root: Path, folder: str, what: str) -> bool:
    """Whether a folder meets something now that it has not met before."""
    if json.loads((root / PLAN).read_text("utf-8")).get(folder) != what:
        return False
    try:
        (make_private(root / "met") / folder).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _note(root: Path, folder: str, what: str) -> None:
    with (root / LOG).open("a", encoding="utf-8") as log:
        log.write(f"{folder}\t{what}\n")


def noted(root: Path) -> list[tuple[str, str]]:
    """Every note, as folder and what; of what was seen in ``out/`` as session and what."""
    lines = (root / LOG).read_text("utf-8").splitlines() if (root / LOG).exists() else []
    return [(folder, what) for folder, _, what in (line.partition("\t") for line in lines)]
