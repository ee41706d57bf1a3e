"""The checks of one finished media file: its bytes, streams, tags, terms, levels, and what hides in the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import probe
from pipeline.media.output_formats import OutputFormat
from pipeline.proof.containers import every_byte
from pipeline.proof.expected import ExpectedSound
from pipeline.proof.silence import sound_checks
from pipeline.proof.streams import nothing_in_the_picture, only_allowed_streams, only_allowed_tags
from pipeline.proof.text_search import media_free_of
from pipeline.records import Check, PlannedTerm, ProofVerdict


def media_checks(
    path: Path,
    *,
    output_format: OutputFormat,
    sounds: Sequence[ExpectedSound],
    picture: bool,
    terms: Sequence[PlannedTerm],
) -> Iterator[Check]:
    """The checks of one finished media file, which must have exactly these sounds and a picture or none.

    With the sources of its sounds it is also compared with what it was made from; without them nothing but the file
    itself is needed.
    """
    try:
        probed = probe(path)
        streams = only_allowed_streams(probed, output_format=output_format, expected=len(sounds), picture=picture)
        yield streams
        yield only_allowed_tags(probed)
        yield every_byte(path, probed, output_format=output_format)
        yield media_free_of(path, terms, probed)
        if streams.verdict is not ProofVerdict.PROVED:
            return
        for stream, expected in enumerate(sounds):
            exact = output_format.lossless and not expected.tone
            yield from sound_checks(path, probed, stream, expected, exact=exact)
        yield nothing_in_the_picture(path, probed)
    except InputRefused:
        yield Check(name="reading", verdict=ProofVerdict.UNCHECKED, detail="the finished file cannot be read")
