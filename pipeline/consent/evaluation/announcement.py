"""Looks for the spoken notice in the first minutes: an announcement that is audible in the recording itself.

The platform's captions are looked at whatever was decided: that opens no sound. The transcript is looked at where a
ruling let the sound be opened; what is held is sealed, and nothing is heard in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from pipeline.consent.evaluation.own_staff import speaks_for_host
from pipeline.consent.log.events import canonical, sha256
from pipeline.consent.log.notice_deliveries import NoticeDelivery, Reach
from pipeline.consent.notices.versions import Notice
from pipeline.records import Participant, Session, Word

FIRST_S = 600.0
"""How far into the session it is looked for."""
ALIKE = 0.8
"""How much of the wording must be there; the recogniser mishears some of it."""
_TOKEN = re.compile(r"[^\W_]+")
_ABOUT = re.compile(r"\brecord(?:ed|ing|s)?\b")
_NOT = frozenset(
    {"not", "no", "never", "stop", "stopped", "isn", "aren", "won", "don", "wasn", "without", "unless", "until", "yet"}
)
_IF = frozenset({"if", "whether", "when", "why", "can", "could", "confirm", "wonder", "think", "sure", "hope"})
"""Words that, a little before a stretch, make a question or a condition of it."""
_VERBS = frozenset({"is", "are", "was", "were", "will", "do", "does", "did", "has", "have"})
"""Words that, at the head of a stretch and not of the wording, make a question of it."""
_BEFORE = 3
_AFTER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Where the wording was heard, in seconds of the session, how much of it, 0 to 1, and the words that say it."""

    start_s: float
    end_s: float
    alike: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    word: Word


def find_announcements(words: Iterable[Word], wording: str) -> tuple[Announcement, ...]:
    """Every place in the first minutes where one voice says the notice's wording, in order, none over another.

    A stretch that does not speak of recording, or that denies or asks what the wording says, is none, however alike.
    """
    reference = _TOKEN.findall(wording.casefold())
    if not _ABOUT.search(" ".join(reference)):
        return ()
    voices: dict[str, list[_Token]] = {}
    for word in words:
        if word.start_s < FIRST_S:
            heard = voices.setdefault(word.track_id, [])
            heard.extend(_Token(token, word) for token in _TOKEN.findall(word.text.casefold()))
    places = (place for tokens in voices.values() for place in _places(tokens, reference))
    return tuple(sorted(places, key=lambda place: (place.start_s, place.end_s)))


def announced(
    session: Session, words: Iterable[Word], spoken: Mapping[str, Notice], *, tracks: Mapping[str, str] | None = None
) -> tuple[NoticeDelivery, ...]:
    """Each notice that the team itself announces in these words, to everybody who was there while it was said.

    ``tracks`` has the bytes' digest of each track that was listened to; None for captions.
    """
    by_team = [word for word in words if speaks_for_host(session, word.participant_id)]
    return tuple(
        NoticeDelivery(
            notice=digest,
            session_id=session.session_id,
            since=session.started_at + timedelta(seconds=place.start_s),
            at=session.started_at + timedelta(seconds=place.end_s),
            reach=Reach.EVERYONE_IN_CALL,
            evidence=_digest_of(place),
            said_in=tracks[place.words[0].track_id] if tracks is not None else None,
        )
        for digest, notice in sorted(spoken.items())
        for place in find_announcements(by_team, notice.announced_text)
    )


def still_heard(session: Session, served: NoticeDelivery) -> bool:
    """Whether what was heard once is in a track of the session that is still there, and still the team's own."""
    return any(
        track.digest == served.said_in and speaks_for_host(session, track.participant_id) for track in session.tracks
    )


def reached(session: Session, person: Participant, served: NoticeDelivery, moment: datetime) -> bool:
    """Whether an announcement had reached somebody by a moment: who was surely there while all of it was said.

    Where no list of participants says when people were there, everybody who is not known to have come late was.
    """
    if served.at > moment:
        return False
    if not session.attendance:
        return not person.joined_late
    since_s, at_s = ((at - session.started_at) / timedelta(seconds=1) for at in (served.since, served.at))
    stays = (stay for stay in session.attendance if stay.participant_id == person.participant_id)
    return any(stay.surely_covers(since_s, at_s) for stay in stays)


def caption_words(session: Session) -> Iterator[Word]:
    """The platform's captions word by word, each with the whole cue's times: it was said by the end of it."""
    for cue in session.captions:
        voice = cue.participant_id or ""
        for text in cue.text.split():
            yield Word(
                start_s=max(cue.start_s, 0.0),
                end_s=cue.end_s,
                time_uncertainty_s=0.0,
                text=text,
                probability=1.0,
                track_id=voice,
                participant_id=cue.participant_id,
            )


def _digest_of(place: Announcement) -> str:
    """What was said there, by whom, when: the same again for the same words."""
    utterance = [(word.track_id, word.participant_id, word.start_s, word.end_s, word.text) for word in place.words]
    return "said_" + sha256(canonical(utterance))


def _places(tokens: Sequence[_Token], reference: Sequence[str]) -> Iterator[Announcement]:
    """The stretches of one voice that say the wording, the most alike first, none over another.

    What denies or asks it is none, and so is nothing that is alike by beginning a word later.
    """
    size, wanted = len(reference), " ".join(reference)
    rated = []
    for first in range(max(1, len(tokens) - size + 1)):
        stretch = tokens[first : first + size]
        text = " ".join(token.text for token in stretch)
        alike = fuzz.ratio(text, wanted) / 100
        if alike >= ALIKE and _ABOUT.search(text):
            rated.append((alike, first))
    taken: set[int] = set()
    for alike, first in sorted(rated, key=lambda rating: (-rating[0], rating[1])):
        if not taken.isdisjoint(range(first, first + size)):
            continue
        taken |= set(range(first, first + size))
        if _is_said_so(tokens, first, reference):
            words = tuple(dict.fromkeys(token.word for token in tokens[first : first + size]))
            yield Announcement(start_s=words[0].start_s, end_s=words[-1].end_s, alike=round(alike, 3), words=words)


def _is_said_so(tokens: Sequence[_Token], first: int, reference: Sequence[str]) -> bool:
    """Whether a stretch states the wording: nothing near it denies it, and it is no question and no condition."""
    last = first + len(reference)
    before = {token.text for token in tokens[max(0, first - _BEFORE) : first]}
    stretch = {token.text for token in tokens[first:last]}
    after = {token.text for token in tokens[last : last + _AFTER]}
    denied = (before | stretch | after) & _NOT - set(reference)
    questioned = before & _IF or {token.text for token in tokens[max(0, first - 1) : first + 1]} & _VERBS - {
        reference[0]
    }
    return not denied and not questioned and not any("?" in token.word.text for token in tokens[first:last])
