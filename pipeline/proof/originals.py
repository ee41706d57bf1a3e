"""Whether what was decoded is what was sealed: a damaged or swapped original must not be named by a proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pipeline.lexicon.counted import counted
from pipeline.proof.expected import Sources
from pipeline.records import ApprovedPlan, Check, ProofVerdict, Session

NAME = "originals"
_State = tuple[int, int, int]


class Originals:
    """The digests of the originals, worked out in another thread while the rendition is made from the same files.

    So each file is read from the disk once: the second reader finds it in memory. What it costs beside that is the
    hashing itself, which runs on a core of its own.
    """

    def __init__(self, hashed: dict[str, Future[tuple[str, _State]]], vault: Sources) -> None:
        self._hashed = hashed
        self._vault = vault

    def check(self) -> Check:
        """The verdict, after everything was decoded; a file that changed in the meantime is not as it was hashed."""
        damaged = 0
        for digest, future in self._hashed.items():
            try:
                actual, state = future.result()
                damaged += actual != digest or _state(self._vault.path(digest)) != state
            except OSError:
                damaged += 1
        if damaged:
            detail = f"{damaged} of {counted(len(self._hashed), 'sealed file')} not as sealed"
            return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail=detail)
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{counted(len(self._hashed), 'file')} as sealed")


@contextmanager
def hashing(session: Session, plan: ApprovedPlan, vault: Sources) -> Iterator[Originals]:
    """Hash every original that a rendition of the plan is made from, or compared with, while the block runs."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="originals") as thread:
        yield Originals({digest: thread.submit(_hash, vault.path(digest)) for digest in _used(session, plan)}, vault)


def _used(session: Session, plan: ApprovedPlan) -> Iterable[str]:
    """The digests of the kept tracks, of the picture, and of those voices that are looked for because they went."""
    gone = {*plan.removed, *(interval.participant_id for interval in plan.removed_intervals)}
    tracks = [
        track.digest
        for track in session.tracks
        if track.track_id in plan.keep_tracks or (track.participant_id is not None and track.participant_id in gone)
    ]
    picture = [session.video.digest] if plan.picture is not None and session.video is not None else []
    return dict.fromkeys([*tracks, *picture])


def _hash(path: Path) -> tuple[str, _State]:
    state = _state(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), state


def _state(path: Path) -> _State:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
