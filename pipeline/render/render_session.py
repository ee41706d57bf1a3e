"""The verb: makes the redacted files of one session in scratch, and lets them out only when they are proved."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import mux, probe
from pipeline.media.output_formats import KINDS, Kind
from pipeline.proof import Listener, bundle_checks, heard_again, media_checks
from pipeline.proof.packets import untouched
from pipeline.proof.picture_boxes import covers_hold
from pipeline.proof.silent import silent_everywhere
from pipeline.records import (
    ApprovedPlan,
    Failed,
    Proof,
    ProofVerdict,
    Rendition,
    Session,
    Track,
    Transcript,
)
from pipeline.render import file_names, manifest, rendition, text_files
from pipeline.render.crosstalk_check import Sources, left_out_is_gone
from pipeline.render.picture import Shown, shown
from pipeline.render.redacted_turns import redacted_turns
from pipeline.render.sound import RATE, Fill, Part, Score, length_of
from pipeline.render.speakers import labels
from pipeline.render.terms import Terms
from pipeline.render.write_audio import Written, put_sound

PICTURE_SCRATCH, SOUND_SCRATCH = "picture.tmp", "sound.tmp"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The media file of a rendition and what it was made from."""

    path: Path
    kind: Kind
    score: Score
    picture: Shown
    sound: Written


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
) -> Rendition | Failed:
    """Render ``session`` by ``plan`` into ``scratch``/<session>/<audience>, prove it, and give the rendition.

    ``scratch`` must be private (0700) and of the output's file system; ``key`` stands for the plan in ``proof.json``,
    and ``basis`` for what it was made from; without a signer there it is not signed. The same inputs give the same
    bytes. Raises ``InputRefused`` where a sealed file cannot be read.
    """
    tracks = [track for track in session.tracks if track.track_id in plan.keep_tracks]
    if plan.session_id != session.session_id:
        return Failed(reason="the plan is for another session", action="review this session")
    if not tracks:
        return Failed(reason="no sound of this session may be kept", action="see the consents of its participants")
    folder = _fresh(scratch / file_names.folder_of(session.session_id, plan.audience))
    made = _make_media(session, plan, tracks, folder, vault=vault, fill=fill)
    text_names = _write_texts(session, plan, transcript, folder, srt=srt)
    proof = _prove(made, plan, session, folder, text_names, vault=vault, listen=listen)
    if proof.verdict is not ProofVerdict.PROVED:
        shutil.rmtree(folder)
        return _failed(proof)
    _write_manifest(folder, made, plan, proof, key=key, basis=basis or manifest.Basis())
    found = rendition.proved(session.session_id, plan.audience, folder, proof)
    return found or _failed(proof)


def _fresh(folder: Path) -> Path:
    """An empty private folder, whatever an interrupted run left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _make_media(
    session: Session, plan: ApprovedPlan, tracks: Sequence[Track], folder: Path, *, vault: Sources, fill: Fill
) -> _Made:
    score = _score(session, plan, tracks, vault=vault, fill=fill)
    picture = _picture(session, plan, folder, vault=vault)
    kind = KINDS[".mp4"] if picture.path else KINDS[".m4a"]
    path = folder / (file_names.PICTURE if picture.path else file_names.SOUND)
    alone = folder / SOUND_SCRATCH
    sound = put_sound(score, alone, kind=kind)
    if picture.path is None and not sound.spliced:
        alone.rename(path)
    else:
        mux(path, kind=kind, sounds=[alone], picture=picture.path)
        alone.unlink()
        (folder / PICTURE_SCRATCH).unlink(missing_ok=True)
    return _Made(path=path, kind=kind, score=score, picture=picture, sound=sound)


def _score(session: Session, plan: ApprovedPlan, tracks: Sequence[Track], *, vault: Sources, fill: Fill) -> Score:
    parts = [
        Part(track_id=track.track_id, path=vault.path(track.digest), stream=track.stream, offset_s=track.offset_s)
        for track in tracks
    ]
    rate, channels = RATE, 1
    if len(parts) == 1:
        streams = probe(parts[0].path).audio
        if parts[0].stream >= len(streams):
            raise InputRefused("a sealed file lacks a sound stream that its session names", action="ingest it again")
        rate = KINDS[".m4a"].rate(streams[parts[0].stream].sample_rate)
        channels = min(2, streams[parts[0].stream].channels)
    return Score(
        parts=tuple(parts),
        windows=plan.windows,
        rate=rate,
        channels=channels,
        length=length_of(session.duration_s, rate),
        fill=fill,
    )


def _picture(session: Session, plan: ApprovedPlan, folder: Path, *, vault: Sources) -> Shown:
    """The picture that goes into the rendition, if any."""
    if plan.picture is None or session.video is None:
        return Shown()
    return shown(plan.picture, vault.path(session.video.digest), folder / PICTURE_SCRATCH, kind=KINDS[".mp4"])


def _write_texts(session: Session, plan: ApprovedPlan, transcript: Transcript, folder: Path, *, srt: bool) -> list[str]:
    terms, called = Terms(plan.terms), labels(session, plan.terms)
    turns = redacted_turns(transcript, plan, called, terms)
    written = {
        file_names.CAPTIONS: text_files.captions_vtt(turns),
        file_names.TRANSCRIPT: text_files.transcript_txt(turns),
        file_names.TRANSCRIPT_JSONL: text_files.transcript_jsonl(turns),
    }
    if srt:
        written[file_names.CAPTIONS_SRT] = text_files.captions_srt(turns)
    if session.chat:
        written[file_names.CHAT] = text_files.chat_txt(session, plan, called, terms)
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")
    return list(written)


def _prove(
    made: _Made,
    plan: ApprovedPlan,
    session: Session,
    folder: Path,
    text_names: Sequence[str],
    *,
    vault: Sources,
    listen: Listener,
) -> Proof:
    checks, track_ids = [made.sound.zeros], [part.track_id for part in made.score.parts]
    checks += media_checks(
        made.path,
        kind=made.kind,
        sounds=1,
        picture=made.kind.picture,
        silent=silent_everywhere(plan.windows, track_ids, end_s=session.duration_s),
        lengths_s=[session.duration_s],
        terms=plan.terms,
        tone=made.score.fill == "tone",
        scores=[made.score],
    )
    checks.append(untouched(made.path, made.score, way=made.sound))
    if made.picture.source is not None:
        checks += covers_hold(made.path, made.picture.covers, source=made.picture.source)
    checks.append(left_out_is_gone(made.path, session, plan, vault=vault))
    checks += bundle_checks(folder, [made.path.name, *text_names], text_names, plan.terms, kept=plan.kept)
    if Proof(checks=tuple(checks)).verdict is ProofVerdict.PROVED:
        near = [(window.start_s, window.end_s) for window in plan.windows]
        checks.append(heard_again(made.path, plan.terms, near, listen))
    return Proof(checks=tuple(checks))


def _failed(proof: Proof) -> Failed:
    bad = next(check for check in proof.checks if check.verdict is proof.verdict)
    where = "" if bad.at_s is None else f" at {bad.at_s:.1f} s"
    action = "listen there; add what is still heard to terms.toml, so that it is searched for everywhere, and run again"
    return Failed(reason=f"proof: {bad.verdict.value}{where} ({bad.name}: {bad.detail})", action=action)


def _write_manifest(
    folder: Path, made: _Made, plan: ApprovedPlan, proof: Proof, *, key: str, basis: manifest.Basis
) -> None:
    told = manifest.Manifest(
        key=key,
        session_id=plan.session_id,
        audience=plan.audience,
        verdict=proof.verdict,
        checks=proof.checks,
        files=rendition.out_files(folder),
        media=made.path.name,
        length_s=made.score.length / made.score.rate,
        tracks=tuple(part.track_id for part in made.score.parts),
        windows=manifest.in_order(plan.windows, Terms(plan.terms), basis.decided),
        fill=made.score.fill,
        picture=made.picture.note,
        covers=manifest.covers_in_order(made.picture.covers, Terms(plan.terms), basis.decided),
    )
    manifest.write(folder / manifest.NAME, manifest.on(basis, told))
