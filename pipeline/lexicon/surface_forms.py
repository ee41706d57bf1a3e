"""Every spelling under which a known person, company or term may appear, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.lexicon.common import FUNCTION_WORDS, is_common
from pipeline.lexicon.nicknames import forms_of
from pipeline.lexicon.plain import TOKEN, plain, word_set, words_of
from pipeline.records import Context, DetectionRule, KnownPerson, Misheard, Term

LABELS = {"person": "PERSON", "company": "COMPANY", "product": "PRODUCT", "host": "HOST", "other": "TERM"}
_SAID = {".": " dot ", "@": " at ", "-": " dash ", "_": " underscore ", "+": " plus "}
_VERY_COMMON = 1200  # a rarer word costs little where it is no name, and hides much where it is one
_TITLES = word_set("mr mrs ms miss dr prof sir madam jr sr ii iii")
_PARTICLES = word_set("van von der den de la le du da dos das del della di bin ibn al el ter ten zu zur y e")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_FORMS = word_set(
    """inc incorporated ltd limited llc llp lp plc corp corporation co company gmbh ag sa se bv nv oy ab as spa kg pty
    group holdings the"""
)


@dataclass(frozen=True, slots=True)
class SurfaceForm:
    """One spelling as it is written.

    ``ordinary`` when it could as well be a common word, ``exact`` when what sounds like it says nothing.
    """

    text: str
    entity: str
    label: str
    rule: DetectionRule
    score: float
    ordinary: bool = False
    exact: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in their plain form."""
        return words_of(self.text)

    @property
    def key(self) -> str:
        """The plain words run together."""
        return "".join(self.words)


def surface_forms(context: Context) -> tuple[SurfaceForm, ...]:
    """All spellings of all that is known beforehand; the surest first."""
    allowed = {"".join(words_of(text)) for text in context.allow}
    employers = (person.company for person in context.participants if person.company)
    companies = [*context.companies, *(name for name in employers if "".join(words_of(name)) not in allowed)]
    found = [*_people(context.participants)]
    found += [spelling for person in context.participants if person.email for spelling in _address(person.email)]
    found += [spelling for name in dict.fromkeys(companies) for spelling in _company(name)]
    found += [spelling for term in context.terms for spelling in _term(term)]
    found += _misheard(context.misheard, found)
    return tuple(sorted((one for one in found if len(one.key) > 1), key=lambda one: -one.score))


def spoken_address(address: str) -> str:
    """An e-mail address or host name as it is said: ``jane.doe@acme.example`` is "jane dot doe at acme dot example"."""
    said = "".join(_SAID.get(char, char) for char in address)
    return " ".join(said.split())


def entity_of(kind: str, name: str) -> str:
    """The key under which all mentions of one known thing meet."""
    return f"{kind}:{' '.join(words_of(name))}"


def entities_of(names: Iterable[str]) -> frozenset[str]:
    """The entities of somebody with these names, and those of the parts, which others may share."""
    found = list(names)
    return frozenset(
        entity_of("person", text) for text in (*found, *(word for name in found for word in words_of(name)))
    )


def company_key(name: str) -> str:
    """A company's name as it is compared: its plain words run together, without its legal form."""
    words = words_of(name)
    return "".join(word for word in words if word not in _FORMS) or "".join(words)


def _people(people: tuple[KnownPerson, ...]) -> Iterator[SurfaceForm]:
    """The names of all people; a part that two of them share belongs to neither alone."""
    owners: dict[str, set[str]] = {}
    found = [
        spelling
        for person in people
        for spelling in _person(
            entity_of("person", person.name), (person.name, *person.aliases), DetectionRule.KNOWN_NAME
        )
    ]
    for spelling in found:
        owners.setdefault(spelling.key, set()).add(spelling.entity)
    for spelling in found:
        shared = len(spelling.words) == 1 and len(owners[spelling.key]) > 1
        yield replace(spelling, entity=f"person:{spelling.key}") if shared else spelling


def _person(entity: str, names: tuple[str, ...], rule: DetectionRule) -> Iterator[SurfaceForm]:
    written = dict.fromkeys(form for one in names for form in (one, one.translate(_UMLAUTS)))
    for name in written:
        groups = [[part for part in TOKEN.findall(word) if plain(part) not in _TITLES] for word in name.split()]
        groups = [group for group in groups if group]
        parts = [part for group in groups for part in group]
        if len(parts) > 1:
            yield SurfaceForm(" ".join(parts), entity, "PERSON", rule, 0.99)
            yield SurfaceForm(" ".join((parts[-1], *parts[:-1])), entity, "PERSON", rule, 0.98, exact=True)
        if len(parts) > 2:
            yield SurfaceForm(f"{parts[0]} {parts[-1]}", entity, "PERSON", rule, 0.98)
            yield from _by_initials(groups, entity, rule)
        yield from (SurfaceForm(" ".join(group), entity, "PERSON", rule, 0.97) for group in groups if len(group) > 1)
        for part in parts:
            if len(parts) < 3 or plain(part) not in _PARTICLES:
                yield SurfaceForm(part, entity, "PERSON", rule, 0.95, is_common(plain(part), _VERY_COMMON))
        for form in sorted(forms_of(plain(parts[0])) if parts else ()):
            yield SurfaceForm(
                form.capitalize(), entity, "PERSON", DetectionRule.NICKNAME, 0.85, is_common(form), exact=True
            )


def _by_initials(groups: list[list[str]], entity: str, rule: DetectionRule) -> Iterator[SurfaceForm]:
    """Two given names and more by their initials: "J P Morgan", "J. P."."""
    family = groups[-1]
    initials = [part[0] for group in groups[:-1] for part in group if plain(part) not in _PARTICLES]
    if len(initials) > 1:
        yield SurfaceForm(" ".join((*initials, *family)), entity, "PERSON", rule, 0.97, exact=True)
        yield SurfaceForm(" ".join(initials), entity, "PERSON", rule, 0.75, ordinary=True, exact=True)


def _company(name: str) -> Iterator[SurfaceForm]:
    entity, rule, words = entity_of("company", name), DetectionRule.KNOWN_COMPANY, TOKEN.findall(name)
    core = [word for word in words if plain(word) not in _FORMS] or words
    for spelt in (words, core) if core != words else (words,):
        ordinary = len(spelt) == 1 and is_common(plain(spelt[0]), _VERY_COMMON)
        yield SurfaceForm(" ".join(spelt), entity, "COMPANY", rule, 0.99, ordinary)
    if len(core) > 1:
        if not is_common(plain(core[0])) and len(core[0]) > 2:
            yield SurfaceForm(core[0], entity, "COMPANY", rule, 0.93)
        initials = "".join(word[0] for word in core if plain(word) not in FUNCTION_WORDS)
        yield SurfaceForm(initials, entity, "COMPANY", rule, 0.8, len(initials) < 3 or is_common(plain(initials)))


def _address(email: str) -> Iterator[SurfaceForm]:
    for text in (email, spoken_address(email)):
        yield SurfaceForm(text, f"email:{email.casefold()}", "EMAIL", DetectionRule.KNOWN_ADDRESS, 0.99)


def _misheard(confirmed: tuple[Misheard, ...], known: list[SurfaceForm]) -> Iterator[SurfaceForm]:
    """What reviewers confirmed to stand for something that is known here; an ordinary word alone stays unsure."""
    entities, keys = {spelling.entity for spelling in known}, {spelling.key for spelling in known}
    for one in confirmed:
        words = words_of(one.text)
        if one.entity in entities and "".join(words) not in keys:
            ordinary = all(is_common(word, _VERY_COMMON) for word in words)
            yield SurfaceForm(one.text, one.entity, one.label, DetectionRule.HEARD_BEFORE, 0.9, ordinary, exact=True)


def _term(term: Term) -> Iterator[SurfaceForm]:
    kind = term.kind if term.kind in ("person", "company") else "term"
    label, entity = LABELS.get(term.kind, "TERM"), entity_of(kind, term.text)
    for text in (term.text, *term.aliases):
        yield SurfaceForm(text, entity, label, DetectionRule.TERM_LIST, 0.99)
    if term.kind == "person":
        yield from _person(entity, (term.text, *term.aliases), DetectionRule.TERM_LIST)
