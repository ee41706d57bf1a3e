"""Who says the words of nobody known, as reviewers assigned them; what the assigned person closes goes with it.

An assignment is an edit like any other: by time and track, append-only, undone by number. It reaches only words whose
speaker nobody knows, and makes them exactly as open as everything else of that person. Words of somebody whom the list
of participants has no more are open to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.records import Outcome, Purpose, Ruling, Transcript, UncoveredSpeech, Word
from pipeline.review.finding_edits import EditAct, FindingEdit

_NEEDED = (Purpose.RECORD, Purpose.TRANSCRIBE)

_KIND = ":"
"""What stands behind the kind in the mark of an address or id; a name's has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributedTranscript:
    """A transcript with the assigned speakers; ``heard`` is the same words as they were heard, one for one.

    ``withheld`` are spans of words that are in neither, because whoever they are of may not be transcribed.
    """

    transcript: Transcript
    heard: Transcript
    withheld: tuple[UncoveredSpeech, ...]


def assignments(current: Mapping[int, FindingEdit]) -> dict[int, FindingEdit]:
    """The edits that say who speaks, by number, in order."""
    return {number: edit for number, edit in current.items() if edit.act is EditAct.ASSIGN}


def owner_now(edit: FindingEdit, people: Mapping[str, frozenset[str]]) -> str:
    """The id by which the list of participants has whom an assignment is to; empty where it has nobody for sure.

    ``people`` is what each is known by, as marks. An assignment of an earlier version has none, and goes by the id.
    Who has the same name alone, and another address, is somebody else.
    """
    if not edit.known_by:
        return edit.participant_id if edit.participant_id in people else ""
    known_by = frozenset(edit.known_by)
    alike = [participant_id for participant_id, marks in people.items() if _may_be_one(marks, known_by)]
    same = [participant_id for participant_id in alike if people[participant_id] == known_by] or alike
    return same[0] if len(same) == 1 else ""


def _may_be_one(marks: frozenset[str], known_by: frozenset[str]) -> bool:
    """Whether two people have a mark in common, and no other address than each other where they have one of a kind."""
    shared = marks & known_by
    if any(_KIND in mark for mark in shared):
        return True
    kinds, known_kinds = ({mark.partition(_KIND)[0] for mark in each if _KIND in mark} for each in (marks, known_by))
    return bool(shared) and kinds.isdisjoint(known_kinds)


def attributed(
    transcript: Transcript,
    current: Mapping[int, FindingEdit],
    ruling: Ruling,
    people: Mapping[str, frozenset[str]],
) -> AttributedTranscript:
    """A transcript under the assignments that hold: pure; the latest assignment of a word counts.

    ``people`` is what each participant is known by, as marks.
    """
    assigned = [(edit, owner_now(edit, people)) for edit in assignments(current).values()]
    if not assigned:
        return AttributedTranscript(transcript=transcript, heard=transcript, withheld=())
    pairs = [(word, _said_by(word, assigned, ruling)) for word in transcript.words]
    allowed = [
        (word, owner) for word, owner in pairs if owner is None or (owner and _may_be_transcribed(word, owner, ruling))
    ]
    stays = {id(word) for word, _ in allowed}
    withheld = tuple(
        UncoveredSpeech(track_id=word.track_id, start_s=word.start_s, end_s=word.end_s)
        for word, _ in pairs
        if id(word) not in stays
    )
    heard = _without(replace(transcript, words=tuple(word for word, _ in allowed)), withheld)
    words = tuple(replace(word, participant_id=owner) if owner else word for word, owner in allowed)
    return AttributedTranscript(transcript=replace(heard, words=words), heard=heard, withheld=withheld)


def _said_by(word: Word, assigned: Iterable[tuple[FindingEdit, str]], ruling: Ruling) -> str | None:
    """Whom a word of nobody known was assigned to, empty for somebody who is on the list no more.

    None for a word of somebody known, or where that person was not in the call then.
    """
    if word.participant_id is not None:
        return None
    owners = [
        owner
        for edit, owner in assigned
        if edit.track_id == word.track_id
        and word.start_s < edit.end_s
        and word.end_s > edit.start_s
        and (not owner or was_there(ruling, owner, word.start_s, word.end_s))
    ]
    return owners[-1] if owners else None


def was_there(ruling: Ruling, participant_id: str, start_s: float, end_s: float) -> bool:
    """Whether consent decided about this person from ``start_s`` to ``end_s``: else nobody knows what they allow."""
    own = [cell.interval for cell in ruling.cells if cell.participant_id == participant_id]
    return all(any(span.start_s <= at_s <= span.end_s for span in own) for at_s in (start_s, end_s))


def _may_be_transcribed(word: Word, participant_id: str, ruling: Ruling) -> bool:
    """Whether the ruling lets this person be recorded and transcribed wherever the word is."""
    for purpose in _NEEDED:
        for span, outcome in ruling.spans(purpose, participant_id):
            is_there = span.start_s < word.end_s and span.end_s > word.start_s
            if is_there and outcome is not Outcome.PROCEED:
                return False
    return True


def _without(transcript: Transcript, withheld: tuple[UncoveredSpeech, ...]) -> Transcript:
    """Leaves out what else was heard in spans that are withheld; they count as speech that no word covers."""
    hits = tuple(
        hit
        for hit in transcript.heard_terms
        if not any(
            span.track_id == hit.track_id and span.start_s < hit.end_s and span.end_s > hit.start_s for span in withheld
        )
    )
    others = tuple(
        other
        for other in transcript.alternatives
        if not any(
            span.track_id == other.track_id and span.start_s < other.end_s and span.end_s > other.start_s
            for span in withheld
        )
    )
    return replace(transcript, heard_terms=hits, alternatives=others, unheard=(*transcript.unheard, *withheld))
