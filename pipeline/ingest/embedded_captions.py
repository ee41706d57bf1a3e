"""Captions inside media: subtitle tracks, and those that hide in the picture itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline import media
from pipeline.ingest import captions
from pipeline.ingest.captions import Caption, CaptionFile
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.listing import Listing
from pipeline.media.closed_captions import has_hidden_captions, hidden_captions

TEXT_CODECS = frozenset({"mov_text", "subrip", "webvtt", "ass", "ssa", "text"})
Probes = Mapping[str, media.Probe]
Tracks = tuple[tuple[str, int], ...]


def tracks(draft: SessionDraft, probes: Probes) -> Tracks:
    """Every subtitle track that holds text, by its file and its place among the file's subtitles."""
    return tuple(
        (name, place)
        for name in draft.media
        for place, stream in enumerate(probes[name].subtitles)
        if stream.codec in TEXT_CODECS
    )


def spoken_in(listing: Listing, wanted: Tracks) -> CaptionFile:
    """What the tracks say, one after another; raises ``InputRefused`` where one cannot be read."""
    files = [captions.parse(media.subtitles(listing.entry(name).path, stream=place)) for name, place in wanted]
    return CaptionFile(
        tuple(caption for file in files for caption in file.captions), sum(file.dropped for file in files)
    )


def hidden_in(listing: Listing, draft: SessionDraft, probes: Probes) -> Iterator[Caption]:
    """The captions that hide in pictures; raises ``InputRefused`` where there are some that cannot be read."""
    for name in draft.media:
        path = listing.entry(name).path
        if has_hidden_captions(path, probes[name]):
            yield from captions.parse(hidden_captions(path, probes[name])).captions
