"""Captions inside media: subtitle tracks, and those that hide in the picture itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline import media
from pipeline.ingest import captions
from pipeline.ingest.draft import Draft
from pipeline.ingest.folder import Listing
from pipeline.media.closed_captions import has_hidden_captions, hidden_captions

TEXT_CODECS = frozenset({"mov_text", "subrip", "webvtt", "ass", "ssa", "text"})
Tracks = tuple[tuple[str, int], ...]


def tracks(draft: Draft, probes: Mapping[str, media.Probe]) -> Tracks:
    """Every subtitle track that holds text, by its file and its place among the file's subtitles."""
    return tuple(
        (name, place)
        for name in draft.media
        for place, stream in enumerate(probes[name].subtitles)
        if stream.codec in TEXT_CODECS
    )


def said_in(listing: Listing, wanted: Tracks) -> tuple[captions.Said, ...]:
    """What the tracks say, one after another; raises ``InputRefused`` where one cannot be read."""
    return tuple(
        said
        for name, place in wanted
        for said in captions.parse(media.subtitles(listing.entry(name).path, stream=place))
    )


def hidden_in(listing: Listing, draft: Draft, probes: Mapping[str, media.Probe]) -> Iterator[captions.Said]:
    """The captions that hide in pictures; raises ``InputRefused`` where there are some that cannot be read."""
    for name in draft.media:
        path = listing.entry(name).path
        if has_hidden_captions(path, probes[name]):
            yield from captions.parse(hidden_captions(path, probes[name]))
