"""Redacts, or proves, one media file outside any workspace."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused, ProofFailed, UsageProblem
from pipeline.media import Probe, check_complete, mux, probe
from pipeline.media.codec_smear import smear_s
from pipeline.media.output_formats import Kind, kind_of
from pipeline.proof import media_checks
from pipeline.proof.levels import EDGE_S
from pipeline.proof.packets import untouched
from pipeline.proof.picture_boxes import covers_hold
from pipeline.proof.silent import silent_everywhere
from pipeline.records import Check, PicturePlan, PlannedTerm, Proof, ProofVerdict, RedactionBox, RedactionInterval
from pipeline.render.picture import shown
from pipeline.render.rendition import digest
from pipeline.render.sound import Fill, Part, Score, length_of
from pipeline.render.spans_file import read_plan, read_spans
from pipeline.render.write_audio import put_sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was done to one file, and the proof of it; ``ways`` says how each sound was written. No name, no text."""

    verdict: ProofVerdict
    windows: int
    muted_s: float
    sounds: int
    ways: tuple[str, ...]
    picture: str
    covers: int
    digest: str
    checks: tuple[Check, ...]


def redact(file: Path, *, spans: Path, out: Path, overwrite: bool = False, fill: Fill = "silence") -> Summary:
    """Write ``out``, a copy of ``file`` with the spans taken out of every sound stream, once it is proved.

    Raises ``UsageProblem``, ``InputRefused``, or ``ProofFailed`` with nothing written. The picture goes into mp4, mov
    and mkv: copied where it can be cleaned and nothing of it is covered, else encoded again; everything else in the
    file is left behind.
    """
    kind = kind_of(out.suffix)
    _may_write(out, overwrite=overwrite)
    found = probe(file)
    _fits(found, kind)
    kind = kind.after(found.audio[0].codec)
    lengths_s = check_complete(file, found)
    sound_spans, covers = read_spans(spans, duration_s=max(lengths_s), picture_s=found.duration_s)
    windows = _padded(sound_spans, found)
    scratch = Path(tempfile.mkdtemp(prefix=".offrecord-", dir=out.parent))
    try:
        made, summary = _made(file, found, lengths_s, windows, kind, scratch, covers=covers, fill=fill)
        _require_proof(summary.checks)
        _place(made, out, overwrite=overwrite)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return summary


def prove(file: Path, *, plan: Path) -> Proof:
    """Prove a finished file against ``PLAN.json`` from the file alone: levels, streams, tags, bytes."""
    wanted, kind, found = read_plan(plan), kind_of(file.suffix), probe(file)
    kind = kind.after(found.audio[0].codec if found.audio else "")
    spans = tuple((window.start_s, window.end_s) for window in wanted.windows)
    checks = list(
        media_checks(
            file,
            kind=kind,
            sounds=max(1, len(found.audio)),
            picture=found.video is not None,
            silent=spans,
            lengths_s=None,
            terms=tuple(PlannedTerm(text=term, replacement="") for term in wanted.terms),
            tone=wanted.fill == "tone",
        )
    )
    short = sum(end_s - start_s <= 2 * EDGE_S for start_s, end_s in spans)
    if short and not kind.lossless:
        detail = f"{short} windows are too short to be measured in this kind of file"
        checks.append(Check(name="length of the windows", verdict=ProofVerdict.UNCHECKED, detail=detail))
    return Proof(checks=tuple(checks))


def _made(
    file: Path,
    found: Probe,
    lengths_s: Sequence[float],
    windows: Sequence[RedactionInterval],
    kind: Kind,
    scratch: Path,
    *,
    covers: Sequence[RedactionBox],
    fill: Fill,
) -> tuple[Path, Summary]:
    scores = [_score(file, found, stream, windows, kind, lengths_s[stream], fill) for stream in range(len(found.audio))]
    sounds = [scratch / f"{number}{kind.suffix}" for number in range(len(scores))]
    written = [
        put_sound(score, path, kind=kind, bits=stream.bits, found=found)
        for score, path, stream in zip(scores, sounds, found.audio, strict=True)
    ]
    checks = [one.zeros for one in written]
    wanted = PicturePlan(covers=tuple(covers)) if kind.picture and found.video else None
    picture = shown(wanted, file, scratch / "picture.mp4", kind=kind)
    made = sounds[0]
    if picture.path is not None or len(sounds) > 1 or written[0].spliced:
        made = scratch / f"redacted{kind.suffix}"
        mux(made, kind=kind, sounds=sounds, picture=picture.path)
    silent = silent_everywhere(windows, [""], end_s=min(lengths_s))
    checks += media_checks(
        made,
        kind=kind,
        sounds=len(sounds),
        picture=picture.path is not None,
        silent=silent,
        lengths_s=lengths_s,
        terms=(),
        tone=fill == "tone",
        scores=scores,
    )
    if picture.source is not None:
        checks += covers_hold(made, covers, source=picture.source)
    checks += [
        untouched(made, score, way=one, stream=number)
        for number, (score, one) in enumerate(zip(scores, written, strict=True))
    ]
    return made, Summary(
        verdict=Proof(checks=tuple(checks)).verdict,
        windows=len(windows),
        muted_s=round(sum(end_s - start_s for start_s, end_s in silent), 3),
        sounds=len(sounds),
        ways=tuple(one.way for one in written),
        picture=picture.note,
        covers=len(covers),
        digest=digest(made),
        checks=tuple(checks),
    )


def _score(
    file: Path, found: Probe, stream: int, windows: Sequence[RedactionInterval], kind: Kind, length_s: float, fill: Fill
) -> Score:
    rate = kind.rate(found.audio[stream].sample_rate)
    return Score(
        parts=(Part(track_id="", path=file, stream=stream),),
        windows=tuple(windows),
        rate=rate,
        channels=found.audio[stream].channels,
        length=length_of(length_s, rate),
        fill=fill,
    )


def _padded(windows: Sequence[RedactionInterval], found: Probe) -> tuple[RedactionInterval, ...]:
    """Wider on both sides by as far as the codec of the source smears what it encodes."""
    wider_s = max(smear_s(stream.codec, rate=stream.sample_rate) for stream in found.audio)
    return tuple(
        RedactionInterval(
            start_s=max(0.0, window.start_s - wider_s), end_s=window.end_s + wider_s, reasons=window.reasons
        )
        for window in windows
    )


def _fits(found: Probe, kind: Kind) -> None:
    if not found.audio:
        raise InputRefused("the file has no sound", action="give a file with sound")
    if len(found.audio) > 1 and not kind.many_tracks:
        raise UsageProblem(
            f"the file has {len(found.audio)} sound tracks, {kind.suffix} holds one", action="use .mkv or .mp4"
        )
    if max(stream.channels for stream in found.audio) > kind.max_channels:
        raise UsageProblem(f"the file has more channels than {kind.suffix} holds", action="use .mkv, .flac or .wav")


def _may_write(out: Path, *, overwrite: bool) -> None:
    if out.is_symlink():
        raise UsageProblem("the output is a symbolic link", action="give the name of a file")
    if out.exists() and not (overwrite and out.is_file()):
        raise UsageProblem("the output is there already", action="use --overwrite or another name")
    if not out.parent.is_dir():
        raise UsageProblem("the output's folder does not exist", action="make it")


def _require_proof(checks: Sequence[Check]) -> None:
    proof = Proof(checks=tuple(checks))
    if proof.verdict is not ProofVerdict.PROVED:
        bad = next(check for check in checks if check.verdict is proof.verdict)
        where = "" if bad.at_s is None else f" at {bad.at_s:.1f} s"
        message = f"{proof.verdict.value}{where} ({bad.name}: {bad.detail}); nothing was written"
        raise ProofFailed(message, action="listen there, widen the span, or choose another kind of output")


def _place(made: Path, out: Path, *, overwrite: bool) -> None:
    """Show the finished file under its name in one step; without ``overwrite`` never in the place of another."""
    made.chmod(0o640)
    if overwrite:
        made.replace(out)
    else:
        try:
            os.link(made, out)
        except FileExistsError as error:
            raise UsageProblem("the output is there already", action="use --overwrite or another name") from error
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
