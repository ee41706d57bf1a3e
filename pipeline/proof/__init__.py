"""The proof of a rendition, independent of the way it was made: all checks, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import probe
from pipeline.media.output_formats import Kind
from pipeline.proof.levels import EDGE_S, EXACT_EDGE_S, sound_checks
from pipeline.proof.phonetic_search import texts_sound_free_of
from pipeline.proof.pre_encode import ZeroTap
from pipeline.proof.residue import Residue
from pipeline.proof.silent import Seconds
from pipeline.proof.streams import nothing_in_the_picture, only_allowed_streams, only_allowed_tags
from pipeline.proof.text_search import media_free_of, texts_free_of
from pipeline.records import Check, KeywordHit, PlannedTerm, ProofVerdict
from pipeline.render.sound import Score

Listener = Callable[[Path, Sequence[str], Sequence[Seconds]], Sequence[KeywordHit] | None]
"""Listens to a file for terms, beside the given spans with care; None where it could not."""

__all__ = ["Listener", "ZeroTap", "bundle_checks", "heard_again", "media_checks"]


def media_checks(
    path: Path,
    *,
    kind: Kind,
    sounds: int,
    picture: bool,
    silent: Sequence[Seconds],
    lengths_s: Sequence[float] | None,
    terms: Sequence[PlannedTerm],
    tone: bool = False,
    scores: Sequence[Score] = (),
) -> Iterator[Check]:
    """The checks of one finished media file: levels, lengths, streams, tags, bytes.

    ``silent`` are the spans, in seconds, in which every sound stream must be silent (or hold the tone alone);
    ``lengths_s`` is how long each stream must last, None where nobody knows. With the ``scores`` of its streams it is
    also compared with what it was made from; without them nothing but the file itself is needed.
    """
    try:
        found = probe(path)
        streams = only_allowed_streams(found, kind=kind, sounds=sounds, picture=picture)
        yield streams
        yield only_allowed_tags(found)
        yield media_free_of(path, terms, found)
        if streams.verdict is not ProofVerdict.PROVED:
            return
        edge_s = EXACT_EDGE_S if kind.lossless and not tone else EDGE_S
        for stream in range(sounds):
            length_s = None if lengths_s is None else lengths_s[stream]
            residue = Residue(scores[stream]) if scores else None
            yield from sound_checks(
                path, found, stream, silent, length_s=length_s, edge_s=edge_s, tone=tone, residue=residue
            )
        yield nothing_in_the_picture(path, found)
    except InputRefused:
        yield Check(name="reading", verdict=ProofVerdict.UNCHECKED, detail="the finished file cannot be read")


def bundle_checks(
    folder: Path,
    allowed: Sequence[str],
    texts: Sequence[str],
    terms: Sequence[PlannedTerm],
    *,
    kept: Sequence[str] = (),
) -> Iterator[Check]:
    """Whether the folder holds exactly the allowed files, and no text of it a term by its letters or its sound.

    What people decided to keep, ``kept``, may sound like a term.
    """
    there = {path.name for path in folder.iterdir() if path.is_file() and not path.is_symlink()}
    strange = len(there.symmetric_difference(allowed)) + sum(not path.is_file() for path in folder.iterdir())
    verdict = ProofVerdict.LEAK if strange else ProofVerdict.PROVED
    yield Check(name="files", verdict=verdict, detail=f"{len(there)} files, {strange} not as allowed")
    yield texts_free_of([folder / name for name in texts], terms)
    yield texts_sound_free_of([folder / name for name in texts], terms, kept)


def heard_again(path: Path, terms: Sequence[PlannedTerm], near: Sequence[Seconds], listen: Listener) -> Check:
    """Whether listening to the finished sound, as somebody would who knows the terms, brings one of them up.

    ``near`` are the windows: what is left of a name lies beside them, so there it is listened to with more care.
    """
    name = "listening again"
    if not terms:
        return Check(name=name, verdict=ProofVerdict.PROVED, detail="no terms")
    heard = listen(path, [term.text for term in terms], near)
    if heard is None:
        return Check(name=name, verdict=ProofVerdict.UNCHECKED, detail="could not listen")
    if heard:
        first = min(heard, key=lambda term: term.start_s)
        return Check(name=name, verdict=ProofVerdict.LEAK, detail=f"{len(heard)} heard", at_s=first.start_s)
    return Check(name=name, verdict=ProofVerdict.PROVED, detail=f"{len(terms)} terms, none heard")
