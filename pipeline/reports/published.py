"""What lies in ``out/`` beside what the ledger says is published there: changed, added or gone behind the program.

Everything is looked for each night; of its bytes a bounded part is hashed again, in turn, and ``offrecord verify``
hashes all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.files import file_digest
from pipeline.lexicon.counted import counted
from pipeline.proof import MANIFEST, Manifest, read_manifest
from pipeline.records import Audience
from pipeline.store import Workspace, integrity, releases
from pipeline.store.releases import PublishedEntries
from pipeline.workflow import request_files
from pipeline.workflow.round_robin import MEGABYTE, next_round

Place = tuple[str, Audience]
"""Whose folder of ``out/`` it is: the session and the audience."""

_EXPORTS = "exports"
_ADVICE = "compare with a backup, remove it from out/, and run again; `offrecord verify` checks all of it"


def half_done(workspace: Workspace) -> frozenset[str]:
    """The ledger's entries of renditions that a killed run left in ``scratch``, to be read before that is swept."""
    return frozenset(_entries(workspace.scratch))


def check(workspace: Workspace, interrupted: frozenset[str]) -> tuple[str, ...]:
    """A line for the report for each thing that was changed, added or taken away; advances what is hashed next.

    ``interrupted`` is what was ``half_done`` when the run began: of that, nothing is missing.
    """
    entries = releases.published_entries(workspace.ledger)
    missing = _missing(workspace, interrupted)
    changed = [place for place in _tonight(workspace) if not is_as_proved(workspace, place, entries)]
    unknown, exports = len(list(unknown_files(workspace, entries))), len(request_files.changed_exports(workspace))
    others = counted(unknown, "file or folder", "files or folders")
    return (
        *(
            f"out/{where} was published and is gone: this run makes it again as far as consent allows"
            for where in missing
        ),
        *(f"out/{_name(place)} is not as it was published: {_ADVICE}" for place in changed),
        *((f"{others} in out/ not written by Offrecord: {_ADVICE}",) if unknown else ()),
        *((f"{counted(exports, 'file')} of out/exports/ changed, added or removed: {_ADVICE}",) if exports else ()),
    )


def placed(workspace: Workspace) -> list[Place]:
    """The renditions that are in their place, in order."""
    current = releases.published_entries(workspace.ledger).current
    return sorted(place for place in current if (workspace.out / _name(place)).is_dir())


def unknown_files(workspace: Workspace, entries: PublishedEntries | None = None) -> Iterator[Path]:
    """What lies in ``out/`` and is neither the folder of exports nor the place of something published.

    What is signed as the very next rendition of its session is none: a run was killed before it could note it.
    """
    entries = entries or releases.published_entries(workspace.ledger)
    expected = {_name(place) for place in entries.current}
    for folder in sorted(workspace.out.iterdir()):
        if folder.is_symlink() or not folder.is_dir():
            yield folder
        elif folder.name != _EXPORTS:
            for path in sorted(folder.iterdir()):
                is_known = f"{folder.name}/{path.name}" in expected and path.is_dir() and not path.is_symlink()
                if not is_known and not _is_next(_signed(workspace, path), entries):
                    yield path


def is_as_proved(workspace: Workspace, place: Place, entries: PublishedEntries | None = None) -> bool:
    """Whether a rendition is as it was signed, in its own place, and the one that the ledger says is published.

    An earlier one, or one that was withdrawn, is not; one that a killed run could not note yet is.
    """
    entries = entries or releases.published_entries(workspace.ledger)
    proof = _signed(workspace, workspace.out / _name(place))
    if proof is None or _is_next(proof, entries):
        return proof is not None
    noted = workspace.ledger.body(releases.RELEASED, proof.entry)
    is_recorded = noted is not None and json.loads(noted)["proof"] == file_digest(
        workspace.out / _name(place) / MANIFEST
    )
    return is_recorded and entries.current.get(place) == proof.entry


def _missing(workspace: Workspace, interrupted: frozenset[str]) -> list[str]:
    missing = integrity.missing_renditions(workspace)
    if not missing:
        return []
    # Read again: another command may have taken one back meanwhile, or a kill may have come before that was noted.
    current = {_name(place): entry for place, entry in releases.published_entries(workspace.ledger).current.items()}
    explained = interrupted | frozenset(_entries(workspace.withdrawn))
    return [where for where in missing if where in current and current[where] not in explained]


def _tonight(workspace: Workspace) -> list[Place]:
    """The renditions that are hashed this time, after those of the last time; at least one, as far as the limit goes.

    Each counts as a megabyte at least: to read its proof takes as long.
    """
    places = {_name(place): place for place in placed(workspace)}

    def size_of(name: str) -> int:
        return max(MEGABYTE, size(workspace, places[name]))

    limit = workspace.settings.run.check_published_mb * MEGABYTE
    return [places[name] for name in next_round(workspace, "published", places, size_of=size_of, limit=limit)]


def size(workspace: Workspace, place: Place) -> int:
    """The bytes of a rendition that is in its place; 0 where another command took it back meanwhile."""
    try:
        return sum(path.lstat().st_size for path in (workspace.out / _name(place)).iterdir())
    except FileNotFoundError:
        return 0


def _is_next(proof: Manifest | None, entries: PublishedEntries) -> bool:
    """Whether a proof is of what its session would note next."""
    if proof is None:
        return False
    place = (proof.session_id, proof.audience)
    return proof.entry == entries.following.get(place, f"{releases.prefix_of(*place)}1")


def _signed(workspace: Workspace, folder: Path) -> Manifest | None:
    """The proof of a folder that holds, in its own place, what this workspace signed and nothing else."""
    if folder.is_symlink() or not folder.is_dir() or not all(_is_file(path) for path in folder.iterdir()):
        return None
    proof = read_manifest(folder / MANIFEST)
    if proof is None or not proof.is_signed_by(workspace.signer.public_key):
        return None
    files = {file.name: file.digest for file in proof.files}
    there = {path.name: file_digest(path) for path in folder.iterdir() if path.name != MANIFEST}
    return proof if files == there and folder == workspace.out / proof.session_id / proof.audience else None


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _entries(folder: Path) -> Iterator[str]:
    for path in folder.rglob(MANIFEST):
        if (proof := read_manifest(path)) is not None:
            yield proof.entry


def _name(place: Place) -> str:
    session_id, audience = place
    return f"{session_id}/{audience}"
