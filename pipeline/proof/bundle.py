"""The checks of a whole rendition: its files, its texts, and whether anything planned can still be heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.proof.expected import Seconds
from pipeline.proof.phonetic_search import texts_sound_free_of
from pipeline.proof.text_search import texts_free_of
from pipeline.records import Check, KeywordHit, PlannedTerm, ProofVerdict

Listener = Callable[[Path, Sequence[str], Sequence[Seconds]], Sequence[KeywordHit] | None]
"""Listens to a file for terms, beside the given spans with care; None where it could not."""


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
