"""Writes one sound of a rendition: spliced where its packets allow that, else encoded again as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.media import Block, Probe, probe
from pipeline.media.kinds import Kind
from pipeline.media.splice import Edit, Spliced, Unfit, may_splice, splice
from pipeline.media.wav import may_rewrite, rewrite
from pipeline.records import Check
from pipeline.render.proof import ZeroTap
from pipeline.render.sound import Score, play
from pipeline.render.spans import Samples, samples_of, silence
from pipeline.render.tone import lay_tone

LENGTH_TOLERANCE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One sound that was written: ``way`` says how, ``spliced`` that it still wants a container of its kind."""

    way: str
    spliced: bool
    zeros: Check


def put_sound(score: Score, path: Path, *, kind: Kind, bits: int = 16) -> Written:
    """Write the score's sound to a new file at ``path``.

    AAC-LC of one track whose clock is the session's is spliced: only packets that carry something to take out are
    encoded again, the others stay as they are. So do the samples of a WAV file in another. Whatever else it is,
    everything is encoded again.
    """
    found = probe(score.parts[0].path)
    unfit = _unfit(score, found) or may_splice(found, stream=score.parts[0].stream, kind=kind)
    if unfit is None:
        tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
        done = _splice(score, path, kind=kind, tap=tap)
        if isinstance(done, Spliced) and abs(done.length - score.length) > LENGTH_TOLERANCE_S * score.rate:
            done = Unfit(reason="it is not as long as the session")
        if isinstance(done, Spliced):
            way = f"{done.encoded} of {done.packets} packets encoded again, the others copied"
            return Written(way=way, spliced=True, zeros=tap.check_windows(score.length))
        path.unlink()
        unfit = done
    if not _unfit(score, found) and not may_rewrite(found, kind=kind):
        tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
        if not isinstance(_rewrite(score, path, found, tap=tap), Unfit):
            way = "written anew, every sample outside the windows as it was"
            return Written(way=way, spliced=False, zeros=tap.check_windows(score.length))
    tap = ZeroTap(score.windows, rate=score.rate, tone=score.fill == "tone")
    play(score, path, kind=kind, tap=tap, bits=bits)
    return Written(way=f"encoded again as a whole: {unfit.reason}", spliced=False, zeros=tap.check(score.length))


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


def _rewrite(score: Score, path: Path, found: Probe, *, tap: ZeroTap) -> int | Unfit:
    ranges, edit = _ranges(score), _edit(score, tap)
    return rewrite(score.parts[0].path, path, probe=found, ranges=ranges, length=score.length, edit=edit)


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
