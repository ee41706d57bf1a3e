"""Redacts one media file outside any workspace."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import spans
from pipeline.errors import InputRefused, ProofFailed, UsageProblem
from pipeline.files import file_digest
from pipeline.files.run_folder import run_folder
from pipeline.media import Probe, check_complete, mux, probe
from pipeline.media.codec_smear import smear_s
from pipeline.media.output_formats import OutputFormat, format_of
from pipeline.proof import ExpectedSound, SoundSource, covers_hold, media_checks, untouched_packets
from pipeline.records import Check, PicturePlan, Proof, ProofVerdict, RedactionBox, RedactionInterval
from pipeline.render.picture import render_picture
from pipeline.render.sound import Fill, MixInput, MixSpec, length_of
from pipeline.render.spans_file import read_spans
from pipeline.render.write_audio import write_sound

_OWNER = "redact"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionSummary:
    """What was done to one file, and the proof of it; ``ways`` says how each sound was written. No name, no text.

    ``left_out`` names the sounds that could not be decoded, so that they are not in the output either.
    """

    verdict: ProofVerdict
    windows: int
    muted_s: float
    sounds: int
    ways: tuple[str, ...]
    picture: str
    covers: int
    digest: str
    checks: tuple[Check, ...]
    left_out: tuple[str, ...] = ()


def redact(
    file: Path, *, spans_file: Path, out: Path, overwrite: bool = False, fill: Fill = "silence"
) -> RedactionSummary:
    """Write ``out``, a copy of ``file`` with the spans taken out of every sound stream, once it is proved.

    Raises ``UsageProblem``, ``InputRefused``, or ``ProofFailed`` with nothing written. The picture goes into mp4, mov
    and mkv: copied where it can be cleaned and nothing of it is covered, else encoded again; everything else in the
    file is left behind.
    """
    output_format = format_of(out.suffix)
    _may_write(out, overwrite=overwrite)
    probed = probe(file)
    _fits(probed, output_format)
    output_format = output_format.after(probed.audio[0].codec)
    lengths_s = check_complete(file, probed)
    sound_spans, covers = read_spans(spans_file, duration_s=max(lengths_s), picture_s=probed.duration_s)
    windows = _padded(sound_spans, probed)
    # What a killed one left beside the output, the next one there removes: half of a recording may be in it.
    with run_folder(out.parent, ".offrecord-", _OWNER) as scratch:
        path, summary = _redacted(file, probed, lengths_s, windows, output_format, scratch, covers=covers, fill=fill)
        _require_proof(summary.checks)
        _place(path, out, overwrite=overwrite)
    return summary


def _redacted(
    file: Path,
    probed: Probe,
    lengths_s: Sequence[float],
    windows: Sequence[RedactionInterval],
    output_format: OutputFormat,
    scratch: Path,
    *,
    covers: Sequence[RedactionBox],
    fill: Fill,
) -> tuple[Path, RedactionSummary]:
    """The redacted file in ``scratch``, and what was done and found."""
    specs = [
        _spec(file, probed, stream, windows, output_format, lengths_s[stream], fill)
        for stream in range(len(probed.audio))
    ]
    sounds = [scratch / f"{number}{output_format.suffix}" for number in range(len(specs))]
    written = [
        write_sound(spec, path, output_format=output_format, bits=stream.bits, probed=probed)
        for spec, path, stream in zip(specs, sounds, probed.audio, strict=True)
    ]
    wanted = PicturePlan(covers=tuple(covers)) if output_format.picture and probed.video else None
    picture = render_picture(wanted, file, scratch / "picture.mp4", output_format=output_format)
    path = sounds[0]
    if picture.path is not None or len(sounds) > 1 or written[0].spliced:
        path = scratch / f"redacted{output_format.suffix}"
        mux(path, output_format=output_format, sounds=sounds, picture=picture.path)
    expected = _expected(file, windows, lengths_s, fill)
    checks = [sound.zeros for sound in written]
    checks += media_checks(
        path, output_format=output_format, sounds=expected, picture=picture.path is not None, terms=()
    )
    if picture.source is not None:
        checks += covers_hold(path, covers, source=picture.source)
    checks += [
        untouched_packets(path, sound, way=way, stream=stream)
        for stream, (sound, way) in enumerate(zip(expected, written, strict=True))
    ]
    silent = spans.clip(spans.merge(spans.times(windows)), 0.0, min(lengths_s))
    return path, RedactionSummary(
        verdict=Proof(checks=tuple(checks)).verdict,
        windows=len(windows),
        muted_s=round(spans.total(silent), 3),
        sounds=len(sounds),
        ways=tuple(sound.way for sound in written),
        picture=picture.note,
        covers=len(covers),
        digest=file_digest(path),
        checks=tuple(checks),
        left_out=tuple(f"sound {number} ({codec})" for number, codec in probed.undecodable),
    )


def _spec(
    file: Path,
    probed: Probe,
    stream: int,
    windows: Sequence[RedactionInterval],
    output_format: OutputFormat,
    length_s: float,
    fill: Fill,
) -> MixSpec:
    rate = output_format.rate(probed.audio[stream].sample_rate)
    return MixSpec(
        inputs=(MixInput(track_id="", path=file, stream=stream),),
        windows=tuple(windows),
        rate=rate,
        channels=probed.audio[stream].channels,
        length=length_of(length_s, rate),
        fill=fill,
    )


def _expected(
    file: Path, windows: Sequence[RedactionInterval], lengths_s: Sequence[float], fill: Fill
) -> list[ExpectedSound]:
    """What the proof holds each sound against."""
    return [
        ExpectedSound(
            track_ids=("",),
            windows=tuple(windows),
            length_s=length_s,
            tone=fill == "tone",
            sources=(SoundSource(track_id="", path=file, stream=stream),),
        )
        for stream, length_s in enumerate(lengths_s)
    ]


def _padded(windows: Sequence[RedactionInterval], probed: Probe) -> tuple[RedactionInterval, ...]:
    """Wider on both sides by as far as the codec of the source smears what it encodes."""
    wider_s = max(smear_s(stream.codec, rate=stream.sample_rate) for stream in probed.audio)
    return tuple(
        RedactionInterval(
            start_s=max(0.0, window.start_s - wider_s), end_s=window.end_s + wider_s, reasons=window.reasons
        )
        for window in windows
    )


def _fits(probed: Probe, output_format: OutputFormat) -> None:
    if not probed.audio:
        raise InputRefused("the file has no sound", action="give a file with sound")
    if len(probed.audio) > 1 and not output_format.many_tracks:
        raise UsageProblem(
            f"the file has {len(probed.audio)} sound tracks, {output_format.suffix} holds one",
            action="use .mkv or .mp4",
        )
    if max(stream.channels for stream in probed.audio) > output_format.max_channels:
        raise UsageProblem(
            f"the file has more channels than {output_format.suffix} holds", action="use .mkv, .flac or .wav"
        )


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
        failed = next(check for check in checks if check.verdict is proof.verdict)
        where = "" if failed.at_s is None else f" at {failed.at_s:.1f} s"
        message = f"{proof.verdict.value}{where} ({failed.name}: {failed.detail}); nothing was written"
        raise ProofFailed(message, action="listen there, widen the span, or choose another kind of output")


def _place(path: Path, out: Path, *, overwrite: bool) -> None:
    """Show the finished file under its name in one step; without ``overwrite`` never in the place of another."""
    path.chmod(0o640)
    if overwrite:
        path.replace(out)
    else:
        try:
            os.link(path, out)
        except FileExistsError as error:
            raise UsageProblem("the output is there already", action="use --overwrite or another name") from error
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
