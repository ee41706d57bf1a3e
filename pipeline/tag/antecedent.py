"""What a sentence is about that only points at it: "so the server can do that already" means what was asked for before.

Such words are the same in sessions that have nothing to do with each other, so they say nothing about what is one
request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.records import Tag
from pipeline.tag.features import KINDS_OF_CONTENT, kinds_of
from pipeline.tag.tokens import joined, tokenize

_SECONDS_AWAY = 90.0
"""How long before a discovery the request ends that it answers: staff speak in between."""
_POINTS = re.compile(
    r"\b(?:do|does|did|doing|done|have|has|had|supports?|supported|adds?|needs?|handles?|allows?|like|of|for|about) "
    r"(?:that|this|it|those|one|so)(?: (?:already|too|now|today|yet|as well|then|all along|all the time))*(?: [?!])?$"
)


def points_only(text: str, words: Mapping[str, str]) -> bool:
    """Whether a title or quote only points at what it is about; ``words`` are the kinds of words of the classifier."""
    tokens = tokenize(text)
    return _POINTS.search(joined(tokens)) is not None or KINDS_OF_CONTENT.isdisjoint(kinds_of(tokens, words))


def request_before(start_s: float, participant_id: str | None, earlier: Sequence[Tag]) -> str:
    """The title of the speaker's own last request before a moment that names what it is about; empty without one."""
    for tag in reversed(earlier):
        if start_s - tag.end_s > _SECONDS_AWAY:
            break
        if tag.label == "request" and participant_id is not None and tag.participant_id == participant_id:
            return tag.title if tag.about is None else tag.about
    return ""
