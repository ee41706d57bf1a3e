"""Every surface form under which a known person, company or term may appear, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.lexicon.common import FUNCTION_WORDS, is_common, is_english
from pipeline.lexicon.company_short_forms import beginnings, partners, told_apart, with_and
from pipeline.lexicon.nicknames import forms_of
from pipeline.lexicon.plain import TOKEN, plain, word_set, words_of
from pipeline.lexicon.short_forms import VERY_COMMON, code_name, name_beginning, name_parts, product_parts, two_initials
from pipeline.lexicon.spoken_forms import SPOKEN_SIGNS, spoken_forms
from pipeline.records import Context, DetectionRule, KnownPerson, Misheard, Term

LABELS = {"person": "PERSON", "company": "COMPANY", "product": "PRODUCT", "host": "HOST", "other": "TERM"}
_TITLES = word_set("mr mrs ms miss dr prof sir madam jr sr ii iii")
_PARTICLES = word_set("van von der den de la le du da dos das del della di bin ibn al el ter ten zu zur y e")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# Words that are no part of what a company is called. Stored labels of customers are made from ``company_key``, which
# leaves these out: another list would give a customer another label.
_COMPANY_WORDS = word_set(
    """inc incorporated ltd limited llc llp lp plc corp corporation co company gmbh ag sa se bv nv oy ab as spa kg pty
    group holdings the"""
)
# At the end of a name, in one word or in letters ("S.A.", "d. o. o.").
_LEGAL_FORMS = _COMPANY_WORDS | word_set(
    """aps asa bhd bvba cv doo eg ehf eurl ev kft kgaa kk lda ltda mbh nyrt oao ood ooo oyj pllc pte pvt sal sarl sas
    sca scs sdnbhd sicav snc spzoo sprl srl sro uab ug vof zrt"""
)
_LEGAL_FORM_PARTS = 4  # "Sp. z o.o."
# The scores of forms order the queue. Of 1,005 known names in the marked sets 0.97 were right, of 211 companies 0.96.
_WHOLE, _FAMILY_FIRST, _GIVEN_AND_FAMILY, _GROUP, _PART, _INITIALS = 0.99, 0.98, 0.98, 0.97, 0.95, 0.75
_PET_FORM = 0.85  # 38 of 44 right
_NAME_PART, _PET_BEGINNING = 0.8, 0.7  # judgements: the marked sets have none
_MISHEARING = 0.9
_FIRST_WORD, _ACRONYM = 0.93, 0.8
_TOLD_APART = 3  # words of a company's name that nobody says in a row by chance: a judgement
_ELSEWHERE = 0.9  # a judgement: another may have the name; it sorts such names behind those of the session itself


@dataclass(frozen=True, slots=True)
class SurfaceForm:
    """One form as it is written.

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
    """All forms of all that is known beforehand; the surest first."""
    allowed = {"".join(words_of(text)) for text in context.allow}
    employers = (person.company for person in context.participants if person.company)
    companies = [*context.companies, *(name for name in employers if "".join(words_of(name)) not in allowed)]
    forms = [*_people(context.participants)]
    forms += [form for person in context.participants if person.email for form in _address(person.email)]
    forms += [form for name in dict.fromkeys(companies) for form in _company(name)]
    forms += [form for term in context.terms for form in _term(term)]
    forms += _misheard(context.misheard, forms)
    return tuple(sorted((form for form in forms if len(form.key) > 1), key=lambda form: -form.score))


def elsewhere_forms(terms: Iterable[Term]) -> tuple[SurfaceForm, ...]:
    """The forms under which people and companies of other sessions are known; the surest first.

    Whole names alone: a given or family name, an initial or a pet form says nothing of who is meant in another session.
    A company of one or two English words needs evidence that it is a name, and so does a person of very common ones.
    """
    rule = DetectionRule.KNOWN_ELSEWHERE
    forms = [
        replace(form, rule=rule, score=round(form.score * _ELSEWHERE, 3), ordinary=_is_ordinary(form))
        for term in terms
        for form in (_company(term.text) if term.kind == "company" else _whole_names(term))
        if form.score >= _FAMILY_FIRST and len(form.key) > 2
    ]
    return tuple(sorted(forms, key=lambda form: -form.score))


def _is_ordinary(form: SurfaceForm) -> bool:
    if form.label == "PERSON":
        return all(is_common(word, VERY_COMMON) for word in form.words)
    return len(form.words) < _TOLD_APART and all(map(is_english, form.words))


def _whole_names(term: Term) -> Iterator[SurfaceForm]:
    names = (term.text, *term.aliases)
    forms = _person(entity_of("person", term.text), names, DetectionRule.KNOWN_ELSEWHERE)
    return (form for form in forms if len(form.words) > 1)


def spoken_address(address: str) -> str:
    """An e-mail address or host name as it is said: ``jane.doe@acme.example`` is "jane dot doe at acme dot example"."""
    return " ".join("".join(SPOKEN_SIGNS.get(char, char) for char in address).split())


def entity_of(kind: str, name: str) -> str:
    """The key under which all mentions of one known thing meet."""
    return f"{kind}:{' '.join(words_of(name))}"


def entities_of(names: Iterable[str]) -> frozenset[str]:
    """The entities of somebody with these names, and those of the parts, which others may share."""
    whole = list(names)
    return frozenset(
        entity_of("person", text) for text in (*whole, *(word for name in whole for word in words_of(name)))
    )


def company_key(name: str) -> str:
    """A company's name as it is compared: its plain words run together, without its legal form."""
    words = words_of(name)
    return "".join(word for word in words if word not in _COMPANY_WORDS) or "".join(words)


def is_own_company(name: str, host: str | None) -> bool:
    """Whether a company is the host, however it is spaced: "Blueharbor" for "Blue Harbor".

    Nothing else is left out of the comparison: "Meridian" may be a customer of the "Meridian Group". A name without
    letters and digits is only the same as itself.
    """
    if host is None:
        return False
    letters = "".join(words_of(name))
    return letters == "".join(words_of(host)) if letters else name == host


def company_words(name: str) -> tuple[str, ...]:
    """The plain words that tell a company's name from others': without its legal form, "and" and the like."""
    words = words_of(name)
    return tuple(word for word in words if word not in _COMPANY_WORDS and word not in FUNCTION_WORDS) or words


def _people(people: tuple[KnownPerson, ...]) -> Iterator[SurfaceForm]:
    """The names of all people; a part that two of them share belongs to neither alone."""
    owners: dict[str, set[str]] = {}
    rule = DetectionRule.KNOWN_NAME
    forms = [
        form
        for person in people
        for form in _person(entity_of("person", person.name), (person.name, *person.aliases), rule)
    ]
    for form in forms:
        owners.setdefault(form.key, set()).add(form.entity)
    for form in forms:
        shared = len(form.words) == 1 and len(owners[form.key]) > 1
        yield replace(form, entity=f"person:{form.key}") if shared else form


def _person(entity: str, names: tuple[str, ...], rule: DetectionRule) -> Iterator[SurfaceForm]:
    for name in dict.fromkeys(written for text in names for written in (text, text.translate(_UMLAUTS))):
        groups = [[part for part in TOKEN.findall(word) if plain(part) not in _TITLES] for word in name.split()]
        groups = [group for group in groups if group]
        parts = [part for group in groups for part in group]
        if len(parts) > 1:
            yield SurfaceForm(" ".join(parts), entity, "PERSON", rule, _WHOLE)
            yield SurfaceForm(" ".join((parts[-1], *parts[:-1])), entity, "PERSON", rule, _FAMILY_FIRST, exact=True)
        if len(parts) > 2:
            yield SurfaceForm(f"{parts[0]} {parts[-1]}", entity, "PERSON", rule, _GIVEN_AND_FAMILY)
            yield from _by_initials(groups, entity, rule)
            if particle := next((index for index, part in enumerate(parts[1:-1], 1) if plain(part) in _PARTICLES), 0):
                yield SurfaceForm(" ".join(parts[particle:]), entity, "PERSON", rule, _GROUP)
        if len(parts) == 2 and (initials := two_initials(*parts)):
            yield SurfaceForm(initials, entity, "PERSON", rule, _INITIALS, ordinary=True, exact=True)
        yield from (SurfaceForm(" ".join(group), entity, "PERSON", rule, _GROUP) for group in groups if len(group) > 1)
        for part in parts:
            if len(parts) < 3 or plain(part) not in _PARTICLES:
                yield SurfaceForm(part, entity, "PERSON", rule, _PART, is_common(plain(part), VERY_COMMON))
        for pet in sorted(forms_of(plain(parts[0])) if parts else ()):
            nickname = DetectionRule.NICKNAME
            yield SurfaceForm(pet.capitalize(), entity, "PERSON", nickname, _PET_FORM, is_common(pet), exact=True)
        yield from _for_short(plain(parts[0]) if parts else "", entity)


def _for_short(given_name: str, entity: str) -> Iterator[SurfaceForm]:
    """What is left of a plain given name that is said for short; three letters alone only where a name stands."""
    rule = DetectionRule.NICKNAME
    for part in name_parts(given_name):
        yield SurfaceForm(part.capitalize(), entity, "PERSON", rule, _NAME_PART, exact=True)
    if beginning := name_beginning(given_name):
        yield SurfaceForm(beginning.capitalize(), entity, "PERSON", rule, _PET_BEGINNING, ordinary=True, exact=True)


def _by_initials(groups: list[list[str]], entity: str, rule: DetectionRule) -> Iterator[SurfaceForm]:
    """Two given names and more by their initials: "J P Morgan", "J. P."."""
    family = groups[-1]
    initials = [part[0] for group in groups[:-1] for part in group if plain(part) not in _PARTICLES]
    if len(initials) > 1:
        yield SurfaceForm(" ".join((*initials, *family)), entity, "PERSON", rule, _GROUP, exact=True)
        yield SurfaceForm(" ".join(initials), entity, "PERSON", rule, _INITIALS, ordinary=True, exact=True)


def _company(name: str) -> Iterator[SurfaceForm]:
    entity, rule, words = entity_of("company", name), DetectionRule.KNOWN_COMPANY, TOKEN.findall(name)
    core = [word for word in _without_legal_form(words) if plain(word) not in _COMPANY_WORDS] or words
    for written in (words, core) if core != words else (words,):
        ordinary = len(written) == 1 and is_common(plain(written[0]), VERY_COMMON)
        yield SurfaceForm(" ".join(written), entity, "COMPANY", rule, _WHOLE, ordinary)
    for spoken in spoken_forms(" ".join(core)):
        yield SurfaceForm(spoken, entity, "COMPANY", rule, _WHOLE, exact=True)
    if len(core) > 1:
        if not is_common(plain(core[0])) and len(core[0]) > 2:
            yield SurfaceForm(core[0], entity, "COMPANY", rule, _FIRST_WORD)
        initials = "".join(word[0] for word in core if plain(word) not in FUNCTION_WORDS)
        short = len(initials) < 3 or is_common(plain(initials))
        yield SurfaceForm(initials, entity, "COMPANY", rule, _ACRONYM, short)
    yield from _company_for_short(name, core, entity)


def _company_for_short(name: str, core: list[str], entity: str) -> Iterator[SurfaceForm]:
    """A company without its last words ("Silver Lake" of Silver Lake Media), and by those that "and" joins in it."""
    rule = DetectionRule.KNOWN_COMPANY
    yield from (SurfaceForm(text, entity, "COMPANY", rule, _WHOLE) for text in with_and(name, core))
    yield from (_beginning(text, entity, "COMPANY", rule) for text in beginnings(name, core))
    yield from _partners(partners(name, core), entity)


def _beginning(text: str, entity: str, label: str, rule: DetectionRule) -> SurfaceForm:
    """A name without its last words; of common ones alone ("First Data") it needs evidence that it is one."""
    return SurfaceForm(text, entity, label, rule, _FIRST_WORD, all(map(is_common, words_of(text))), exact=True)


def _partners(names: list[str], entity: str) -> Iterator[SurfaceForm]:
    """What "and" joins, as it is said and by its initials ("Hall and Finch", "H and F"), and who comes behind it."""
    rule = DetectionRule.KNOWN_COMPANY
    if names:
        first, second = names[:2]
        known_alone = told_apart(first) and told_apart(second)
        score = _WHOLE if known_alone else _FIRST_WORD
        yield SurfaceForm(f"{first} and {second}", entity, "COMPANY", rule, score, exact=not known_alone)
        yield SurfaceForm(f"{first[0]} and {second[0]}", entity, "COMPANY", rule, _ACRONYM, exact=True)
        if initials := two_initials(first, second):
            yield SurfaceForm(initials, entity, "COMPANY", rule, _ACRONYM, ordinary=True, exact=True)
    for partner in filter(told_apart, names[1:]):
        yield SurfaceForm(partner, entity, "COMPANY", rule, _FIRST_WORD, exact=True)


def _without_legal_form(words: list[str]) -> list[str]:
    """A company's words without its legal form at the end, be it one word, several or letters."""
    for count in range(min(_LEGAL_FORM_PARTS, len(words) - 1), 0, -1):
        if "".join(map(plain, words[-count:])) in _LEGAL_FORMS:
            return _without_legal_form(words[:-count])
    return words


def _address(email: str) -> Iterator[SurfaceForm]:
    for text in (email, spoken_address(email)):
        yield SurfaceForm(text, f"email:{email.casefold()}", "EMAIL", DetectionRule.KNOWN_ADDRESS, _WHOLE)


def _misheard(confirmed: tuple[Misheard, ...], known: list[SurfaceForm]) -> Iterator[SurfaceForm]:
    """What reviewers confirmed to stand for something that is known here; an ordinary word alone stays unsure."""
    entities, keys = {form.entity for form in known}, {form.key for form in known}
    rule = DetectionRule.HEARD_BEFORE
    for form in confirmed:
        words = words_of(form.text)
        if form.entity in entities and "".join(words) not in keys:
            ordinary = all(is_common(word, VERY_COMMON) for word in words)
            yield SurfaceForm(form.text, form.entity, form.label, rule, _MISHEARING, ordinary, exact=True)


def _term(term: Term) -> Iterator[SurfaceForm]:
    kind = term.kind if term.kind in ("person", "company") else "term"
    label, entity = LABELS.get(term.kind, "TERM"), entity_of(kind, term.text)
    for text in (term.text, *term.aliases):
        yield SurfaceForm(text, entity, label, DetectionRule.TERM_LIST, _WHOLE)
        for spoken in spoken_forms(text):
            yield SurfaceForm(spoken, entity, label, DetectionRule.TERM_LIST, _WHOLE, exact=True)
        if kind == "company":
            yield from (replace(form, entity=entity) for form in _company(text))
        if kind == "term":
            if core := code_name(text):
                ordinary = len(words_of(core)) == 1 and is_common(plain(core))
                yield SurfaceForm(core, entity, label, DetectionRule.TERM_LIST, _FIRST_WORD, ordinary)
            for beginning in beginnings(text, TOKEN.findall(text)) if label == "PRODUCT" else ():
                yield _beginning(beginning, entity, label, DetectionRule.TERM_LIST)
            for part in product_parts(text):
                for form in dict.fromkeys((part, *spoken_forms(part))):
                    yield SurfaceForm(form, entity, label, DetectionRule.TERM_LIST, _FIRST_WORD, exact=form != part)
    if kind == "person":
        yield from _person(entity, (term.text, *term.aliases), DetectionRule.TERM_LIST)
