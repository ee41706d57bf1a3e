"""The one concrete ``Rendition``: made from a folder whose proof says so, here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.files import file_digest
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, OutFile, Proof, ProofVerdict, Rendition, Turn
from pipeline.render.file_names import CHAT_JSONL, TRANSCRIPT_JSONL, folder_of
from pipeline.store.codec import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rendition(Rendition):
    def _made_by_render(self) -> None:
        return None


def proved(session_id: str, audience: Audience, folder: Path, proof: Proof) -> Rendition | None:
    """The rendition in ``folder``, or None where the proof did not pass."""
    if proof.verdict is not ProofVerdict.PROVED:
        return None
    return _Rendition(
        session_id=session_id,
        audience=audience,
        folder=folder_of(session_id, audience),
        files=out_files(folder),
        turns=turns_of(folder),
        chat=chat_of(folder),
        proof=proof,
    )


def out_files(folder: Path) -> tuple[OutFile, ...]:
    """Every file of a folder by name, with the SHA-256 of its bytes."""
    return tuple(OutFile(name=path.name, digest=file_digest(path)) for path in sorted(folder.iterdir()))


def recall(
    session_id: str, audience: Audience, out: Path, key: str, *, public_key: str | None = None
) -> Rendition | None:
    """The rendition already in place under ``out``, if it was made for ``key`` and every file is as it was proved.

    With a ``public_key`` only where its ``proof.json`` was signed with that one.
    """
    folder = out / folder_of(session_id, audience)
    if folder.is_symlink() or folder.parent.is_symlink() or not (folder / MANIFEST).is_file():
        return None
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None or manifest.key != key or (manifest.session_id, manifest.audience) != (session_id, audience):
        return None
    if public_key is not None and not manifest.is_signed_by(public_key):
        return None
    if tuple(file for file in out_files(folder) if file.name != MANIFEST) != manifest.files:
        return None
    return proved(session_id, audience, folder, manifest.proof)


def turns_of(folder: Path) -> tuple[Turn, ...]:
    """The redacted turns of a rendition; raises ``ValueError`` or ``TypeError`` where its file is not as written."""
    return _turns_in(folder / TRANSCRIPT_JSONL)


def chat_of(folder: Path) -> tuple[Turn, ...]:
    """The redacted messages of a rendition, none where it has no chat; raises as ``turns_of`` does."""
    path = folder / CHAT_JSONL
    return _turns_in(path) if path.is_file() else ()


def _turns_in(path: Path) -> tuple[Turn, ...]:
    # What people write may hold other line breaks than this one.
    return tuple(decode(line, Turn) for line in path.read_text("utf-8").split("\n") if line)
