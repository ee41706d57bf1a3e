"""Every spelling under which a known person, company or term may appear, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.lexicon.common import FUNCTION_WORDS, is_common
from pipeline.lexicon.plain import TOKEN, plain, word_set, words_of
from pipeline.records import Context, KnownPerson, Term

LABELS = {"person": "PERSON", "company": "COMPANY", "product": "PRODUCT", "host": "HOST", "other": "TERM"}
_SAID = {".": " dot ", "@": " at ", "-": " dash ", "_": " underscore ", "+": " plus "}
_VERY_COMMON = 1200  # a rarer word costs little where it is no name, and hides much where it is one
_TITLES = word_set("mr mrs ms miss dr prof sir madam jr sr ii iii")
_FORMS = word_set(
    """inc incorporated ltd limited llc llp lp plc corp corporation co company gmbh ag sa se bv nv oy ab as spa kg pty
    group holdings the"""
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling as it is written; ``ordinary`` when it could as well be a common word."""

    text: str
    entity: str
    label: str
    rule: str
    score: float
    ordinary: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in their plain form."""
        return words_of(self.text)

    @property
    def key(self) -> str:
        """The plain words run together."""
        return "".join(self.words)


def spellings(context: Context) -> tuple[Spelling, ...]:
    """All spellings of all that is known beforehand; the surest first."""
    allowed = {"".join(words_of(text)) for text in context.allow}
    employers = (person.company for person in context.participants if person.company)
    companies = [*context.companies, *(name for name in employers if "".join(words_of(name)) not in allowed)]
    found = [*_people(context.participants)]
    found += [spelling for person in context.participants if person.email for spelling in _address(person.email)]
    found += [spelling for name in dict.fromkeys(companies) for spelling in _company(name)]
    found += [spelling for term in context.terms for spelling in _term(term)]
    return tuple(sorted((one for one in found if len(one.key) > 1), key=lambda one: -one.score))


def spoken_address(address: str) -> str:
    """An e-mail address or host name as it is said: ``jane.doe@acme.example`` is "jane dot doe at acme dot example"."""
    said = "".join(_SAID.get(char, char) for char in address)
    return " ".join(said.split())


def entity_of(kind: str, name: str) -> str:
    """The key under which all mentions of one known thing meet."""
    return f"{kind}:{' '.join(words_of(name))}"


def _people(people: tuple[KnownPerson, ...]) -> Iterator[Spelling]:
    """The names of all people; a part that two of them share belongs to neither alone."""
    owners: dict[str, set[str]] = {}
    found = [
        spelling
        for person in people
        for spelling in _person(entity_of("person", person.name), (person.name, *person.aliases), "known name")
    ]
    for spelling in found:
        owners.setdefault(spelling.key, set()).add(spelling.entity)
    for spelling in found:
        shared = len(spelling.words) == 1 and len(owners[spelling.key]) > 1
        yield replace(spelling, entity=f"person:{spelling.key}") if shared else spelling


def _person(entity: str, names: tuple[str, ...], rule: str) -> Iterator[Spelling]:
    for name in names:
        parts = [part for part in TOKEN.findall(name) if plain(part) not in _TITLES]
        if len(parts) > 1:
            yield Spelling(" ".join(parts), entity, "PERSON", rule, 0.99)
        if len(parts) > 2:
            yield Spelling(f"{parts[0]} {parts[-1]}", entity, "PERSON", rule, 0.98)
        for part in parts:
            yield Spelling(part, entity, "PERSON", rule, 0.95, is_common(plain(part), _VERY_COMMON))


def _company(name: str) -> Iterator[Spelling]:
    entity, rule, words = entity_of("company", name), "known company", TOKEN.findall(name)
    core = [word for word in words if plain(word) not in _FORMS] or words
    for spelt in (words, core) if core != words else (words,):
        ordinary = len(spelt) == 1 and is_common(plain(spelt[0]), _VERY_COMMON)
        yield Spelling(" ".join(spelt), entity, "COMPANY", rule, 0.99, ordinary)
    if len(core) > 1:
        if not is_common(plain(core[0])) and len(core[0]) > 2:
            yield Spelling(core[0], entity, "COMPANY", rule, 0.93)
        initials = "".join(word[0] for word in core if plain(word) not in FUNCTION_WORDS)
        yield Spelling(initials, entity, "COMPANY", rule, 0.8, len(initials) < 3 or is_common(plain(initials)))


def _address(email: str) -> Iterator[Spelling]:
    for text in (email, spoken_address(email)):
        yield Spelling(text, f"email:{email.casefold()}", "EMAIL", "known address", 0.99)


def _term(term: Term) -> Iterator[Spelling]:
    kind = term.kind if term.kind in ("person", "company") else "term"
    label, entity = LABELS.get(term.kind, "TERM"), entity_of(kind, term.text)
    for text in (term.text, *term.aliases):
        yield Spelling(text, entity, label, "term list", 0.99)
    if term.kind == "person":
        yield from _person(entity, (term.text, *term.aliases), "term list")
