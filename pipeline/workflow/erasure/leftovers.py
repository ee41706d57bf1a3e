"""Searches every store for what a withdrawal should have left nowhere: names, words and files of the person."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import String, inspect, text

from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.errors import UsageProblem
from pipeline.files import file_digest
from pipeline.records import Transcript
from pipeline.store import Workspace, record_keys, tombstones, withdrawals
from pipeline.store.database import reading
from pipeline.store.withdrawals import Withdrawal, WithdrawalState
from pipeline.workflow.erasure import fingerprints
from pipeline.workflow.erasure.affected import affected_sessions, surely_in
from pipeline.workflow.erasure.erase import HOLD_MIXED
from pipeline.workflow.erasure.quarantine import OF_TAGS, audiences

_TEXT_BYTES = 64 << 20
"""A larger file is media, which the proof listens to: the captions of a day are under a tenth of it."""
_OWN_TABLES = frozenset({"tombstone", "withdrawal", "erased_mark", "alembic_version"})
_FOLDERS = ("out", "withdrawn", "reports", "log")

Marks = Mapping[tuple[str, int], frozenset[str]]


@dataclass(frozen=True, slots=True, order=True)
class Leftover:
    """Something that should be gone: the store, the id of the place in it, and what was found, never its words."""

    store: str
    place: str
    what: str


def find_leftovers(workspace: Workspace, filed: Withdrawal) -> tuple[Leftover, ...]:
    """What is left of the person: everywhere after an erasure, else in what may no longer be published."""
    keys = Keys(workspace.key("identity"))
    if not filed.erase:
        return tuple(sorted({*_in_output(workspace, filed, keys), *_in_buckets(workspace)}))
    finder = _Finder(keys, withdrawals.marks(workspace.db, filed.withdrawal_id))
    gone = _erased_files(workspace, filed)
    leftovers = [
        *_in_database(workspace, finder, filed),
        *_in_answers(workspace, finder, keys, filed),
        *_in_stages(workspace, finder),
        *_in_buckets(workspace),
        *_in_files(workspace, finder, gone),
        *(Leftover("vault", digest, "file") for digest in gone if workspace.vault.has_trace(digest)),
        *(Leftover("keys", digest, "key") for digest in gone if workspace.vault.has_key(digest)),
        *(Leftover("keys", owner, "key of a record as it was") for owner in _earlier_keys(workspace)),
    ]
    return tuple(sorted(set(leftovers)))


def leftovers_of(workspace: Workspace, withdrawal_ids: Iterable[str]) -> tuple[Leftover, ...]:
    """What is left after these withdrawals; raises ``UsageProblem`` when there is no such withdrawal."""
    wanted = set(withdrawal_ids)
    chosen = [filed for filed in withdrawals.read(workspace.db) if filed.withdrawal_id in wanted]
    if not chosen:
        raise UsageProblem(
            "no withdrawal of that person is on file", action="give an address, a party id or a withdrawal's id"
        )
    pending = {
        Leftover("withdrawal", filed.withdrawal_id, _pending(filed))
        for filed in chosen
        if filed.state in (WithdrawalState.FILED, WithdrawalState.WAITING)
    }
    return tuple(sorted(pending | {left for filed in chosen for left in find_leftovers(workspace, filed)}))


def kept_aside(workspace: Workspace, withdrawal_ids: Iterable[str]) -> tuple[str, ...]:
    """What withdrawals without erasure took out of ``out/``, in ``withdrawn/``, which nobody is shown."""
    wanted = set(withdrawal_ids)
    filed = [each for each in withdrawals.read(workspace.db) if each.withdrawal_id in wanted and not each.erase]
    sessions = {affected.session.session_id for each in filed for affected in affected_sessions(workspace, each)}
    folders = (folder for session_id in sessions for folder in workspace.withdrawn.glob(f"{session_id}-*"))
    return tuple(sorted(f"{workspace.withdrawn.name}/{folder.name}" for folder in folders))


def _pending(filed: Withdrawal) -> str:
    """Why a withdrawal is not carried out yet, and what does it: nothing is damaged by that."""
    if filed.state is WithdrawalState.FILED:
        return "not carried out yet: the next `offrecord run` does it"
    until = (filed.filed_at + HOLD_MIXED).date()
    return (
        "waits: a recording holds them beside others and cannot be split, and is sealed and used for nothing until it "
        f"is erased whole after {until}, or by the run after `offrecord consent withdraw --everything --erase "
        "--whole-recordings`; or `offrecord consent match` has to settle who they are"
    )


class _Finder:
    """Looks for marked words in a text."""

    def __init__(self, keys: Keys, marks: Marks) -> None:
        self._keys = keys
        self._marks = marks
        self._seen: dict[str, str] = {}

    def only(self, kind: str) -> _Finder:
        """The same for names or for words alone."""
        return _Finder(self._keys, {name: marks for name, marks in self._marks.items() if name[0] == kind})

    def kinds(self, content: str) -> Iterator[str]:
        """What kinds of marks a text holds: ``alias``, ``gram``."""
        words = fingerprints.tokens(content)
        for (kind, size), marks in self._marks.items():
            if any(self._marked(run) in marks for run in set(fingerprints.runs(words, size))):
                yield kind

    def _marked(self, run: str) -> str:
        if run not in self._seen:
            self._seen[run] = self._keys.marked(run)
        return self._seen[run]


def _earlier_keys(workspace: Workspace) -> frozenset[str]:
    with reading(workspace.db) as connection:
        return record_keys.unused(connection)


def _erased_files(workspace: Workspace, filed: Withdrawal) -> frozenset[str]:
    with reading(workspace.db) as connection:
        query = text("SELECT digest FROM tombstone WHERE kind = :kind AND withdrawal_id = :id")
        return frozenset(
            connection.execute(query, {"kind": tombstones.VAULT, "id": filed.withdrawal_id}).scalars().all()
        )


def _in_database(workspace: Workspace, finder: _Finder, filed: Withdrawal) -> Iterator[Leftover]:
    """Every text column of every table but those that hold nothing else than what was erased."""
    names = finder if filed.session_id is None else finder.only("gram")
    inspector = inspect(workspace.db)
    for table in inspector.get_table_names():
        if table in _OWN_TABLES:
            continue
        columns = [each["name"] for each in inspector.get_columns(table) if isinstance(each["type"], String)]
        keys = inspector.get_pk_constraint(table)["constrained_columns"]
        if not columns:
            continue
        shown = ", ".join(f'"{name}"' for name in dict.fromkeys([*keys, *columns]))
        with reading(workspace.db) as connection:
            for row in connection.execute(text(f'SELECT {shown} FROM "{table}"')).mappings():
                values = [workspace.records.open_value(str(row[name])) for name in columns if row[name] is not None]
                content = " \n ".join(values)
                place = "/".join(str(row[name]) for name in keys)
                yield from (Leftover(f"database: {table}", place, kind) for kind in names.kinds(content))


def _in_answers(workspace: Workspace, finder: _Finder, keys: Keys, filed: Withdrawal) -> Iterator[Leftover]:
    """The rows of imported tables: theirs, and what they are known by in anybody's."""
    if filed.session_id is not None:
        return
    names = finder.only("alias")
    with reading(workspace.db) as connection:
        for row in answer_rows.read(connection, keys):
            if row.written is not None and row.party_id in filed.party_ids:
                yield Leftover("answers", row.place, "row")
            for _, cell in row.written or ():
                yield from (Leftover("answers", row.place, kind) for kind in names.kinds(cell))


def _in_stages(workspace: Workspace, finder: _Finder) -> Iterator[Leftover]:
    """The encrypted results of work: there others may still name the person, as they do in the sealed recordings."""
    grams = finder.only("gram")
    for path, content in workspace.stages.opened_each(workspace.stages.files()):
        place = f"{path.parent.name}/{path.stem}"
        if content is None:
            yield Leftover("stages", place, "unreadable")
            continue
        shown = content.decode("utf-8", "replace")
        if path.parent.name == "speech":
            transcript = workspace.stages.decoded(content, Transcript)
            shown = " ".join(word.text for word in transcript.words) if transcript else shown
        yield from (Leftover("stages", place, kind) for kind in grams.kinds(shown))


def _in_buckets(workspace: Workspace) -> Iterator[Leftover]:
    """What object storage still has of results and renditions whose keys are gone or which were withdrawn."""
    if workspace.stages.store.bucket is not None:
        for name in workspace.stages.store.bucket.unkept.marked_for_deletion():
            yield Leftover("stages", name, "not deleted from object storage yet")
    if workspace.rendition_copies is not None:
        for copy in workspace.rendition_copies.unpublished():
            yield Leftover("renditions", copy.place, "not deleted from object storage yet")


def _in_files(workspace: Workspace, finder: _Finder, gone: frozenset[str]) -> Iterator[Leftover]:
    for store in _FOLDERS:
        folder = workspace.root / store
        for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()):
            place = str(path.relative_to(folder))
            yield from (Leftover(store, place, kind) for kind in finder.kinds(_text_of(path)))
            if file_digest(path) in gone:
                yield Leftover(store, place, "file")


def _in_output(workspace: Workspace, filed: Withdrawal, keys: Keys) -> Iterator[Leftover]:
    """After a withdrawal without erasure: the renditions that it withdraws, and the exports for what they said."""
    with reading(workspace.db) as connection:
        known = fingerprints.aliases_of(connection, keys, filed.party_ids)
    sessions = list(affected_sessions(workspace, filed))
    elsewhere = fingerprints.said_elsewhere(workspace, surely_in(sessions))
    for affected in sessions:
        session, people = affected.session, frozenset(affected.sure)
        aliases = [*known, *(name for who in people for name in fingerprints.names_of(session.participant(who)))]
        marks: dict[tuple[str, int], set[str]] = {}
        for alias, size in fingerprints.searchable(aliases).items():
            marks.setdefault(("alias", size), set()).add(keys.marked(alias))
        transcripts = fingerprints.transcripts_of(workspace, session.session_id)
        runs = fingerprints.unique_runs(session, transcripts, people) - elsewhere
        marks[("gram", fingerprints.GRAM_WORDS)] = {keys.marked(run) for run in runs}
        finder = _Finder(keys, {name: frozenset(values) for name, values in marks.items()})
        folders = {workspace.out / session.session_id / audience: finder for audience in audiences(filed.purposes)}
        if not OF_TAGS.isdisjoint(filed.purposes):
            folders[workspace.out / "exports"] = finder.only("gram")
        for folder, wanted in folders.items():
            for path in sorted(folder.glob("*")):
                place = str(path.relative_to(workspace.out))
                yield from (Leftover("out", place, kind) for kind in wanted.kinds(_text_of(path)))


def _text_of(path: Path) -> str:
    """The readable text of a file, of a zip that of its members; nothing of media, which the proof listens to."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as inside:
            parts = [
                inside.read(member).decode("utf-8", "ignore")
                for member in inside.infolist()
                if member.file_size < _TEXT_BYTES
            ]
        return " ".join([path.name, *parts])
    if path.stat().st_size > _TEXT_BYTES:
        return path.name
    content = path.read_bytes()
    binary = b"\0" in content[:4096]
    return path.name if binary else f"{path.name} {content.decode('utf-8', 'ignore')}"
