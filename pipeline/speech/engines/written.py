"""Puts the pieces that faster-whisper calls words together as its text writes them: ``real-time``, ``i.e.``, ``don't``.

faster-whisper begins a new word at every punctuation mark, and so gives ``real -time`` and ``i .e.``; a mark gets the
time of the pause that follows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.speech.audio_types import Span
from pipeline.speech.pronunciation.verbalize import spoken_words

# Whisper's own list: these are written without spaces, so that a missing space joins nothing.
_WITHOUT_SPACES = frozenset(("zh", "ja", "th", "lo", "my", "yue"))
_OPENING = "\"'“‘¿¡([{«„$€£"
_CLOSING = "\"'”’)]}»"
_DASHES = frozenset("-–—")
_ENDS = (".", "?", "!", "…", "。", "？", "！")
_TITLES = frozenset(("mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "dept"))
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of Whisper's text with the space before it, its span in its window, None if unknown, and its chance."""

    text: str
    span: Span | None
    probability: float


def written_words(pieces: Sequence[Piece], language: str) -> list[Piece]:
    """One piece for each word as it is written, without spaces; marks belong to the word that they stand at.

    A joined word reaches over all of it that is spoken, and is as sure as the least sure part of it.
    """
    words: list[Piece] = []
    opening = ""
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        joins = bool(words) and not opening and not piece.text[0].isspace() and language not in _WITHOUT_SPACES
        if _is_mark(text):
            if not joins and text[0] in _OPENING:
                opening += text
            elif words:
                mark = text if joins or text not in _DASHES else "—"
                words[-1] = replace(words[-1], text=words[-1].text + mark)
        elif joins:
            words[-1] = _joined(words[-1], piece)
        else:
            words.append(replace(piece, text=opening + text))
            opening = ""
    return words


def ends_sentence(word: str, following: str | None) -> bool:
    """Whether a sentence ends with a word as written, given the next word of the same text, None at its end."""
    bare = word.rstrip(_CLOSING)
    if not bare.endswith(_ENDS):
        return False
    if following is None:
        return True
    first = following.lstrip(_OPENING)[:1]
    name = bare[:-1].lstrip(_OPENING).casefold()
    shortened = name in _TITLES or (name == "no" and first.isdigit()) or _INITIALS.fullmatch(bare.lstrip(_OPENING))
    return not first.islower() and not shortened


def _is_mark(text: str) -> bool:
    """Whether nothing of a text is said aloud."""
    return not spoken_words(text) or text in _DASHES


def _joined(word: Piece, piece: Piece) -> Piece:
    text, probability = word.text + piece.text.strip(), min(word.probability, piece.probability)
    if word.span is None or piece.span is None:
        return Piece(text, word.span or piece.span, probability)
    return Piece(text, Span(word.span.start_s, max(word.span.end_s, piece.span.end_s)), probability)
