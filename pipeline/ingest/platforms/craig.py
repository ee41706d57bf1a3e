"""Reads a Craig recording of a Discord channel: info.txt, the head of raw.dat and one file for each speaker."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import InputRefused
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.identify_platform import CRAIG_TRACK
from pipeline.ingest.listing import Listing
from pipeline.ingest.participants import merged
from pipeline.ingest.platforms import sidecars
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.records import Role

_HEAD_BYTES = 4 << 20
_USER = re.compile(r"(.+) \((\d{5,25})\)")
_GLOBAL = re.compile(r"(.+) \(([^()]+)\)")
_DOWNLOAD_AGAIN = "download the recording again"


@dataclass(frozen=True, slots=True)
class User:
    """One line of ``Tracks:``; ``snowflake`` is Discord's id."""

    snowflake: str
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class Info:
    """What info.txt says; users are in the order of the tracks, the first has track 1."""

    started_at: datetime
    users: tuple[User, ...]


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a Craig recording; raises ``InputRefused`` where its parts do not agree."""
    if facts.roster:
        raise InputRefused(
            "session.toml: a Craig recording takes no 'roster'", action="list who else was there instead"
        )
    info = parse_info(listing.text("info.txt", "info.txt"))
    bots = frozenset[str]()
    if "raw.dat" in listing.names:
        bots = parse_head(listing.head("raw.dat", _HEAD_BYTES), [user.snowflake for user in info.users])
    tracks = track_files(listing.names, len(info.users))
    people = tuple(
        Person(
            name=user.name,
            aliases=(user.username,) if user.username != user.name else (),
            platform_id=f"discord:{user.snowflake}",
            role=Role.BOT if user.snowflake in bots else Role.UNKNOWN,
            joined_late=True,  # nobody is known to have heard "now recording": info.txt has no times
            track=track,
        )
        for user, track in zip(info.users, tracks, strict=True)
    )
    captions, chat = named_texts(listing, facts)
    return SessionDraft(
        platform="discord",
        facts=facts,
        people=merged(people, facts.participants, listing.names),
        mixed=(),
        platform_list=True,
        started_at=info.started_at,
        captions=captions,
        chat=chat or sidecars.unnamed_chats(listing, facts),
        texts=tuple((name, "facts") for name in ("info.txt", "raw.dat", FILE_NAME) if name in listing.names),
    )


def parse_info(text: str) -> Info:
    """Reads info.txt; raises ``InputRefused`` where a part is missing or not as Craig writes it."""
    lines = text.split("\n")
    if not lines[0].startswith("Recording "):
        raise InputRefused("info.txt: not written by Craig", action=_DOWNLOAD_AGAIN)
    start = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("Start time:")), "")
    try:
        started_at = datetime.fromisoformat(start)
    except ValueError:
        raise InputRefused("info.txt: no start time", action=_DOWNLOAD_AGAIN) from None
    if started_at.tzinfo is None:
        raise InputRefused("info.txt: the start time has no zone", action=_DOWNLOAD_AGAIN)
    if "Tracks:" not in lines:
        raise InputRefused("info.txt: no list of tracks", action=_DOWNLOAD_AGAIN)
    users: list[User] = []
    for line in lines[lines.index("Tracks:") + 1 :]:
        if not line.startswith("\t"):
            break
        users.append(_user(line.strip(), len(users) + 1))
    if not users or len({user.snowflake for user in users}) != len(users):
        raise InputRefused("info.txt: no tracks, or one user twice", action=_DOWNLOAD_AGAIN)
    return Info(started_at, tuple(users))


def parse_head(head: bytes, snowflakes: Sequence[str]) -> frozenset[str]:
    """The ids of the bots by the first line of raw.dat; raises ``InputRefused`` where it names other users."""
    try:
        tracks = json.loads(head.split(b"\n", 1)[0])["tracks"]
        users = {int(number): (str(user["id"]), user.get("bot") is True) for number, user in tracks.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputRefused("raw.dat: its first line is not Craig's", action=_DOWNLOAD_AGAIN) from None
    if {number: snowflake for number, (snowflake, _) in users.items()} != dict(enumerate(snowflakes, start=1)):
        raise InputRefused("info.txt and raw.dat do not name the same users", action=_DOWNLOAD_AGAIN)
    return frozenset(snowflake for snowflake, bot in users.values() if bot)


def track_files(names: Sequence[str], users: int) -> tuple[str, ...]:
    """The file of each user by number alone, as names may be alike; raises ``InputRefused`` where they do not fit."""
    numbered = [(int(match[1]), name) for name in names if (match := CRAIG_TRACK.fullmatch(name))]
    if sorted(number for number, _ in numbered) != list(range(1, users + 1)):
        raise InputRefused(
            f"info.txt lists {users} tracks and {len(numbered)} are there, or their numbers differ",
            action=_DOWNLOAD_AGAIN,
        )
    return tuple(name for _, name in sorted(numbered))


def _user(line: str, number: int) -> User:
    user = _USER.fullmatch(line)
    if user is None:
        raise InputRefused(f"info.txt: track {number} has no Discord id", action=_DOWNLOAD_AGAIN)
    both = _GLOBAL.fullmatch(user[1])
    name, username = (both[1], both[2]) if both else (user[1], user[1])
    bare = username.removesuffix("#0")
    return User(user[2], bare if name == username else name, bare)
