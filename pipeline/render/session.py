"""The verb: makes the redacted files of one session in scratch, and lets them out only when they are proved."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import mux, probe
from pipeline.media.kinds import KINDS, Kind
from pipeline.media.picture import can_be_copied
from pipeline.records import (
    ApprovedPlan,
    Check,
    Failed,
    Proof,
    ProofVerdict,
    Rendition,
    Session,
    Track,
    Transcript,
)
from pipeline.render import manifest, names, rendition, texts
from pipeline.render.left_out import Sources, left_out_is_gone, without_bleed
from pipeline.render.proof import Listener, ZeroTap, bundle_checks, heard_again, media_checks, removed_is_gone
from pipeline.render.proof.silent import silent_everywhere
from pipeline.render.sound import RATE, Fill, Part, Score, length_of, play
from pipeline.render.speakers import labels
from pipeline.render.talk import redacted_turns
from pipeline.render.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """The media file of a rendition and what it was made from."""

    path: Path
    kind: Kind
    score: Score
    picture: str
    zeros: Check


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
) -> Rendition | Failed:
    """Render ``session`` by ``plan`` into ``scratch``/<session>/<audience>, prove it, and give the rendition.

    Where a voice that the plan leaves out bleeds into a track that stays, that track is silent too.
    ``scratch`` must be private (0700) and of the output's file system; ``key`` stands for the plan in ``proof.json``.
    The same inputs give the same bytes. Raises ``InputRefused`` where a sealed file cannot be read.
    """
    tracks = [track for track in session.tracks if track.track_id in plan.keep_tracks]
    if plan.session_id != session.session_id:
        return Failed(reason="the plan is for another session", action="review this session")
    if not tracks:
        return Failed(reason="no sound of this session may be kept", action="see the consents of its participants")
    plan = without_bleed(session, plan, vault=vault)
    folder = _fresh(scratch / names.folder_of(session.session_id, plan.audience))
    made = _make_media(session, plan, tracks, folder, vault=vault, fill=fill)
    text_names = _write_texts(session, plan, transcript, folder)
    proof = _prove(made, plan, session, folder, text_names, vault=vault, listen=listen)
    if proof.verdict is not ProofVerdict.PROVED:
        shutil.rmtree(folder)
        return _failed(proof)
    _write_manifest(folder, made, plan, proof, key=key, fill=fill)
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
    picture, note = _picture(session, plan, vault)
    kind = KINDS[".mp4"] if picture else KINDS[".m4a"]
    path = folder / (names.PICTURE if picture else names.SOUND)
    tap = ZeroTap(plan.windows, rate=score.rate, tone=fill == "tone")
    if picture is None:
        play(score, path, kind=kind, tap=tap)
    else:
        alone = folder / "sound.tmp"
        play(score, alone, kind=kind, tap=tap)
        mux(path, kind=kind, sounds=[alone], picture=picture)
        alone.unlink()
    return _Made(path=path, kind=kind, score=score, picture=note, zeros=tap.check(score.length))


def _score(session: Session, plan: ApprovedPlan, tracks: Sequence[Track], *, vault: Sources, fill: Fill) -> Score:
    parts = [
        Part(track_id=track.track_id, path=vault.path(track.digest), stream=track.stream, offset_s=track.offset_s)
        for track in tracks
    ]
    channels = 1
    if len(parts) == 1:
        streams = probe(parts[0].path).audio
        if parts[0].stream >= len(streams):
            raise InputRefused("a sealed file lacks a sound stream that its session names", action="ingest it again")
        channels = min(2, streams[parts[0].stream].channels)
    return Score(
        parts=tuple(parts),
        windows=plan.windows,
        rate=RATE,
        channels=channels,
        length=length_of(session.duration_s, RATE),
        fill=fill,
    )


def _picture(session: Session, plan: ApprovedPlan, vault: Sources) -> tuple[Path | None, str]:
    """The file whose picture is copied, if any, and what the manifest says about it."""
    if not plan.keep_video or session.video is None:
        return None, "none"
    path = vault.path(session.video.digest)
    if not can_be_copied(path, probe(path)):
        return None, "left out: a kind of picture that cannot be cleaned"
    return path, "copied, not reviewed"


def _write_texts(session: Session, plan: ApprovedPlan, transcript: Transcript, folder: Path) -> list[str]:
    terms, called = Terms(plan.terms), labels(session, plan.terms)
    turns = redacted_turns(transcript, plan, called, terms)
    written = {
        names.CAPTIONS: texts.captions_vtt(turns),
        names.TRANSCRIPT: texts.transcript_txt(turns),
        names.TRANSCRIPT_JSONL: texts.transcript_jsonl(turns),
    }
    if session.chat:
        written[names.CHAT] = texts.chat_txt(session, plan, called, terms)
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
    checks, track_ids = [made.zeros], [part.track_id for part in made.score.parts]
    checks += media_checks(
        made.path,
        kind=made.kind,
        sounds=1,
        picture=made.kind.picture,
        silent=silent_everywhere(plan.windows, track_ids, end_s=session.duration_s),
        lengths_s=[session.duration_s],
        terms=plan.terms,
        tone=made.score.fill == "tone",
    )
    checks.append(removed_is_gone(made.path, made.score))
    checks.append(left_out_is_gone(made.path, session, plan, vault=vault))
    checks += bundle_checks(folder, [made.path.name, *text_names], text_names, plan.terms)
    if Proof(checks=tuple(checks)).verdict is ProofVerdict.PROVED:
        checks.append(heard_again(made.path, plan.terms, listen))
    return Proof(checks=tuple(checks))


def _failed(proof: Proof) -> Failed:
    bad = next(check for check in proof.checks if check.verdict is proof.verdict)
    where = "" if bad.at_s is None else f" at {bad.at_s:.1f} s"
    action = "listen there; add what is still heard to terms.toml, so that it is searched for everywhere, and run again"
    return Failed(reason=f"proof: {bad.verdict.value}{where} ({bad.name}: {bad.detail})", action=action)


def _write_manifest(folder: Path, made: _Made, plan: ApprovedPlan, proof: Proof, *, key: str, fill: Fill) -> None:
    manifest.write(
        folder / manifest.NAME,
        manifest.Manifest(
            version=manifest.VERSION,
            key=key,
            session_id=plan.session_id,
            audience=plan.audience,
            verdict=proof.verdict,
            checks=proof.checks,
            files=rendition.out_files(folder),
            windows=manifest.in_order(plan.windows, Terms(plan.terms)),
            fill=fill,
            picture=made.picture,
            tools=manifest.versions(),
        ),
    )
