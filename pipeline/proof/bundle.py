"""The checks of a whole rendition: its files, its texts, and whether anything planned can still be heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.lexicon.counted import counted
from pipeline.proof.expected import Seconds
from pipeline.proof.phonetic_search import sound_check, terms_sounded
from pipeline.proof.text_search import terms_read, text_check
from pipeline.records import Check, DismissedPlace, KeywordHit, PlannedTerm, ProofVerdict, ReadTerm

Listener = Callable[[Path, Sequence[str], Sequence[Seconds]], Sequence[KeywordHit] | None]
"""Listens to a file for terms, beside the given spans with care; None where it could not."""

# By so much a hit may begin earlier or end later once another plan has changed the sound around it; a judgement.
_SAME_PLACE_S = 0.5


def files_as_allowed(folder: Path, allowed: Sequence[str]) -> Check:
    """Whether the folder holds exactly the allowed files."""
    there = {path.name for path in folder.iterdir() if path.is_file() and not path.is_symlink()}
    unexpected = len(there.symmetric_difference(allowed)) + sum(not path.is_file() for path in folder.iterdir())
    verdict = ProofVerdict.LEAK if unexpected else ProofVerdict.PROVED
    return Check(name="files", verdict=verdict, detail=f"{counted(len(there), 'file')}, {unexpected} not as allowed")


def texts_checked(
    paths: Sequence[Path], terms: Sequence[PlannedTerm], *, kept: Sequence[str] = ()
) -> tuple[list[Check], list[ReadTerm]]:
    """Whether no text holds a term by its letters or its sound, and what it holds of them.

    What people decided to keep, ``kept``, may sound like a term.
    """
    read, sounded = terms_read(paths, terms), terms_sounded(paths, terms, kept)
    checks = [
        text_check(read, files=len(paths), terms=len(terms)),
        sound_check(sounded, files=len(paths), terms=terms),
    ]
    return checks, [*read, *sounded]


def heard_again(
    path: Path,
    terms: Sequence[PlannedTerm],
    near: Sequence[Seconds],
    listen: Listener,
    *,
    dismissed: Sequence[DismissedPlace] = (),
) -> tuple[Check, list[KeywordHit]]:
    """Whether listening to the finished sound, as somebody would who knows the terms, brings one of them up, and where.

    ``near`` are the windows: what is left of a name lies beside them, so there it is listened to with more care.
    ``dismissed`` are places where a person listened already, for one term each, and heard something else.
    """
    name = "listening again"
    if not terms:
        return Check(name=name, verdict=ProofVerdict.PROVED, detail="no terms"), []
    hits = listen(path, [term.text for term in terms], near)
    if hits is None:
        return Check(name=name, verdict=ProofVerdict.UNCHECKED, detail="could not listen"), []
    heard = [hit for hit in hits if not any(_is_same(hit, place) for place in dismissed)]
    if heard:
        first = min(heard, key=lambda term: term.start_s)
        return Check(name=name, verdict=ProofVerdict.LEAK, detail=f"{len(heard)} heard", at_s=first.start_s), heard
    listened = f", {counted(len(dismissed), 'place')} that a person listened to" if dismissed else ""
    return Check(
        name=name, verdict=ProofVerdict.PROVED, detail=f"{counted(len(terms), 'term')}, none heard{listened}"
    ), []


def _is_same(hit: KeywordHit, place: DismissedPlace) -> bool:
    """Whether a hit is of the term, and lies in the place, that a person listened to."""
    inside = place.start_s - _SAME_PLACE_S <= hit.start_s and hit.end_s <= place.end_s + _SAME_PLACE_S
    return inside and hit.term.casefold() == place.term
