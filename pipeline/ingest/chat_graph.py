"""Chat messages of Microsoft Graph as JSON: with their replies, and each reaction as a message that quotes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from pipeline.errors import InputRefused
from pipeline.ingest.chat import GET_AGAIN, ChatFile, ChatMessage
from pipeline.ingest.json_objects import is_empty, is_json, members, moment_of, objects_with, text_of

SIGN = b'"createdDateTime"'
"""What stands in every message of Microsoft Graph, also in a file that is cut off."""
_WORDLESS = "Sent a message without words"
"""For a picture, a file or what was deleted: whoever sent it was there, and their consent counts."""
_NOTICE = "systemEventMessage"
"""What Graph calls a notice, in its type or as the tag that its body is."""
_QUOTED = 60
"""How much of a message a reaction to it repeats, as Zoom's chat does."""
_BREAKS = frozenset({"br", "p", "div", "li", "blockquote", "tr"})


def parse(text: str) -> ChatFile:
    """Every message with a sender, words and a time; raises ``InputRefused`` where the text is no such chat.

    One that lacks any of them counts as not understood; so does what a system or an application wrote. A chat that
    holds only what a system wrote, as that a call began, is one in which nobody wrote.
    """
    messages: list[ChatMessage] = []
    unread = 0
    entries = [message for each in objects_with(text, "body") for message in _with_replies(each)]
    for message in entries:
        read = list(_messages(message))
        messages += read
        unread += not read
    if not messages and (is_empty(text) or (entries and all(map(_is_of_system, entries)))):
        return ChatFile(unread=unread)
    if not messages:
        what = "no messages of Microsoft Graph" if is_json(text) else "no whole JSON: it is cut off or damaged"
        raise InputRefused(f"chat: {what}", action=GET_AGAIN)
    return ChatFile(tuple(messages), unread)


def _with_replies(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield message
    yield from members(message, "replies")


def _is_of_system(message: dict[str, Any]) -> bool:
    """Whether it is a notice of Teams: nobody wrote it, and it has no words."""
    body = text_of(message.get("body"), "content")
    is_notice = _NOTICE in body or text_of(message, "messageType") == _NOTICE
    return is_notice and not _name(message.get("from")) and not _plain(body) and not members(message, "reactions")


def _messages(message: dict[str, Any]) -> Iterator[ChatMessage]:
    """The message, and one more for each reaction to it."""
    body, at = message.get("body"), moment_of(text_of(message, "createdDateTime"))
    content = text_of(body, "content")
    words = _plain(content) if text_of(body, "contentType").lower() == "html" else content
    sender = _name(message.get("from"))
    if not (sender and at):
        return
    words = words or _WORDLESS
    yield _message(sender, words, at)
    for reaction in members(message, "reactions"):
        who = _name(reaction.get("user"))
        if who:
            quoted = words if len(words) <= _QUOTED else f"{words[:_QUOTED]}..."
            what = text_of(reaction, "reactionType") or "a reaction"
            yield _message(who, f'Reacted to "{" ".join(quoted.split())}" with {what}', at)


def _message(sender: str, words: str, at: datetime) -> ChatMessage:
    return ChatMessage(0.0, sender, words, wall=False, direct=False, moment=at)


def _name(identities: object) -> str:
    """The display name of a user, in an identity or one level within it."""
    if not isinstance(identities, dict):
        return ""
    inner = (identities.get(kind) for kind in ("user", "phone", "guest"))
    return text_of(identities, "displayName") or next((name for each in inner if (name := _name(each))), "")


class _Text(HTMLParser):
    """Collects the words of a message; what it mentions or quotes stays in it, each quoted line behind ``>``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = [""]
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quotes += tag == "blockquote"
        if tag in _BREAKS:
            self._break()
        for value in (value for key, value in attrs if key == "alt" and value):
            self.pieces[-1] += value  # an emoji is a picture there

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self._quotes:
            self._quotes -= 1
            self._break()

    def handle_data(self, data: str) -> None:
        first, *others = data.split("\n")
        self.pieces[-1] += first
        for line in others:
            self._break()
            self.pieces[-1] += line

    def _break(self) -> None:
        self.pieces.append("> " if self._quotes else "")


def _plain(content: str) -> str:
    reader = _Text()
    reader.feed(content)
    reader.close()
    lines = (" ".join(line.split()) for line in reader.pieces)
    return "\n".join(line for line in lines if line.strip("> "))
