"""Google Meet's chat, which it saves as SubViewer subtitles: a timing on the session's clock, then ``Name: text``."""

from __future__ import annotations

import re

from pipeline.errors import InputRefused
from pipeline.ingest.captions.speakers import prefixed
from pipeline.ingest.chat import GET_AGAIN, ChatFile, ChatMessage

_TIMING = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)(?:[.,]\d{1,3})?,\d{1,3}:[0-5]\d:[0-5]\d(?:[.,]\d{1,3})?", re.ASCII)


def parse(text: str) -> ChatFile:
    """Every message; raises ``InputRefused`` where none can be read.

    A message without a name is nobody's: its lines count as not understood.
    """
    blocks: list[tuple[float, list[str]]] = []
    unread = 0
    for line in text.split("\n"):
        timing = _TIMING.fullmatch(line.strip())
        if timing:
            blocks.append((int(timing[1]) * 3600.0 + int(timing[2]) * 60.0 + int(timing[3]), []))
        elif blocks:
            blocks[-1][1].append(line.strip())
        else:
            unread += bool(line.strip())
    if blocks and not any(blocks[-1][1]):
        raise InputRefused("chat: it is cut off after a time", action=GET_AGAIN)
    messages = []
    for at_s, lines in blocks:
        named = prefixed(next(filter(None, lines), ""))
        if named is None:
            unread += sum(map(bool, lines))
            continue
        rest = "\n".join(lines).strip().split("\n")[1:]
        text_of_it = "\n".join([named[1], *rest]).strip()
        messages += [ChatMessage(at_s, named[0], text_of_it, wall=False, direct=False)] if text_of_it else []
    if not messages and unread:
        raise InputRefused("chat: not Google Meet's chat", action=GET_AGAIN)
    return ChatFile(tuple(messages), unread)
