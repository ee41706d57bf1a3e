"""Splits files that hold more than what stays: the picture, or the voice of who goes, beside somebody's sound."""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import InputRefused, WorkspaceDamaged
from pipeline.media.copy_audio import copy_sounds, holds_only
from pipeline.records import Session, VaultFile
from pipeline.store import Workspace

_NAME = "split"


def split_files(session: Session, *, workspace: Workspace, whole: bool) -> tuple[Session, bool]:
    """The session with the sounds that stay in files of their own, and whether any could not be had so.

    With ``whole`` such sounds go too. What cannot be read at all stays as it is, and `offrecord verify` says so.
    """
    left = False
    for digest in dict.fromkeys(track.digest for track in session.tracks):
        streams = sorted({track.stream for track in session.tracks if track.digest == digest})
        if not _holds_more(workspace, digest, streams):
            continue
        try:
            session = _moved(session, digest, streams, _copied(workspace, digest, streams))
        except InputRefused:
            left = not whole
            if whole:
                tracks = tuple(track for track in session.tracks if track.digest != digest)
                session = replace(session, tracks=tracks, sealed=_others(session, digest))
    return session, left


def _holds_more(workspace: Workspace, digest: str, streams: list[int]) -> bool:
    try:
        return not holds_only(workspace.vault.path(digest), streams)
    except (InputRefused, WorkspaceDamaged):
        return False


def _copied(workspace: Workspace, digest: str, streams: list[int]) -> VaultFile:
    target = workspace.scratch / _NAME
    try:
        target.unlink(missing_ok=True)
        copy_sounds(workspace.vault.path(digest), target, streams=streams)
        return workspace.vault.seal(target, kind="media")
    finally:
        target.unlink(missing_ok=True)


def _moved(session: Session, digest: str, streams: list[int], sealed: VaultFile) -> Session:
    """The session with these sounds of one file in another, in the same order."""
    tracks = (
        replace(track, digest=sealed.digest, stream=streams.index(track.stream)) if track.digest == digest else track
        for track in session.tracks
    )
    return replace(session, tracks=tuple(tracks), sealed=(*_others(session, digest), sealed))


def _others(session: Session, digest: str) -> tuple[VaultFile, ...]:
    return tuple(file for file in session.sealed if file.digest != digest)
