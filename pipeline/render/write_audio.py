"""Writes one sound of a rendition: spliced where its packets allow that, else encoded again as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.media import Block, Probe, probe
from pipeline.media.flac import keep_numbers, may_keep_numbers
from pipeline.media.isolated.client import Edit, Unfit
from pipeline.media.output_formats import Kind
from pipeline.media.reencode import recode
from pipeline.media.splice import Spliced, may_splice, splice
from pipeline.media.wav import may_rewrite, rewrite
from pipeline.proof import ZeroTap
from pipeline.records import Check
from pipeline.render.sample_ranges import Samples, samples_of, silence
from pipeline.render.sound import Score, play
from pipeline.render.tone import lay_tone

LENGTH_TOLERANCE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One sound that was written: ``way`` says how, ``spliced`` that it still wants a container of its kind."""

    way: str
    spliced: bool
    zeros: Check


def put_sound(score: Score, path: Path, *, kind: Kind, bits: int = 16, found: Probe | None = None) -> Written:
    """Write the score's sound to a new file at ``path``; ``found`` is the probe of its first part, if somebody has it.

    AAC-LC of one track whose clock is the session's is spliced: only packets that carry something to take out are
    encoded again, the others stay as they are. So do the samples of WAV in WAV, and those of WAV and FLAC in FLAC.
    Whatever else it is, everything is encoded again.
    """
    found = found or probe(score.parts[0].path)
    unfit = _unfit(score, found) or may_splice(found, stream=score.parts[0].stream, kind=kind)
    if unfit is None:
        tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
        done = _splice(score, path, kind=kind, tap=tap)
        if isinstance(done, Spliced) and abs(done.length - score.length) > LENGTH_TOLERANCE_S * score.rate:
            done = Unfit(reason="it is not as long as the session")
        if isinstance(done, Spliced):
            way = f"{done.encoded} of {done.packets} packets encoded again, the others copied"
            return Written(
                way=way, spliced=True, zeros=tap.check_windows(score.length, track_id=score.parts[0].track_id)
            )
        path.unlink()
        unfit = done
    if not _unfit(score, found):
        tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
        if not isinstance(_exact(score, path, found, kind=kind, tap=tap), Unfit):
            way = "written anew, every sample outside the windows as it was"
            return Written(
                way=way, spliced=False, zeros=tap.check_windows(score.length, track_id=score.parts[0].track_id)
            )
        path.unlink(missing_ok=True)
    tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
    way = f"encoded again as a whole: {unfit.reason}"
    if len(score.parts) > 1 or score.parts[0].offset_s:
        play(score, path, kind=kind, tap=tap, bits=bits)
        return Written(way=way, spliced=False, zeros=tap.check(score.length))
    _recode(score, path, kind=kind, tap=tap, bits=bits)
    return Written(way=way, spliced=False, zeros=tap.check_windows(score.length, track_id=score.parts[0].track_id))


def _unfit(score: Score, found: Probe) -> Unfit | None:
    if len(score.parts) > 1:
        return Unfit(reason="it is mixed from several tracks")
    part = score.parts[0]
    if part.offset_s:
        return Unfit(reason="it starts late")
    sound = found.audio[part.stream]
    if (sound.sample_rate, sound.channels) != (score.rate, score.channels):
        return Unfit(reason="its sample rate or channels change")
    return None


def _splice(score: Score, path: Path, *, kind: Kind, tap: ZeroTap) -> Spliced | Unfit:
    return splice(
        score.parts[0].path,
        path,
        stream=score.parts[0].stream,
        channels=score.channels,
        ranges=_ranges(score),
        length=score.length,
        edit=_edit(score, tap),
        drop_priming=kind.container == "matroska",
    )


def _exact(score: Score, path: Path, found: Probe, *, kind: Kind, tap: ZeroTap) -> int | Unfit:
    """Write whole numbers as whole numbers, from WAV to WAV or into FLAC."""
    source, stream = score.parts[0].path, score.parts[0].stream
    ranges, edit = _ranges(score), _edit(score, tap)
    if may_rewrite(found, kind=kind) is None:
        return rewrite(source, path, probe=found, ranges=ranges, length=score.length, edit=edit)
    unfit = may_keep_numbers(found, stream=stream, kind=kind)
    return unfit or keep_numbers(
        source, path, probe=found, stream=stream, ranges=ranges, length=score.length, edit=edit
    )


def _recode(score: Score, path: Path, *, kind: Kind, tap: ZeroTap, bits: int) -> None:
    recode(
        score.parts[0].path,
        path,
        stream=score.parts[0].stream,
        kind=kind,
        rate=score.rate,
        channels=score.channels,
        bits=bits,
        ranges=_ranges(score),
        length=score.length,
        edit=_edit(score, tap),
    )


def _ranges(score: Score) -> Sequence[Samples]:
    return samples_of(score.windows, score.parts[0].track_id, rate=score.rate, length=score.length)


def _edit(score: Score, tap: ZeroTap) -> Edit:
    """What replaces the samples of the windows, shown to ``tap``."""
    ranges = _ranges(score)

    def edit(at: int, block: Block) -> None:
        silence(block, at, ranges)
        tap.track(score.parts[0].track_id, at, block)
        if score.fill == "tone":
            lay_tone(block, at, ranges, rate=score.rate)
        tap.mixed(at, block)

    return edit
