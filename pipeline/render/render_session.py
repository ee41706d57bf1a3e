"""The verb: makes the redacted files of one session in scratch, and lets them out only when they are proved."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import mux, probe
from pipeline.media.output_formats import OUTPUT_FORMATS, OutputFormat
from pipeline.proof import (
    MANIFEST,
    ORIGINALS,
    TILE_CHECKS,
    Listener,
    Manifest,
    Originals,
    Sources,
    covers_hold,
    expected_of,
    files_as_allowed,
    hashing,
    heard_again,
    media_checks,
    removed_voices_are_gone,
    texts_checked,
    tiles_hold,
    untouched_packets,
    write_manifest,
)
from pipeline.records import (
    ApprovedPlan,
    Check,
    Failed,
    KeywordHit,
    Leak,
    Proof,
    ProofVerdict,
    ReadTerm,
    Rendition,
    Session,
    Track,
    Transcript,
)
from pipeline.render import file_names, manifest, rendition, text_files
from pipeline.render.chat_turns import chat_turns
from pipeline.render.picture import RenderedPicture, render_picture
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.sound import RATE, Fill, MixInput, MixSpec, length_of
from pipeline.render.speakers import labels
from pipeline.render.terms import TermReplacer
from pipeline.render.write_audio import WrittenSound, write_sound

PICTURE_SCRATCH, SOUND_SCRATCH = "picture.tmp", "sound.tmp"
_LISTEN = "`offrecord review listen {session} --out CLIPS` writes what is heard as clips; decide each, then run again"
_AGAIN = "run again; if it stays, `offrecord doctor` says what is wrong here"
_TILES = "cover that time (`offrecord review cover {session}`), or set picture.gallery_tiles = false; then run again"
_RESTORE = "restore the vault from a backup; `offrecord verify` names the files"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proved:
    """A proof, and what of the planned terms it still heard and read."""

    proof: Proof
    heard: Sequence[KeywordHit] = ()
    read: Sequence[ReadTerm] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Media:
    """The media file of a rendition and how it was made."""

    path: Path
    output_format: OutputFormat
    spec: MixSpec
    picture: RenderedPicture
    sound: WrittenSound


def render(
    session: Session,
    plan: ApprovedPlan,
    transcript: Transcript,
    *,
    vault: Sources,
    scratch: Path,
    listen: Listener,
    key: str,
    fill: Fill = "silence",
    srt: bool = False,
    basis: manifest.Basis | None = None,
) -> Rendition | Failed | Leak:
    """Render ``session`` by ``plan`` into ``scratch``/<session>/<audience>, prove it, and give the rendition.

    ``scratch`` must be private (0700) and of the output's file system; ``key`` stands for the plan in ``proof.json``,
    and ``basis`` for what it was made from; without a signer there it is not signed. The same inputs give the same
    bytes. A ``Leak`` says which terms are still heard or read, where nothing else is wrong. Raises ``InputRefused``
    where a sealed file cannot be read.
    """
    tracks = [track for track in session.tracks if track.track_id in plan.keep_tracks]
    if plan.session_id != session.session_id:
        return Failed(reason="the plan is for another session", action="review this session")
    if not tracks:
        return Failed(reason="no sound of this session may be kept", action="see the consents of its participants")
    folder = _fresh(scratch / file_names.folder_of(session.session_id, plan.audience))
    with hashing(session, plan, vault) as originals:
        media = _make_media(session, plan, tracks, folder, vault=vault, fill=fill)
        text_names = _write_texts(session, plan, transcript, folder, srt=srt)
        proved = _prove(media, plan, session, folder, text_names, vault=vault, originals=originals, listen=listen)
    proof = proved.proof
    if proof.verdict is not ProofVerdict.PROVED:
        shutil.rmtree(folder)
        failure = _failed(session.session_id, proof, is_leak=bool(proved.heard or proved.read))
        return (
            Leak(failure=failure, heard=tuple(proved.heard), read=tuple(proved.read)) if _is_leak(proved) else failure
        )
    _write_manifest(folder, media, plan, proof, key=key, basis=basis or manifest.Basis())
    finished = rendition.proved(session.session_id, plan.audience, folder, proof)
    return finished or _failed(session.session_id, proof, is_leak=False)


def _fresh(folder: Path) -> Path:
    """An empty private folder, whatever an interrupted run left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _make_media(
    session: Session, plan: ApprovedPlan, tracks: Sequence[Track], folder: Path, *, vault: Sources, fill: Fill
) -> _Media:
    spec = _spec(session, plan, tracks, vault=vault, fill=fill)
    picture = _picture(session, plan, folder, vault=vault)
    output_format = OUTPUT_FORMATS[".mp4"] if picture.path else OUTPUT_FORMATS[".m4a"]
    path = folder / (file_names.PICTURE if picture.path else file_names.SOUND)
    alone = folder / SOUND_SCRATCH
    sound = write_sound(spec, alone, output_format=output_format)
    if picture.path is None and not sound.spliced:
        alone.rename(path)
    else:
        mux(path, output_format=output_format, sounds=[alone], picture=picture.path)
        alone.unlink()
        (folder / PICTURE_SCRATCH).unlink(missing_ok=True)
    return _Media(path=path, output_format=output_format, spec=spec, picture=picture, sound=sound)


def _spec(session: Session, plan: ApprovedPlan, tracks: Sequence[Track], *, vault: Sources, fill: Fill) -> MixSpec:
    inputs = [
        MixInput(track_id=track.track_id, path=vault.path(track.digest), stream=track.stream, offset_s=track.offset_s)
        for track in tracks
    ]
    rate, channels = RATE, 1
    if len(inputs) == 1:
        streams = probe(inputs[0].path).audio
        if inputs[0].stream >= len(streams):
            raise InputRefused("a sealed file lacks a sound stream that its session names", action="ingest it again")
        rate = OUTPUT_FORMATS[".m4a"].rate(streams[inputs[0].stream].sample_rate)
        channels = min(2, streams[inputs[0].stream].channels)
    return MixSpec(
        inputs=tuple(inputs),
        windows=plan.windows,
        rate=rate,
        channels=channels,
        length=length_of(session.duration_s, rate),
        fill=fill,
    )


def _picture(session: Session, plan: ApprovedPlan, folder: Path, *, vault: Sources) -> RenderedPicture:
    """The picture that goes into the rendition, if any."""
    if plan.picture is None or session.video is None:
        return RenderedPicture()
    source = vault.path(session.video.digest)
    return render_picture(plan.picture, source, folder / PICTURE_SCRATCH, output_format=OUTPUT_FORMATS[".mp4"])


def _write_texts(session: Session, plan: ApprovedPlan, transcript: Transcript, folder: Path, *, srt: bool) -> list[str]:
    terms, called = TermReplacer(plan.terms), labels(session, plan)
    turns = redacted_turns(transcript, plan, called, terms)
    written = {
        file_names.CAPTIONS: text_files.captions_vtt(turns),
        file_names.TRANSCRIPT: text_files.transcript_txt(turns),
        file_names.TRANSCRIPT_JSONL: text_files.transcript_jsonl(turns),
    }
    if srt:
        written[file_names.CAPTIONS_SRT] = text_files.captions_srt(turns)
    if session.chat:
        chat = chat_turns(session, plan, called, terms)
        written[file_names.CHAT] = text_files.chat_txt(chat)
        written[file_names.CHAT_JSONL] = text_files.transcript_jsonl(chat)
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
    return list(written)


def _prove(
    media: _Media,
    plan: ApprovedPlan,
    session: Session,
    folder: Path,
    text_names: Sequence[str],
    *,
    vault: Sources,
    originals: Originals,
    listen: Listener,
) -> _Proved:
    expected = expected_of(session, plan, vault=vault, tone=media.spec.fill == "tone")
    checks: list[Check] = [media.sound.zeros]
    checks += media_checks(
        media.path,
        output_format=media.output_format,
        sounds=[expected],
        picture=media.output_format.picture,
        terms=plan.terms,
    )
    checks.append(untouched_packets(media.path, expected, way=media.sound))
    if media.picture.source is not None:
        checks += covers_hold(media.path, plan.picture.all_covers if plan.picture else (), source=media.picture.source)
    checks += tiles_hold(media.path, plan, session)
    checks.append(removed_voices_are_gone(media.path, session, plan, vault=vault))
    checks.append(files_as_allowed(folder, [media.path.name, *text_names]))
    checks.append(originals.check())
    texts, read = texts_checked([folder / name for name in text_names], plan.terms, kept=plan.kept)
    if Proof(checks=tuple(checks)).verdict is not ProofVerdict.PROVED:
        return _Proved(proof=Proof(checks=(*checks, *texts)))
    # What is read is repaired together with what is heard: both in one round.
    near = [(window.start_s, window.end_s) for window in plan.windows]
    listening, heard = heard_again(media.path, plan.terms, near, listen, dismissed=plan.dismissed)
    return _Proved(proof=Proof(checks=(*checks, *texts, listening)), heard=heard, read=read)


def _is_leak(proved: _Proved) -> bool:
    """Whether terms that are still heard or read are all that is wrong; then all was listened to."""
    return bool(proved.heard or proved.read) and not any(
        check.verdict is ProofVerdict.UNCHECKED for check in proved.proof.checks
    )


def _failed(session_id: str, proof: Proof, *, is_leak: bool) -> Failed:
    failed = next(check for check in proof.checks if check.verdict is proof.verdict)
    where = "" if failed.at_s is None else f" at {failed.at_s:.1f} s"
    actions = {ORIGINALS: _RESTORE, **dict.fromkeys(TILE_CHECKS, _TILES.format(session=session_id))}
    action = actions.get(failed.name, _LISTEN.format(session=session_id) if is_leak else _AGAIN)
    return Failed(
        reason=f"proof: {failed.verdict.value}{where} ({failed.name}: {failed.detail})",
        action=action,
    )


def _write_manifest(
    folder: Path, media: _Media, plan: ApprovedPlan, proof: Proof, *, key: str, basis: manifest.Basis
) -> None:
    bare = Manifest(
        key=key,
        session_id=plan.session_id,
        audience=plan.audience,
        verdict=proof.verdict,
        checks=proof.checks,
        files=rendition.out_files(folder),
        media=media.path.name,
        length_s=media.spec.length / media.spec.rate,
        tracks=tuple(source.track_id for source in media.spec.inputs),
        windows=manifest.windows_in_order(plan.windows, TermReplacer(plan.terms), basis.decided),
        fill=media.spec.fill,
        picture=media.picture.note,
        covers=manifest.covers_in_order(plan.picture, TermReplacer(plan.terms), basis.decided),
    )
    write_manifest(folder / MANIFEST, manifest.resting_on(basis, bare))
