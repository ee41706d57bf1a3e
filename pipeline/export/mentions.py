"""What may be shown of the requests and discoveries of one session, decided without doing anything."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.lexicon import company_key, is_own_company, words_of
from pipeline.lexicon.plain import word_set
from pipeline.records import Held, Outcome, Purpose, RequestSource, Role, Ruling, Session, Strength, Tag

PURPOSE = Purpose.INTERNAL_IMPROVE
"""What a request is used for at all."""
QUOTED = Purpose.INTERNAL_SHARE
"""What lets the words themselves be shown to colleagues; without it a sentence in plain words stands for them."""
KINDS = ("request", "discovery")
_SAYS = {"request": "A customer asks for something", "discovery": "A customer found out something"}
NO_AREA = "other"
"""The area of what belongs to none: it says nothing about a request."""
_ANYBODYS = word_set(
    "aol.com gmail.com gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.com icloud.com live.com mail.com me.com "
    "msn.com outlook.com pm.me proton.me protonmail.com web.de yahoo.com yandex.com zoho.com"
)
"""Domains where anybody has an address; one that is missing here only makes counts smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What the team's own list of customers says of one: its segment, and what its requests weigh."""

    segment: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One wording of a request or discovery. ``is_quoted`` says whether ``quote`` has the words as transcribed.

    Where it is not, ``title`` and ``quote`` are a sentence of the taxonomy's words alone. ``source`` says whether it
    was said aloud or typed into the chat.

    ``customer`` is a keyed alias or empty. Never exported are ``company``, ``asker``, which tells companies (or
    speakers without one) apart for counting, ``domain``, that of the speaker's address unless anybody may have one
    there, ``wording``, the words themselves, ``about``, as in ``Tag``, ``answer_behind``, as in ``Answer``, and
    ``answer_withheld``: that staff answered and may not be quoted.
    """

    request_id: str
    kind: str
    title: str
    quote: str
    is_quoted: bool
    area: str
    strength: Strength
    score: float
    sure: bool
    reason: str
    answer: str
    session: str
    started_on: date
    start_s: float
    end_s: float
    customer: str
    segment: str
    weight: float
    asker: str
    company: str
    wording: str
    domain: str = ""
    answer_withheld: bool = False
    answer_behind: tuple[str, ...] = ()
    about: str | None = None
    source: RequestSource = RequestSource.SPEECH

    @property
    def at(self) -> str:
        """Where in its session it is, as H:MM:SS."""
        seconds = int(self.start_s)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def mentions_of(
    session: Session,
    ruling: Ruling,
    tags: Sequence[Tag],
    *,
    key: bytes,
    now: datetime,
    customers: Mapping[str, Customer] | None = None,
) -> tuple[Mention, ...] | Held:
    """The requests and discoveries of a session whose speakers' consent covers product work at this moment.

    Held when the ruling is of another session or no longer holds. A speaker nobody knows is used only where every
    participant proceeds. ``customers`` are by ``company_key`` of their names.
    """
    if ruling.session_id != session.session_id:
        return Held(reason="the ruling is of another session", action="run `offrecord run` again")
    if ruling.valid_until <= now:
        return Held(reason="the ruling no longer holds", action="run `offrecord run` again")
    mentions = [
        _mention(session, ruling, tag, key, customers or {})
        for tag in tags
        if tag.label in KINDS and _all_may(session, ruling, tag, PURPOSE)
    ]
    return tuple(sorted(mentions, key=lambda mention: (mention.start_s, mention.request_id)))


def may_use(ruling: Ruling, session: Session, participant_id: str | None, purpose: Purpose) -> bool:
    """Whether what a participant says may be used; a speaker nobody knows only where every participant proceeds."""
    cells = [cell for cell in ruling.cells if cell.purpose is purpose]
    if participant_id is None:
        decided = {cell.participant_id for cell in cells}
        everybody = {participant.participant_id for participant in session.participants}
        return bool(cells) and everybody <= decided and all(cell.outcome is Outcome.PROCEED for cell in cells)
    own = [cell for cell in cells if cell.participant_id == participant_id]
    return bool(own) and all(cell.outcome is Outcome.PROCEED for cell in own)


def may_quote(ruling: Ruling, session: Session, participant_id: str | None) -> bool:
    """Whether what a participant says may be used for product work, in the words themselves."""
    return all(may_use(ruling, session, participant_id, purpose) for purpose in (PURPOSE, QUOTED))


def _all_may(session: Session, ruling: Ruling, tag: Tag, purpose: Purpose) -> bool:
    """Whether who asks may be used for a purpose, and who of staff said it for them."""
    people = (tag.participant_id,) if tag.voiced_by is None else (tag.participant_id, tag.voiced_by)
    return all(may_use(ruling, session, who, purpose) for who in people)


def _mention(session: Session, ruling: Ruling, tag: Tag, key: bytes, customers: Mapping[str, Customer]) -> Mention:
    is_quoted = _all_may(session, ruling, tag, QUOTED)
    plain = plain_sentence(tag.label, tag.area, tag.topic)
    company = _company(session, tag.participant_id)
    customer = customers.get(company_key(company), Customer())
    answer = _answer(session, ruling, tag) if is_quoted else ""
    return Mention(
        request_id=request_id_of(tag, session.session_id, key),
        kind=tag.label,
        title=tag.title if is_quoted else plain,
        quote=tag.quote if is_quoted else plain,
        is_quoted=is_quoted,
        area=tag.area,
        strength=tag.strength,
        score=tag.score,
        sure=tag.sure,
        reason=tag.reason,
        answer=answer,
        session=session.session_id,
        started_on=session.started_at.date(),
        start_s=round(tag.start_s, 3),
        end_s=round(tag.end_s, 3),
        customer=alias(company, key) if company else "",
        segment=customer.segment if company else "",
        weight=customer.weight if company else 1.0,
        asker=_asker(session, tag.participant_id, company, key),
        company=company,
        wording=tag.quote,
        domain=_domain(session, tag.participant_id),
        answer_withheld=tag.answer is not None and not answer,
        answer_behind=tag.answer.behind if tag.answer else (),
        about=tag.about,
        source=tag.source,
    )


def plain_sentence(kind: str, area: str, topic: str = "") -> str:
    """What stands for words that may not be shown: nothing that was said, only the team's own area and phrase."""
    about = "" if area in ("", NO_AREA) else f" about {area}"
    return f"{_SAYS[kind]}{about}{f' ({topic})' if about and topic else ''}"


def sentence_about(kind: str, title: str) -> str:
    """The same, where others whose words may be shown asked for it as well: ``title`` is made of theirs."""
    return f"{_SAYS[kind].removesuffix(' something')}: {title}"


def request_id_of(tag: Tag, session_id: str, key: bytes) -> str:
    """The id of a tag's request: one that it has from an earlier tag, else a keyed one of what and where it is."""
    mark = f"{session_id}\n{tag.label}\n{tag.start_s:.1f}\n{tag.quote}"
    if tag.source is RequestSource.CHAT:  # two may type the same in one second, and say it aloud as well
        mark = f"{mark}\n{tag.source}\n{tag.participant_id}"
    return tag.request_id or f"q-{hmac.new(key, mark.encode(), hashlib.sha256).hexdigest()[:12]}"


def _answer(session: Session, ruling: Ruling, tag: Tag) -> str:
    """What staff said to it, where they and whom it may repeat may be used and quoted as well as who asked."""
    if tag.answer is None:
        return ""
    people = (tag.answer.participant_id, *(who or None for who in tag.answer.behind))
    return tag.answer.text if all(may_quote(ruling, session, who) for who in people) else ""


def _company(session: Session, participant_id: str | None) -> str:
    if participant_id is None:
        return ""
    company = session.participant(participant_id).company
    return company if company and not is_own_company(company, session.host) else ""


def _asker(session: Session, participant_id: str | None, company: str, key: bytes) -> str:
    """Who asked, for counting: a company, else a person by mail address or name; nobody where that is not known.

    Two people of one name count as one: too few rather than too many.
    """
    if company:
        return alias(company, key)
    if participant_id is None:
        return ""
    person = session.participant(participant_id)
    if person.role is Role.STAFF:
        return ""
    return _keyed("person", person.email.casefold() if person.email else " ".join(sorted(words_of(person.name))), key)


def _domain(session: Session, participant_id: str | None) -> str:
    """The domain of a speaker's address, where it is their company's own."""
    person = session.participant(participant_id) if participant_id else None
    if person is None or person.role is Role.STAFF:
        return ""
    domain = (person.email or "").casefold().rpartition("@")[2].strip()
    return "" if domain in _ANYBODYS else domain


def alias(company: str, key: bytes) -> str:
    """A stable name for a customer that tells nothing without the key; legal forms and spelling do not change it."""
    return _keyed("customer", company_key(company), key)


def _keyed(kind: str, name: str, key: bytes) -> str:
    return f"{kind}-{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:6]}"
