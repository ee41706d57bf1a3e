"""What no title of a request may say: customers, participants and what term lists have, in whichever session it is.

The words of a session are redacted for whoever may open that session; a title is read beside those of all customers,
and one that a person gives was redacted by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from pipeline.detect.gazetteer.spoken_patterns import spoken_pattern_recognizer
from pipeline.detect.text.tokens import read
from pipeline.export.mentions import NO_AREA, Mention, plain_sentence
from pipeline.lexicon import company_key, company_words, is_english, words_of
from pipeline.lexicon.patterns import places
from pipeline.records import Pattern
from pipeline.store import Workspace

_RARE_LETTERS = 4
"""A company's first word from so many letters on stands for it, unless it is a word of the language."""


class Names:
    """Names that are looked for in a text as whole words, whatever their case, spacing and punctuation."""

    def __init__(self, names: Iterable[Sequence[str]]) -> None:
        self._names = frozenset(filter(None, ("".join(words) for words in names)))
        self._beginnings = frozenset(name[:end] for name in self._names for end in range(1, len(name)))

    def are_in(self, text: str) -> bool:
        """Whether a text has any of them."""
        words = words_of(text)
        for start in range(len(words)):
            joined = ""
            for word in words[start:]:
                joined += word
                if joined in self._names:
                    return True
                if joined not in self._beginnings:
                    break
        return False


class RequestSecrets:
    """The names and patterns of a workspace that no title, area or segment has; made once for all requests."""

    def __init__(self, names: Names, patterns: Sequence[Pattern]) -> None:
        self._names = names
        self._patterns = tuple(patterns)
        self._spoken = spoken_pattern_recognizer(self._patterns) if patterns else None
        self._seen: dict[str, bool] = {}

    def are_in(self, text: str) -> bool:
        """Whether a text names any; raises ``ConfigurationError`` when a pattern takes too long on it."""
        if text not in self._seen:
            self._seen[text] = self._names.are_in(text) or self._fits_a_pattern(text)
        return self._seen[text]

    def without(self, mention: Mention) -> Mention:
        """A mention that names nobody: a plain sentence for a title that does, and for words with the own company."""
        area = NO_AREA if self.are_in(mention.area) else mention.area
        plain = plain_sentence(mention.kind, area)
        own = _company(mention.company)
        is_quoted = mention.is_quoted and not own.are_in(mention.quote)
        words = (mention.title, mention.quote) if is_quoted == mention.is_quoted else (plain, plain)
        title, quote = (plain if self.are_in(words[0]) else words[0]), words[1]
        answer = mention.answer if is_quoted and not own.are_in(mention.answer) else ""
        return replace(
            mention,
            area=area,
            segment="" if self.are_in(mention.segment) else mention.segment,
            title=title,
            quote=quote if is_quoted else title,
            is_quoted=is_quoted,
            answer=answer,
            answer_withheld=mention.answer_withheld or answer != mention.answer,
        )

    def _fits_a_pattern(self, text: str) -> bool:
        if any(True for pattern in self._patterns for _ in places(pattern.text, text, pattern.where)):
            return True
        return self._spoken is not None and bool(self._spoken(read(text)))


def secrets_of(workspace: Workspace, *, now: datetime) -> RequestSecrets:
    """What the term lists have today, everybody in any session, their companies, and the team's list of customers."""
    lists, on = workspace.listed(), now.date()
    names: list[Sequence[str]] = [words_of(name) for name in lists.names(on)]
    for term in lists.elsewhere:
        if term.kind == "company":
            names += _company_names(term.text)
        else:
            names += [words for name in (term.text, *term.aliases) if _is_whole(words := words_of(name))]
    return RequestSecrets(Names(names), lists.patterns(on))


def _is_whole(words: Sequence[str]) -> bool:
    """Whether a person's name can be told from other words: a given name alone may be one ("Mark", "Will")."""
    return len(words) > 1 or any(not is_english(word) for word in words)


@lru_cache(maxsize=4096)
def _company(name: str) -> Names:
    return Names(_company_names(name) if name else ())


def _company_names(name: str) -> Iterator[Sequence[str]]:
    words = company_words(name)
    yield (company_key(name),)
    yield words
    if words and len(words[0]) >= _RARE_LETTERS and not is_english(words[0]):
        yield words[:1]
