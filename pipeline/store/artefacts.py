"""The register of what was made: each artefact with its contributors and its state, written where it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, or_, select, true, update

from pipeline.errors import UsageProblem
from pipeline.files import file_digest
from pipeline.store.database import reading
from pipeline.store.tables.artefacts import artefact, artefact_copy
from pipeline.store.upsert import insert

ELSEWHERE = "out/handed-out/"
"""Before the name of a file that was written elsewhere than into the workspace: no such folder is ever made."""


class ArtefactState(StrEnum):
    """What became of an artefact."""

    LIVE = "live"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """One thing that was made: ``contributors`` None means that everybody may be in it."""

    artefact_id: str
    kind: str
    location: str
    sha256: str
    session_id: str | None
    contributors: dict[str, list[str]] | None
    log_head: str
    state: ArtefactState

    @property
    def shown_location(self) -> str:
        """Where it is or was below the workspace; of what was never there its name alone."""
        return self.location.removeprefix(ELSEWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactCopy:
    """A copy that left the workspace."""

    artefact_id: str
    went_to: str
    noted_by: str
    noted_at: str


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; of a folder that of its files' names and digests."""
    if not path.is_dir():
        return file_digest(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    listed = "\n".join(f"{file.relative_to(path)} {file_digest(file)}" for file in files)
    return hashlib.sha256(listed.encode()).hexdigest()


class Artefacts:
    """The artefacts of one workspace."""

    def __init__(self, db: Engine, root: Path) -> None:
        self._db = db
        self._root = root

    def note(
        self,
        kind: str,
        place: Path,
        *,
        session_id: str | None,
        contributors: dict[str, list[str]] | None,
        log_head: str,
        digest: str | None = None,
    ) -> str:
        """Registers what lies at a place, under the digest of its content; the same again is the same artefact."""
        location, digest = str(place.relative_to(self._root)), digest or digest_of(place)
        artefact_id = self._id(kind, location, digest)
        values = {
            "artefact_id": artefact_id,
            "kind": kind,
            "location": location,
            "sha256": digest,
            "session_id": session_id,
            "contributors": json.dumps(contributors, sort_keys=True),
            "log_head": log_head,
            "state": ArtefactState.LIVE.value,
        }
        with self._db.begin() as connection:
            older = (artefact.c.location == location, artefact.c.artefact_id != artefact_id)
            live = artefact.c.state == ArtefactState.LIVE.value
            connection.execute(update(artefact).where(*older, live).values(state=ArtefactState.SUPERSEDED.value))
            statement = insert(connection, artefact).values(values)
            connection.execute(statement.on_conflict_do_update(index_elements=["artefact_id"], set_=values))
        return artefact_id

    def _id(self, kind: str, location: str, digest: str) -> str:
        """An id from what it is; another where a copy that was taken back has that one."""
        number = 0
        with reading(self._db) as connection:
            while True:
                source = f"{kind}\n{location}\n{digest}\n{number}"
                artefact_id = "art_" + hashlib.sha256(source.encode()).hexdigest()[:32]
                query = select(artefact.c.location).where(artefact.c.artefact_id == artefact_id)
                if connection.execute(query).scalar() in (None, location):
                    return artefact_id
                number += 1

    def of(self, session_id: str) -> list[Artefact]:
        """Every artefact of a session, in a fixed order."""
        return list(self._read(artefact.c.session_id == session_id))

    def all(self) -> Iterator[Artefact]:
        """Every artefact, in a fixed order."""
        return self._read(true())

    def _read(self, which: ColumnElement[bool]) -> Iterator[Artefact]:
        query = select(artefact).where(which).order_by(artefact.c.location, artefact.c.artefact_id)
        with reading(self._db) as connection:
            rows = connection.execute(query).all()
        for row in rows:
            values = {**row._mapping, "contributors": json.loads(row.contributors), "state": ArtefactState(row.state)}
            yield Artefact(**values)

    def set_state(self, artefact_ids: Iterable[str], state: ArtefactState) -> None:
        """Says what became of some artefacts."""
        with self._db.begin() as connection:
            for artefact_id in artefact_ids:
                connection.execute(
                    update(artefact).where(artefact.c.artefact_id == artefact_id).values(state=state.value)
                )

    def moved(self, source: Path, target: Path) -> None:
        """Follows what was taken out of the output folder, with all that was made of it; it is quarantined now."""
        before, after = str(source.relative_to(self._root)), str(target.relative_to(self._root))
        inside = artefact.c.location.startswith(f"{before}/", autoescape=True)
        with self._db.begin() as connection:
            was = (or_(artefact.c.location == before, inside), artefact.c.state == ArtefactState.LIVE.value)
            for row in connection.execute(select(artefact.c.artefact_id, artefact.c.location).where(*was)).all():
                values = {
                    "location": after + row.location.removeprefix(before),
                    "state": ArtefactState.QUARANTINED.value,
                }
                connection.execute(update(artefact).where(artefact.c.artefact_id == row.artefact_id).values(values))

    def copied(self, artefact_id: str, *, to: str, by: str, now: datetime) -> ArtefactCopy:
        """Notes where a copy went; raises ``UsageProblem`` when there is no such artefact."""
        noted = ArtefactCopy(
            artefact_id=artefact_id, went_to=to, noted_by=by, noted_at=now.isoformat(timespec="seconds")
        )
        if all(row.artefact_id != artefact_id for row in self.all()):
            raise UsageProblem("there is no artefact of that id", action="`offrecord consent artefacts` lists them")
        values = {name: getattr(noted, name) for name in ArtefactCopy.__slots__}
        with self._db.begin() as connection:
            connection.execute(insert(connection, artefact_copy).values(values).on_conflict_do_nothing())
        return noted

    def copies(self) -> list[ArtefactCopy]:
        """Every copy that left."""
        with reading(self._db) as connection:
            rows = connection.execute(select(artefact_copy).order_by(artefact_copy.c.noted_at)).all()
        return [ArtefactCopy(**row._mapping) for row in rows]
