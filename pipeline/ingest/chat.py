"""Zoom's chat text, in its cloud form (session clock) and its local form (wall clock)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.errors import InputRefused

_CLOUD = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)\t([^\t]{1,200}?):\t(.*)")
_LOCAL = re.compile(
    r"(\d{1,2}):([0-5]\d):([0-5]\d)\s{1,8}From\s{1,8}(.{1,200}?)\s{1,8}to\s{1,8}([^:]{1,200}?)\s{0,8}:\s*(.*)",
    re.IGNORECASE,
)
_OLD = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)\s{1,8}From\s{1,8}(.{1,200}?)\s{1,8}:\s(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One chat message; ``wall``: ``at_s`` counts from midnight; ``direct``: not everyone could read it."""

    at_s: float
    sender: str
    text: str
    wall: bool
    direct: bool


def parse(text: str) -> tuple[ChatMessage, ...]:
    """Reads either form; raises ``InputRefused`` where a message does not begin as one."""
    heads: list[tuple[ChatMessage, list[str]]] = []
    for line in text.split("\n"):
        head = _head(line)
        if head is not None:
            heads.append((head, [head.text]))
        elif heads:
            heads[-1][1].append(line.strip())
        elif line.strip():
            raise InputRefused("chat: not Zoom's chat text", action="leave it out of session.toml")
    messages = [(head, "\n".join(lines).strip()) for head, lines in heads]
    return tuple(replace(head, text=message) for head, message in messages if message)


def _head(line: str) -> ChatMessage | None:
    if cloud := _CLOUD.fullmatch(line):
        return ChatMessage(_seconds(cloud), cloud[4].strip(), cloud[5], wall=False, direct=False)
    if local := _LOCAL.fullmatch(line):
        return ChatMessage(_seconds(local), local[4], local[6], wall=True, direct=local[5].casefold() != "everyone")
    if old := _OLD.fullmatch(line):
        return ChatMessage(_seconds(old), old[4], old[5], wall=True, direct=False)
    return None


def _seconds(match: re.Match[str]) -> float:
    return int(match[1]) * 3600.0 + int(match[2]) * 60.0 + int(match[3])
