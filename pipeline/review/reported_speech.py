"""What others report of somebody who is taken out ("Carl said that …"): put to the reviewer, as it may be their words.

Nobody's consent covers it, and no list holds it: whether it gives away what they said, a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from pipeline.lexicon import is_common, plain, words_of
from pipeline.records import (
    Audience,
    DetectionRule,
    Finding,
    Outcome,
    Ruling,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
)

LABEL = "REPORTED_SPEECH"
_ENTITY = "speech of:"
_VERBS = """said says say saying told tells mentioned mentions asked asks wrote writes thinks thought wants wanted
    suggested suggests explained explains reported reports complained complains noted notes claimed claims replied
    promised confirmed confirms admitted admits believes argued announced answered proposed recommended warned insisted
    sagte sagt gesagt meinte meint schrieb schreibt erzählte erzählt fragte fragt wollte will erklärte
    dit disait demandé demande écrit pense voulait explique expliqué
    dijo dice preguntó escribió cree quería explicó comentó disse diz perguntou escreveu acha explicou comentou"""
_SAYING = frozenset(plain(word) for word in _VERBS.split())
_BEFORE = frozenset(map(plain, ("laut", "selon", "d'après", "según", "segundo")))
"""What stands before the name instead of a verb after it, as "according to" does."""
_BETWEEN = 3
"""So many words may stand between the name and the verb: "Carl from Ridge also said"."""
_PAUSE_S = 1.5
_MOST_WORDS = 40
_SCORE = 0.6
_MIN_LETTERS = 3
Token = tuple[str, bool]
"""A word in its plain form, and whether a sentence ends with it."""


def reported_speech(session: Session, ruling: Ruling, transcript: Transcript) -> tuple[Finding, ...]:
    """A finding for each sentence in which somebody else reports what a person says who is taken out for any audience.

    In the words that were heard, in captions and in chat; the whole of it to the sentence's end.
    """
    names = {who: _names(session, who) for who in taken_out(session, ruling)}
    if not names:
        return ()
    return (*_in_words(session, transcript, names), *_in_texts(session, names))


def taken_out(session: Session, ruling: Ruling) -> tuple[str, ...]:
    """Who is taken out of any part of what is made for any audience that the session asks for."""
    purposes = [audience.purpose for audience in Audience if audience.purpose in session.purposes]
    return tuple(
        person.participant_id
        for person in session.participants
        if any(
            outcome is not Outcome.PROCEED
            for purpose in purposes
            for _, outcome in ruling.spans(purpose, person.participant_id)
        )
    )


def speaker_reported(entity: str) -> str | None:
    """The participant whose speech a proposal's entity is; None where it is another."""
    return entity.removeprefix(_ENTITY) if entity.startswith(_ENTITY) else None


def _names(session: Session, participant_id: str) -> frozenset[str]:
    """The words of somebody's names, but for those that are in any talk."""
    person = session.participant(participant_id)
    words = {word for name in (person.name, *person.aliases) for word in words_of(name)}
    return frozenset(word for word in words if len(word) >= _MIN_LETTERS and not is_common(word))


def _in_words(session: Session, transcript: Transcript, names: dict[str, frozenset[str]]) -> Iterator[Finding]:
    words = transcript.words
    for run in _runs(transcript):
        tokens = [_token(words[index].text) for index in run]
        for who, first, last in _spans(tokens, names):
            if words[run[first]].participant_id == who:
                continue
            spoken = [words[index] for index in run[first : last + 1]]
            place = SoundPlace(
                track_id=spoken[0].track_id,
                start_s=min(word.start_s for word in spoken),
                end_s=max(word.end_s for word in spoken),
                time_uncertainty_s=max(word.time_uncertainty_s for word in spoken),
                words=(run[first], run[last] + 1),
            )
            about = f"{place.track_id} {place.words}"
            yield _finding(session, who, " ".join(word.text for word in spoken), place, about)


def _runs(transcript: Transcript) -> Iterator[list[int]]:
    """Indices of words that follow each other in the transcript, of one track and speaker, without a long pause."""
    run: list[int] = []
    for index, word in enumerate(transcript.words):
        last = transcript.words[run[-1]] if run else None
        if last is not None and (
            (last.track_id, last.participant_id) != (word.track_id, word.participant_id)
            or word.start_s - last.end_s > _PAUSE_S
        ):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _in_texts(session: Session, names: dict[str, frozenset[str]]) -> Iterator[Finding]:
    cues = (("captions", index, cue.participant_id, cue.text) for index, cue in enumerate(session.captions))
    chat = (("chat", index, line.participant_id, line.text) for index, line in enumerate(session.chat))
    for surface, index, writer, text in (*cues, *chat):
        pieces = text.split()
        for who, first, last in _spans([_token(piece) for piece in pieces], names):
            if who != writer:
                start_char, end_char = _chars(text, pieces, first, last)
                place = TextPlace(surface=surface, index=index, start_char=start_char, end_char=end_char)
                about = f"{surface} {index} {start_char} {end_char}"
                yield _finding(session, who, text[start_char:end_char], place, about)


def _spans(tokens: Sequence[Token], names: dict[str, frozenset[str]]) -> Iterator[tuple[str, int, int]]:
    """Each reported sentence: whose words, and its first and last token; the next begins after it."""
    after = 0
    for at, (word, _) in enumerate(tokens):
        who = next((who for who, known in names.items() if word in known), None) if at >= after else None
        first = None if who is None else _first(tokens, at)
        if who is None or first is None:
            continue
        last = next(
            (number for number in range(at + 1, len(tokens)) if tokens[number][1] or number - first >= _MOST_WORDS),
            len(tokens) - 1,
        )
        yield who, first, max(last, at)
        after = last + 1


def _first(tokens: Sequence[Token], at: int) -> int | None:
    """Where a report by a name at this token begins; None where it is none."""
    before = tokens[at - 1][0] if at else ""
    if before in _BEFORE:
        return at - 1
    if before == "to" and at > 1 and tokens[at - 2][0] == "according":
        return at - 2
    following = tokens[at + 1 : at + 2 + _BETWEEN]
    for word, ends in following if not tokens[at][1] else ():
        if word in _SAYING:
            return at
        if ends:
            return None
    return None


def _token(text: str) -> Token:
    return plain(text.strip(".,;:!?\"'()[]…“”«»„")), text.rstrip("\"')]”»").endswith((".", "!", "?", "…"))


def _chars(text: str, pieces: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """The characters of some pieces of a text, in order, as they stand in it."""
    at, start_char, end_char = 0, 0, 0
    for number, piece in enumerate(pieces[: last + 1]):
        at = text.index(piece, at)
        start_char = at if number == first else start_char
        at = end_char = at + len(piece)
    return start_char, end_char


def _finding(session: Session, who: str, text: str, place: SoundPlace | TextPlace, about: str) -> Finding:
    entity = f"{_ENTITY}{who}"
    digest = hashlib.sha256(f"{session.session_id}\n{entity}\n{about}".encode()).hexdigest()
    return Finding(
        finding_id=f"f-{digest[:16]}",
        entity=entity,
        label=LABEL,
        text=text,
        rule=DetectionRule.REPORTED_SPEECH,
        score=_SCORE,
        place=place,
    )
