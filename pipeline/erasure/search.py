"""Searches every store for what a withdrawal should have left nowhere: names, words and files of the person."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import String, inspect, text

from pipeline.consent.answers import answer_rows
from pipeline.consent.log.identity import Keys
from pipeline.erasure import words
from pipeline.erasure.people import affected
from pipeline.erasure.quarantine import OF_TAGS, audiences
from pipeline.errors import UsageProblem
from pipeline.files import file_digest
from pipeline.records import Transcript
from pipeline.store import Workspace, tombstones, withdrawals
from pipeline.store.database import reading
from pipeline.store.withdrawals import Withdrawal, WithdrawalState

_TEXT_BYTES = 64 << 20
_OWN_TABLES = frozenset({"tombstone", "withdrawal", "erased_mark", "alembic_version"})
_PENDING = {WithdrawalState.FILED: "the next run carries it out", WithdrawalState.WAITING: "waits for a decision"}
_FOLDERS = ("out", "withdrawn", "reports", "log")

Marks = Mapping[tuple[str, int], frozenset[str]]


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Something that should be gone: the store, the id of the place in it, and what was found, never its words."""

    store: str
    place: str
    what: str


def search(workspace: Workspace, filed: Withdrawal) -> tuple[Hit, ...]:
    """What is still to be found of the person: everywhere after an erasure, else in what may no longer be out."""
    keys = Keys(workspace.key("identity"))
    if not filed.erase:
        return tuple(sorted(set(_in_output(workspace, filed, keys))))
    finder = _Finder(keys, withdrawals.marks(workspace.db, filed.withdrawal_id))
    gone = _gone(workspace, filed)
    found = [
        *_in_database(workspace, finder, filed),
        *_in_answers(workspace, finder, keys, filed),
        *_in_stages(workspace, finder),
        *_in_files(workspace, finder, gone),
        *(Hit("vault", digest, "file") for digest in workspace.vault.digests() if digest in gone),
    ]
    return tuple(sorted(set(found)))


def left_of(workspace: Workspace, withdrawal_ids: Iterable[str]) -> tuple[Hit, ...]:
    """What is still to be found after these withdrawals; raises ``UsageProblem`` when there is none."""
    wanted = set(withdrawal_ids)
    filed = [one for one in withdrawals.read(workspace.db) if one.withdrawal_id in wanted]
    if not filed:
        raise UsageProblem(
            "no withdrawal of theirs is on file", action="give an address, a party id or a withdrawal's id"
        )
    open_ = [one for one in filed if one.state in (WithdrawalState.FILED, WithdrawalState.WAITING)]
    pending = {Hit("withdrawal", one.withdrawal_id, _PENDING[one.state]) for one in open_}
    return tuple(sorted(pending | {hit for one in filed for hit in search(workspace, one)}))


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
        said = words.tokens(content)
        for (kind, size), marks in self._marks.items():
            if any(self._marked(run) in marks for run in set(words.windows(said, size))):
                yield kind

    def _marked(self, run: str) -> str:
        if run not in self._seen:
            self._seen[run] = self._keys.marked(run)
        return self._seen[run]


def _gone(workspace: Workspace, filed: Withdrawal) -> frozenset[str]:
    with reading(workspace.db) as connection:
        query = text("SELECT digest FROM tombstone WHERE kind = :kind AND withdrawal_id = :id")
        return frozenset(
            connection.execute(query, {"kind": tombstones.VAULT, "id": filed.withdrawal_id}).scalars().all()
        )


def _in_database(workspace: Workspace, finder: _Finder, filed: Withdrawal) -> Iterator[Hit]:
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
                content = " \n ".join(str(row[name]) for name in columns if row[name] is not None)
                place = "/".join(str(row[name]) for name in keys)
                yield from (Hit(f"database: {table}", place, kind) for kind in names.kinds(content))


def _in_answers(workspace: Workspace, finder: _Finder, keys: Keys, filed: Withdrawal) -> Iterator[Hit]:
    """The rows of imported tables: theirs, and what they are known by in anybody's."""
    if filed.session_id is not None:
        return
    names = finder.only("alias")
    with reading(workspace.db) as connection:
        for row in answer_rows.read(connection, keys):
            if row.written is not None and row.party_id in filed.party_ids:
                yield Hit("answers", row.place, "row")
            for _, cell in row.written or ():
                yield from (Hit("answers", row.place, kind) for kind in names.kinds(cell))


def _in_stages(workspace: Workspace, finder: _Finder) -> Iterator[Hit]:
    """The encrypted results of work: there others may still name the person, as they do in the sealed recordings."""
    said = finder.only("gram")
    for path in workspace.stages.files():
        try:
            content = workspace.stages.opened(path)
        except InvalidTag:
            yield Hit("stages", f"{path.parent.name}/{path.stem}", "unreadable")
            continue
        place = f"{path.parent.name}/{path.stem}"
        shown = content.decode("utf-8", "replace")
        if path.parent.name == "speech":
            heard = workspace.stages.get("speech", path.stem, Transcript)
            shown = " ".join(word.text for word in heard.words) if heard else shown
        yield from (Hit("stages", place, kind) for kind in said.kinds(shown))


def _in_files(workspace: Workspace, finder: _Finder, gone: frozenset[str]) -> Iterator[Hit]:
    for store in _FOLDERS:
        folder = workspace.root / store
        for path in sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
            place = str(path.relative_to(folder))
            yield from (Hit(store, place, kind) for kind in finder.kinds(_text_of(path)))
            if file_digest(path) in gone:
                yield Hit(store, place, "file")


def _in_output(workspace: Workspace, filed: Withdrawal, keys: Keys) -> Iterator[Hit]:
    """After a withdrawal without erasure: the renditions that it takes back, and the exports for what they said."""
    with reading(workspace.db) as connection:
        known = words.on_file(connection, keys, filed.party_ids)
    for one in affected(workspace, filed):
        people = frozenset(one.sure)
        aliases = [*known, *(name for who in people for name in words.known_by(one.session.participant(who)))]
        marks: dict[tuple[str, int], set[str]] = {}
        for alias, size in words.searchable(aliases).items():
            marks.setdefault(("alias", size), set()).add(keys.marked(alias))
        said = words.said_by(one.session, _transcripts(workspace, one.session.session_id), people)
        marks[("gram", words.GRAM)] = {keys.marked(run) for run in said}
        finder = _Finder(keys, {name: frozenset(values) for name, values in marks.items()})
        folders = {workspace.out / one.session.session_id / audience: finder for audience in audiences(filed.purposes)}
        if not OF_TAGS.isdisjoint(filed.purposes):
            folders[workspace.out / "exports"] = finder.only("gram")
        for folder, looks in folders.items():
            for path in sorted(folder.glob("*")):
                place = str(path.relative_to(workspace.out))
                yield from (Hit("out", place, kind) for kind in looks.kinds(_text_of(path)))


def _transcripts(workspace: Workspace, session_id: str) -> Iterable[Transcript]:
    for made in workspace.artefacts.of(session_id):
        place = workspace.root / made.location
        if place.parent == workspace.stages.root / "speech":
            heard = workspace.stages.get("speech", place.stem, Transcript)
            if heard is not None:
                yield heard


def _text_of(path: Path) -> str:
    """The readable text of a file, of a zip that of its members; nothing of media, which the proof listens to."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as inside:
            parts = [
                inside.read(one).decode("utf-8", "ignore") for one in inside.infolist() if one.file_size < _TEXT_BYTES
            ]
        return " ".join([path.name, *parts])
    if path.stat().st_size > _TEXT_BYTES:
        return path.name
    content = path.read_bytes()
    binary = b"\0" in content[:4096]
    return path.name if binary else f"{path.name} {content.decode('utf-8', 'ignore')}"
