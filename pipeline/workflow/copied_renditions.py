"""A copy of a rendition in object storage, put before that is published; and copies of what was published without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import StorageUnavailable
from pipeline.files import file_digest
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Rendition
from pipeline.render.rendition import recall
from pipeline.store import Workspace, record_keys, releases


@contextmanager
def copied(workspace: Workspace, rendition: Rendition, folder: Path) -> Iterator[None]:
    """Puts a copy of a rendition, which lies in a folder, before the block publishes it, where the settings want one.

    Where the block raises, as for a worker whose run is over, its copy goes; what a kill leaves, the next run removes.
    """
    copies = workspace.rendition_copies
    if copies is None:
        yield
        return
    workspace.fence.check()
    proof = next(file.digest for file in rendition.files if file.name == MANIFEST)
    owner = record_keys.owner(workspace.db, rendition.session_id)
    copy = copies.put(folder, rendition.folder, proof=proof, owner=owner, scratch=workspace.scratch)
    try:
        yield
    except BaseException:
        with suppress(StorageUnavailable):
            copies.delete([copy])
        raise
    copies.mark_published(copy)


def copy_missing(workspace: Workspace) -> int:
    """Puts a copy of everything that is published, as it was proved, and has none; gives how many. Under the lock.

    That is what was published before the settings wanted copies, or before its session's data key was replaced.
    """
    copies = workspace.rendition_copies
    if copies is None:
        return 0
    known, count = {(copy.place, copy.proof) for copy in copies.published()}, 0
    for place, proof in sorted(releases.published_proofs(workspace.ledger).items()):
        if (place, proof) in known or published(workspace, workspace.out, place, proof) is None:
            continue
        owner = record_keys.owner(workspace.db, place.partition("/")[0])
        copies.mark_published(
            copies.put(workspace.out / place, place, proof=proof, owner=owner, scratch=workspace.scratch)
        )
        count += 1
    return count


def published(workspace: Workspace, out: Path, place: str, proof: str) -> Rendition | None:
    """The rendition that lies as ``SESSION/AUDIENCE`` below a folder; None unless it is signed and as its proof says.

    ``proof`` is the digest of that, as the ledger has it of what is published.
    """
    session_id, _, audience = place.partition("/")
    manifest = read_manifest(out / place / MANIFEST)
    if manifest is None or file_digest(out / place / MANIFEST) != proof:
        return None
    return recall(session_id, Audience(audience), out, manifest.key, public_key=workspace.signer.public_key)
