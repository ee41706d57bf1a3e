"""Cuts a clip out of a finished rendition: sound, captions, transcript, thumbnail, and a proof of its own.

It is made of the redacted files alone, so nothing that the plan took out can be in it; what the plan silenced is
silenced once more, and the proof measures the new file.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.errors import ProofFailed
from pipeline.files import file_digest
from pipeline.media import probe
from pipeline.media.frames import frame_at
from pipeline.media.output_formats import format_of
from pipeline.media.png import png
from pipeline.proof import (
    CAPTIONS,
    MANIFEST,
    TRANSCRIPT,
    TURNS,
    ExpectedSound,
    Manifest,
    RedactedWindow,
    SoundSource,
    failure_line,
    media_checks,
    signed,
    texts_agree,
    write_manifest,
)
from pipeline.records import Check, OutFile, Proof, ProofVerdict, RedactionInterval, Turn
from pipeline.render import text_files
from pipeline.render.sound import MixInput, MixSpec, length_of
from pipeline.render.write_audio import write_sound
from pipeline.spans import clip as clip_spans
from pipeline.store.signing import Signer

SOUND, THUMBNAIL = "sound.m4a", "thumbnail.png"
_TRACK = "rendition"
_PICTURE = "a still of the rendition's picture, covers and all"


def cut_clip(
    folder: Path,
    manifest: Manifest,
    turns: tuple[Turn, ...],
    *,
    start_s: float,
    end_s: float,
    out: Path,
    signer: Signer,
) -> Proof:
    """Writes the seconds from ``start_s`` to ``end_s`` of the rendition in ``folder`` into the empty folder ``out``.

    ``turns`` are what the clip's captions say, in seconds of the session. Raises ``ProofFailed`` when the clip cannot
    be proved; what lies in ``out`` must then be thrown away.
    """
    media = folder / manifest.media
    windows = _windows(manifest, start_s, end_s)
    checks = _sound(media, windows, manifest.fill, start_s=start_s, length_s=end_s - start_s, out=out)
    _write_texts(turns, start_s, end_s, out)
    has_picture = probe(media).video is not None
    if has_picture:
        (out / THUMBNAIL).write_bytes(png(frame_at(media, (start_s + end_s) / 2)[0]))
    proof = Proof(checks=(*checks, texts_agree(out)))
    if proof.verdict is not ProofVerdict.PROVED:
        raise ProofFailed(f"the clip: {failure_line(proof)}", action="hand out the wording without a clip")
    names = sorted(path.name for path in out.iterdir())
    cut = replace(
        manifest,
        verdict=proof.verdict,
        checks=proof.checks,
        files=tuple(OutFile(name=name, digest=file_digest(out / name)) for name in names),
        media=SOUND,
        length_s=round(end_s - start_s, 6),
        tracks=(_TRACK,),
        windows=tuple(
            RedactedWindow(start_s=window.start_s, end_s=window.end_s, track_id=None, reasons=()) for window in windows
        ),
        picture=_PICTURE if has_picture else manifest.picture,
        covers=(),
    )
    write_manifest(out / MANIFEST, signed(cut, signer))
    return proof


def _write_texts(turns: tuple[Turn, ...], start_s: float, end_s: float, out: Path) -> None:
    """Captions and transcript in seconds of the clip: what lies beyond its edges begins or ends at them."""
    shifted = tuple(
        replace(turn, start_s=max(turn.start_s, start_s) - start_s, end_s=min(turn.end_s, end_s) - start_s)
        for turn in turns
    )
    texts = {
        CAPTIONS: text_files.captions_vtt(shifted),
        TRANSCRIPT: text_files.transcript_txt(shifted),
        TURNS: text_files.transcript_jsonl(shifted),
    }
    for name, text in texts.items():
        (out / name).write_text(text, "utf-8")


def _windows(manifest: Manifest, start_s: float, end_s: float) -> tuple[RedactionInterval, ...]:
    """Where the rendition is silent on purpose, in seconds of the clip."""
    mixed = ExpectedSound(track_ids=manifest.tracks, windows=manifest.intervals, length_s=None)
    return tuple(
        RedactionInterval(start_s=first - start_s, end_s=last - start_s)
        for first, last in clip_spans(mixed.silent, start_s, end_s)
    )


def _sound(
    media: Path, windows: tuple[RedactionInterval, ...], fill: str, *, start_s: float, length_s: float, out: Path
) -> tuple[Check, ...]:
    """Writes the sound, and everything that is checked of it; the windows silenced again."""
    stream, output_format = probe(media).audio[0], format_of(Path(SOUND).suffix)
    rate = output_format.rate(stream.sample_rate)
    spec = MixSpec(
        inputs=(MixInput(track_id=_TRACK, path=media, stream=0, offset_s=-start_s),),
        windows=windows,
        rate=rate,
        channels=stream.channels,
        length=length_of(length_s, rate),
        fill="tone" if fill == "tone" else "silence",
    )
    written = write_sound(spec, out / SOUND, output_format=output_format)
    expected = ExpectedSound(
        track_ids=(_TRACK,),
        windows=windows,
        length_s=length_s,
        tone=fill == "tone",
        sources=(SoundSource(track_id=_TRACK, path=media, stream=0, offset_s=-start_s),),
    )
    finished = media_checks(out / SOUND, output_format=output_format, sounds=[expected], picture=False, terms=())
    return (written.zeros, *finished)
