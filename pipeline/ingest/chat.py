"""Zoom's chat text, in its cloud form (session clock) and its local forms (wall clock, since 2026 with the date)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.errors import InputRefused
from pipeline.ingest.chat_headers import ChatHeader, header_of

GET_AGAIN = "download it again, or take it out of the folder and of session.toml"
"""What to do about a chat that cannot be read."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One chat message; ``wall``: ``at_s`` counts from midnight, of ``day`` where the file has the date.

    ``direct``: not everyone could read it. ``moment`` is the aware time that an API has, and goes before ``at_s``.
    """

    at_s: float
    sender: str
    text: str
    wall: bool
    direct: bool
    day: date | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatFile:
    """The messages of one file; ``unread`` counts the lines whose sender or time was not understood."""

    messages: tuple[ChatMessage, ...] = ()
    unread: int = 0

    @property
    def says_something(self) -> bool:
        """Whether anything stands in it, understood or not."""
        return bool(self.messages or self.unread)


def parse(text: str) -> ChatFile:
    """Reads any of the forms; raises ``InputRefused`` where no message in it can be read.

    A line that begins as a message and is not understood is left out with all that follows it: it is nobody's.
    """
    messages: list[tuple[ChatHeader, list[str]]] = []
    unread, is_read = 0, True
    for line in text.split("\n"):
        header = header_of(line)
        if header is not None:
            is_read = header.sender is not None
        if header is not None and is_read:
            messages.append((header, [header.text]))
        elif messages and is_read:
            messages[-1][1].append(line.strip())
        else:
            unread += bool(line.strip())
    if not messages and unread:
        raise InputRefused("chat: not Zoom's chat text", action=GET_AGAIN)
    read = [_message(header, "\n".join(lines).strip()) for header, lines in messages]
    return ChatFile(tuple(message for message in read if message.text), unread)


def _message(header: ChatHeader, text: str) -> ChatMessage:
    return ChatMessage(header.at_s, header.sender or "", text, not header.cloud, header.direct, header.day)
