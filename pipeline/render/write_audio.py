"""Writes one sound of a rendition: as much of it as possible as it was, else encoded again as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.media import Block, Probe, Stream, probe
from pipeline.media.flac import keep_numbers, may_keep_numbers
from pipeline.media.isolated.client import Edit, Unsupported
from pipeline.media.output_formats import OutputFormat
from pipeline.media.reencode import reencode
from pipeline.media.splice import Spliced, may_splice, splice
from pipeline.media.wav import may_rewrite, rewrite
from pipeline.proof import PreEncodeCheck
from pipeline.records import Check
from pipeline.render.sample_ranges import SampleRange, samples_of, silence
from pipeline.render.sound import MixSpec, mix_sound
from pipeline.render.tone import put_tone

# Two AAC frames at 48 kHz: an encoder fills its last frame, a container may say less.
LENGTH_TOLERANCE_S = 0.05
_AS_A_WHOLE = "encoded again as a whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSound:
    """One sound that was written: ``way`` says how, ``spliced`` that it still wants a container of its kind."""

    way: str
    spliced: bool
    zeros: Check


def write_sound(
    spec: MixSpec, path: Path, *, output_format: OutputFormat, bits: int = 16, probed: Probe | None = None
) -> WrittenSound:
    """Write the sound of ``spec`` to a new file at ``path``; ``probed`` is its first input, if somebody asked before.

    AAC-LC of one track whose clock is the session's is spliced: only packets that carry something to take out are
    encoded again, the others stay as they are. So do the samples of WAV in WAV, and those of WAV and FLAC in FLAC.
    Whatever else it is, everything is encoded again.
    """
    source, check = spec.inputs[0], _check(spec)
    if len(spec.inputs) > 1 or source.offset_s:
        mix_sound(spec, path, output_format=output_format, check=check, bits=bits)
        reason = "it is mixed from several tracks" if len(spec.inputs) > 1 else "it starts late"
        return WrittenSound(way=f"{_AS_A_WHOLE}: {reason}", spliced=False, zeros=check.check(spec.length))
    probed = probed or probe(source.path)
    changed = _changed_form(spec, probed.audio[source.stream])
    spliced = changed or _splice(spec, path, probed, output_format=output_format)
    if isinstance(spliced, WrittenSound):
        return spliced
    kept = changed or _keep_samples(spec, path, probed, output_format=output_format)
    if isinstance(kept, WrittenSound):
        return kept
    reencode(
        source.path,
        path,
        stream=source.stream,
        output_format=output_format,
        rate=spec.rate,
        channels=spec.channels,
        bits=bits,
        ranges=_ranges(spec),
        length=spec.length,
        edit=_edit(spec, check),
    )
    return _written(f"{_AS_A_WHOLE}: {spliced.reason}", spec, check)


def _changed_form(spec: MixSpec, sound: Stream) -> Unsupported | None:
    """Why the sound of one input cannot stay as it is."""
    if (sound.sample_rate, sound.channels) != (spec.rate, spec.channels):
        return Unsupported(reason="its sample rate or channels change")
    return None


def _splice(spec: MixSpec, path: Path, probed: Probe, *, output_format: OutputFormat) -> WrittenSound | Unsupported:
    """Copy what AAC packets can be copied."""
    source, check = spec.inputs[0], _check(spec)
    unsupported = may_splice(probed, stream=source.stream, output_format=output_format)
    if unsupported is not None:
        return unsupported
    result = splice(
        source.path,
        path,
        stream=source.stream,
        channels=spec.channels,
        ranges=_ranges(spec),
        length=spec.length,
        edit=_edit(spec, check),
        drop_priming=output_format.container == "matroska",
    )
    if isinstance(result, Spliced) and abs(result.length - spec.length) > LENGTH_TOLERANCE_S * spec.rate:
        result = Unsupported(reason="it is not as long as the session")
    if isinstance(result, Unsupported):
        path.unlink()
        return result
    way = f"{result.encoded} of {result.packets} packets encoded again, the others copied"
    return _written(way, spec, check, spliced=True)


def _keep_samples(
    spec: MixSpec, path: Path, probed: Probe, *, output_format: OutputFormat
) -> WrittenSound | Unsupported:
    """Write whole numbers as whole numbers, from WAV to WAV or into FLAC."""
    source, check = spec.inputs[0], _check(spec)
    ranges, edit = _ranges(spec), _edit(spec, check)
    result: int | Unsupported
    if may_rewrite(probed, output_format=output_format) is None:
        result = rewrite(source.path, path, probe=probed, ranges=ranges, length=spec.length, edit=edit)
    else:
        result = may_keep_numbers(probed, stream=source.stream, output_format=output_format) or keep_numbers(
            source.path, path, probe=probed, stream=source.stream, ranges=ranges, length=spec.length, edit=edit
        )
    if isinstance(result, Unsupported):
        path.unlink(missing_ok=True)
        return result
    return _written("written anew, every sample outside the windows as it was", spec, check)


def _check(spec: MixSpec) -> PreEncodeCheck:
    return PreEncodeCheck(spec.windows, rate=spec.rate, tone=spec.fill == "tone")


def _written(way: str, spec: MixSpec, check: PreEncodeCheck, *, spliced: bool = False) -> WrittenSound:
    """A sound of one input, of which only what is near a window was looked at."""
    zeros = check.check_windows(spec.length, track_id=spec.inputs[0].track_id)
    return WrittenSound(way=way, spliced=spliced, zeros=zeros)


def _ranges(spec: MixSpec) -> Sequence[SampleRange]:
    return samples_of(spec.windows, spec.inputs[0].track_id, rate=spec.rate, length=spec.length)


def _edit(spec: MixSpec, check: PreEncodeCheck) -> Edit:
    """What replaces the samples of the windows, and shows them to ``check``."""
    ranges, source = _ranges(spec), spec.inputs[0]

    def edit(at: int, block: Block) -> None:
        silence(block, at, ranges)
        check.track(source.track_id, at, block)
        if spec.fill == "tone":
            put_tone(block, at, ranges, rate=spec.rate)
        check.mixed(at, block)

    return edit
