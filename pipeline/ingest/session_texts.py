"""What a session's files say in words: its captions and its chat, whom they name, and how much could not be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.errors import InputRefused
from pipeline.ingest import captions, chat, chat_graph, chat_subtitles, clock, embedded_captions
from pipeline.ingest.captions import Caption, CaptionFile
from pipeline.ingest.captions.speakers import named_in
from pipeline.ingest.chat import ChatFile, ChatMessage
from pipeline.ingest.documents import is_document
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.embedded_captions import Probes, Tracks
from pipeline.ingest.file_kinds import CHATS, kind_of
from pipeline.ingest.json_objects import is_json
from pipeline.ingest.listing import MAX_TEXT_BYTES, Listing
from pipeline.ingest.media_kinds import is_media

MAX_CAPTIONS, MAX_MESSAGES = 100_000, 20_000
"""More than a day of talk, and more than anybody writes in one: time and memory grow with each."""

T = TypeVar("T", CaptionFile, ChatFile)


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """The texts of a session as written; ``files`` are those that were read, each with its kind.

    ``embedded`` are the subtitles inside the media that are not the session's captions, and hidden captions; the times
    of ``chat`` are the session's. ``named_elsewhere`` are those whom further captions of the session name.
    """

    captions: tuple[Caption, ...]
    embedded: tuple[Caption, ...]
    chat: tuple[ChatMessage, ...]
    files: tuple[tuple[str, str], ...]
    unread_captions: int
    unread_chat: int
    named_elsewhere: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Everybody whom captions or chat name as speaking or writing, in order."""
        writers = (message.sender for message in self.chat)
        return [*named_in(self.captions), *named_in(self.embedded), *writers, *self.named_elsewhere]


def captions_of(listing: Listing, name: str) -> CaptionFile:
    """The captions of a file; raises ``InputRefused`` where it is none that can be read."""
    return captions.parse(listing.text(name, "captions"), is_document=is_document(name))


def chat_of(listing: Listing, name: str) -> ChatFile:
    """The chat of a file; raises ``InputRefused`` where it is none that can be read."""
    text = listing.text(name, "chat")
    parse = {"sbv": chat_subtitles.parse, "json": chat_graph.parse}.get(name.lower().rpartition(".")[2], chat.parse)
    return parse(text)


def read(listing: Listing, draft: SessionDraft, probes: Probes, duration_s: float) -> SessionTexts:
    """The texts of a draft's files; raises ``InputRefused`` for an unreadable chat or file that session.toml names."""
    _check_chats(listing, draft)
    spoken, spoken_in, unread_captions = _first(
        listing, draft.captions, captions_of, CaptionFile(), named=draft.facts.captions
    )
    written, written_in, unread_chat = _first(listing, draft.chat, chat_of, ChatFile(), named=draft.facts.chat)
    _check_count(len(spoken.captions), MAX_CAPTIONS, "captions")
    _check_count(len(written.messages), MAX_MESSAGES, "chat messages")
    times = _chat_times(written.messages, draft, duration_s)
    messages = [
        replace(message, at_s=at_s) for message, at_s in zip(written.messages, times, strict=True) if at_s is not None
    ]
    taken = () if spoken_in else _session_track(draft, probes)
    inside = embedded_captions.spoken_in(listing, taken)
    others = tuple(track for track in embedded_captions.tracks(draft, probes) if track not in taken)
    hidden = embedded_captions.hidden_in(listing, draft, probes)
    return SessionTexts(
        captions=spoken.captions if spoken_in else inside.captions,
        embedded=(*embedded_captions.spoken_in(listing, others).captions, *hidden),
        chat=tuple(messages),
        files=(*((name, "captions") for name in spoken_in), *((name, "chat") for name in written_in)),
        unread_captions=unread_captions + spoken.dropped + inside.dropped,
        unread_chat=unread_chat + written.unread + len(written.messages) - len(messages),
        named_elsewhere=(
            *_named_in_others(listing, (name for name in draft.captions if name not in spoken_in)),
            *_writers_in_others(listing, (name for name in draft.chat if name not in written_in), draft, duration_s),
        ),
    )


def _check_chats(listing: Listing, draft: SessionDraft) -> None:
    """Raises ``InputRefused`` where a file that is a chat by its name, or by what stands in it, cannot be read.

    Who wrote in it is not known then: they may have said no, and what was said of a secret there is in no search.
    """
    taken = {*draft.captions, *draft.empty, *(name for name, _ in draft.texts)}
    candidates = {*draft.chat, *(name for name in listing.names if not is_media(name) and _is_chat(listing, name))}
    for name in sorted(candidates - taken):
        try:
            chat_of(listing, name)
        except InputRefused as error:
            if name == draft.facts.chat:
                raise
            what = error.message.removeprefix("chat: ")
            raise InputRefused(f"a chat file cannot be read ({what})", action=chat.GET_AGAIN) from None


_CHAT_NAME = re.compile(
    r"(?:chats?(?:[_-]?(?:logs?|rooms?|files?|texts?|messages?|history|transcript|verlauf|protokoll))?"
    r"|(?:meeting|group|team)[ _-]?messages?)(?![a-z])"
)
"""In a name in small letters: as "meeting_saved_chat" and "RecordingnewChat", not "chatgpt" and "Chatham"."""


def is_named_as_chat(name: str) -> bool:
    """Whether a file is a chat by its name."""
    lower = name.lower()
    is_of_a_kind = kind_of(name) == CHATS or lower.endswith(".sbv")
    return is_of_a_kind and _CHAT_NAME.search(lower.rpartition("/")[2]) is not None


def _is_chat(listing: Listing, name: str) -> bool:
    """Whether a file is a chat by its name, or messages of an API that are cut off."""
    if is_named_as_chat(name):
        return True
    text = listing.head(name, MAX_TEXT_BYTES) if name.lower().endswith(".json") else b""
    return chat_graph.SIGN in text and not is_json(text)


def _named_in_others(listing: Listing, names: Iterable[str]) -> Iterator[str]:
    """Whom captions name that are not the session's: another transcript may name who speaks where that does not."""
    for name in names:
        try:
            yield from named_in(captions_of(listing, name).captions)
        except InputRefused:
            continue


def _writers_in_others(listing: Listing, names: Iterable[str], draft: SessionDraft, duration_s: float) -> Iterator[str]:
    """Who wrote in chats that are not the session's, but in other meetings; everybody where no time says when."""
    for name in names:
        try:
            messages = chat_of(listing, name).messages
        except InputRefused:
            continue
        try:
            times = _chat_times(messages, draft, duration_s)
        except InputRefused:
            times = [0.0 for _ in messages]
        yield from (message.sender for message, at_s in zip(messages, times, strict=True) if at_s is not None)


def _chat_times(messages: Sequence[ChatMessage], draft: SessionDraft, duration_s: float) -> list[float | None]:
    moments = [message.moment for message in messages if message.moment is not None]
    if len(moments) == len(messages):
        return clock.moment_times(moments, clock.known_start(draft), duration_s)
    return clock.chat_times(messages, clock.local_start(draft), duration_s)


def _check_count(count: int, most: int, what: str) -> None:
    if count > most:
        raise InputRefused(f"more than {most} {what}", action="one folder holds one session; cut it into parts")


def _first(
    listing: Listing, names: tuple[str, ...], read_file: Callable[[Listing, str], T], nothing: T, *, named: str | None
) -> tuple[T, tuple[str, ...], int]:
    """The first file that can be read and says something, its name, and how many lines there are where none can be.

    Where all that can be read are empty it is the first of those, with the lines of those that cannot.
    """
    unread = 0
    empty: tuple[T, tuple[str, ...]] = nothing, ()
    for name in names:
        try:
            read = read_file(listing, name)
        except InputRefused:
            if name == named:
                raise
            unread += _lines(listing, name)
            continue
        if read.says_something or name == named:
            return read, (name,), 0
        if not empty[1]:
            empty = read, (name,)
    return empty[0], empty[1], unread


def _lines(listing: Listing, name: str) -> int:
    """How many lines a file has that cannot be read, whatever it is."""
    return max(1, sum(bool(line.strip()) for line in listing.head(name, listing.entry(name).size).splitlines()))


def _session_track(draft: SessionDraft, probes: Probes) -> Tracks:
    """The one subtitle track inside the session's media; several may be translations and are not used."""
    inside = tuple(track for track in embedded_captions.tracks(draft, probes) if track[0] in draft.mixed)
    return inside if len(inside) == 1 else ()
