"""The mentions of all sessions, consent read again at the door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.export.mentions import Customer, Mention, mentions_of
from pipeline.records import Held, Ruling, Session, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One session with its tags and the ruling as it is now."""

    session: Session
    ruling: Ruling
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The mentions in order of date, session and time, and the sessions that were held at the door with why."""

    mentions: tuple[Mention, ...]
    held: tuple[tuple[str, Held], ...]


def collect(
    items: Iterable[Item], *, key: bytes, now: datetime, customers: Mapping[str, Customer] | None = None
) -> Collected:
    """All that may be shown at this moment; ``key`` makes the customers' aliases."""
    mentions: list[Mention] = []
    held: list[tuple[str, Held]] = []
    for item in items:
        mentions_or_hold = mentions_of(item.session, item.ruling, item.tags, key=key, now=now, customers=customers)
        if isinstance(mentions_or_hold, Held):
            held.append((item.session.session_id, mentions_or_hold))
        else:
            mentions.extend(mentions_or_hold)
    mentions.sort(key=lambda mention: (mention.started_on, mention.session, mention.start_s, mention.request_id))
    return Collected(mentions=tuple(mentions), held=tuple(held))
