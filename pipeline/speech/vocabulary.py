"""The names and terms that a session's context knows beforehand, as things to listen for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.lexicon import is_common, plain, spoken_address
from pipeline.lexicon.short_forms import code_name, product_parts
from pipeline.records import Context

_SHORTEST_NAME = 3
# In characters: Whisper's prompt holds 223 tokens, and English names have three to five characters a token.
_ROOM_FOR_HOT_WORDS = 600
# What surely fits: Polish names have 2.1 characters a token, names of hosts and machines 1.8.
_SURE_ROOM_FOR_HOT_WORDS = 350
_LEGAL_FORMS = frozenset(
    ("inc", "llc", "ltd", "gmbh", "ag", "sa", "plc", "corp", "co", "kg", "bv", "ab", "oy", "the", "and", "of", "group")
)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A spelling of the context; ``name``: of a person, which may be read as in another language.

    ``relatives`` are the other parts of the same name, casefolded.
    """

    text: str
    name: bool = False
    relatives: frozenset[str] = frozenset()


def vocabulary(context: Context) -> list[Keyword]:
    """Every spelling to listen for, once: whole names and their parts, aliases, companies, terms; nothing allowed."""
    allowed = {text.casefold() for text in context.allow}
    keywords: dict[str, Keyword] = {}
    for known in _spellings(context):
        key = known.text.casefold()
        if key and key not in allowed:
            keywords.setdefault(key, known)
    return list(keywords.values())


def hot_words(known: Sequence[Keyword]) -> list[Keyword]:
    """Those at the front that Whisper's prompt may have room for; its model counts in tokens, and may take fewer."""
    return _first(known, _ROOM_FOR_HOT_WORDS)


def sure_hot_words(known: Sequence[Keyword]) -> list[Keyword]:
    """Those at the front that Whisper's prompt surely has room for, whatever language they are in."""
    return _first(known, _SURE_ROOM_FOR_HOT_WORDS)


def whole_texts(texts: Iterable[str]) -> list[str]:
    """The texts but those that stand, word for word, in one before them, as "Raman" does in "Priya Raman"."""
    whole: list[str] = []
    for text in texts:
        words = f" {' '.join(text.casefold().split())} "
        if not any(words in other for other in whole):
            whole.append(words)
    return [words.strip() for words in whole]


def _first(known: Sequence[Keyword], room: int) -> list[Keyword]:
    sizes = accumulate(len(keyword.text) + len(", ") for keyword in known)
    return [keyword for keyword, size in zip(known, sizes, strict=True) if size <= room]


def _spellings(context: Context) -> Iterator[Keyword]:
    people = [(person.name, person.aliases) for person in context.participants]
    people += [(term.text, term.aliases) for term in context.terms if term.kind == "person"]
    for name, aliases in people:
        yield from _whole_and_parts(name)
        for alias in aliases:
            yield from _whole_and_parts(alias)
    companies = [person.company for person in context.participants if person.company]
    for company in [*companies, *context.companies, *(term.text for term in context.terms if term.kind == "company")]:
        yield from _company(company)
    for person in context.participants:
        if person.email:
            yield Keyword(spoken_address(person.email))
    for term in context.terms:
        yield from (Keyword(text.strip(), name=term.kind == "person") for text in (term.text, *term.aliases))
        if term.kind not in ("person", "company"):
            yield from (Keyword(short) for text in (term.text, *term.aliases) for short in _for_short(text))


def _for_short(term: str) -> Iterator[str]:
    """What a code name or a product is called by alone; no word of any talk, for which much else is heard."""
    core = code_name(term)
    names = [core, *product_parts(term)]
    return (name for name in names if len(name) >= _SHORTEST_NAME and not is_common(plain(name)))


def _whole_and_parts(name: str) -> Iterator[Keyword]:
    parts = _long_enough(name.split())
    folded = {part.casefold() for part in parts}
    yield Keyword(" ".join(name.split()), name=True)
    yield from (Keyword(part, name=True, relatives=frozenset(folded - {part.casefold()})) for part in parts)


def _company(company: str) -> Iterator[Keyword]:
    words = company.split()
    yield Keyword(" ".join(words))
    bare = [word for word in words if word.strip(".,").casefold() not in _LEGAL_FORMS]
    if bare and bare != words:
        yield Keyword(" ".join(bare))
    if len(bare) > 1:
        yield from (Keyword(word) for word in _long_enough(bare[:1]))


def _long_enough(words: Iterable[str]) -> list[str]:
    return [word.strip(".,") for word in words if len(word.strip(".,")) >= _SHORTEST_NAME]
