"""The term lists of a workspace, and what a session knows beforehand: both are secrets.

``terms.toml`` holds for every session; each file in ``terms/`` names a ``customer`` and holds where that company takes
part. What is listed is taken out (``terms``, ``patterns``) or never guessed to be confidential (``allow``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.lexicon import company_key, is_own_company
from pipeline.lexicon.patterns import check
from pipeline.records import Context, KnownPerson, Misheard, Pattern, Role, Session, SpokenCues, Term
from pipeline.store.codec import key_of

FILE_NAME, FOLDER = "terms.toml", "terms"
TEMPLATE = b"""\
# Names and terms that are confidential; this file is a secret itself. See docs/detection.md.
# It holds for every session. Lists of one customer lie in terms/, under any name, and begin with customer = "...".

allow = []                           # what no rule may guess to be confidential

# [[terms]]
# text = "Project Falcon"            # as a whole, whatever its case and punctuation
# kind = "product"                   # person, company, product, host or other
# aliases = ["Falcon"]
# owner = "devrel"                   # whom to ask
# expires = 2027-06-30               # its last day; without it an entry stays until it is removed

# [[patterns]]
# pattern = 'acme-[0-9]{4,9}'        # a regular expression
"""
_KINDS = "^(person|company|product|host|other)$"
_WEEK = timedelta(days=7)


class _Entry(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field("other", pattern=_KINDS)
    owner: str | None = None
    expires: date | None = None

    @property
    @abstractmethod
    def secret(self) -> str:
        """What is listed."""

    def holds(self, on: date) -> bool:
        """Whether it still applies on a day."""
        return self.expires is None or on <= self.expires


class _Term(_Entry):
    text: str = Field(min_length=2, pattern=r"\S")
    aliases: tuple[str, ...] = ()

    @property
    def secret(self) -> str:
        return self.text


class _Pattern(_Entry):
    pattern: str = Field(min_length=1)

    @property
    def secret(self) -> str:
        return self.pattern


class _Allowed(_Entry):
    text: str = Field(min_length=1)

    @property
    def secret(self) -> str:
        return self.text


class ListFile(BaseModel):
    """What a file of a list may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customer: str | tuple[str, ...] | None = None
    allow: tuple[str | _Allowed, ...] = ()
    terms: tuple[_Term, ...] = ()
    patterns: tuple[_Pattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry as it may be shown: where it stands, whose it is, until when it holds; ``text`` is the secret."""

    where: str
    customer: str
    kind: str
    owner: str
    expires: date | None
    text: str


@dataclass(frozen=True, slots=True)
class _List:
    """One file: ``where`` names it without giving its name away; no customers means that it is for all."""

    where: str
    customers: frozenset[str]
    content: ListFile

    def entries(self) -> Iterator[tuple[str, _Entry]]:
        """Every entry with where it stands."""
        allowed = [_Allowed(text=entry) if isinstance(entry, str) else entry for entry in self.content.allow]
        for section, entries in (
            ("terms", self.content.terms),
            ("patterns", self.content.patterns),
            ("allow", allowed),
        ):
            for number, entry in enumerate(entries, 1):
                yield f"{self.where}, entry {number} of {section}", entry


T = TypeVar("T", bound=_Entry)


@dataclass(frozen=True, slots=True)
class Lists:
    """All term lists of a workspace, its cues, how known things were misheard before, and who is known elsewhere."""

    lists: tuple[_List, ...] = ()
    misheard: tuple[Misheard, ...] = ()
    cues: SpokenCues | None = None
    elsewhere: tuple[Term, ...] = ()

    def entries(self) -> list[Listed]:
        """Every entry of every list."""
        return [
            Listed(
                where=where,
                customer=", ".join(_names(term_list.content.customer)),
                kind=entry.kind,
                owner=entry.owner or "",
                expires=entry.expires,
                text=entry.secret,
            )
            for term_list in self.lists
            for where, entry in term_list.entries()
        ]

    def names(self, on: date) -> Iterator[str]:
        """What the terms of every list that hold on a day are called."""
        for _, term in _in_force(list(self.lists), _Term, on):
            yield from (term.text, *term.aliases)

    def patterns(self, on: date) -> tuple[Pattern, ...]:
        """The patterns of every list that hold on a day."""
        return tuple(
            Pattern(text=pattern.pattern, kind=pattern.kind, where=where)
            for where, pattern in _in_force(list(self.lists), _Pattern, on)
        )

    def mark(self, on: date) -> str:
        """A hash that changes whenever what applies changes, but for the names that are known elsewhere."""
        held = [where for term_list in self.lists for where, entry in term_list.entries() if entry.holds(on)]
        content = [term_list.content.model_dump_json() for term_list in self.lists]
        return key_of(held, content, self.misheard, self.cues)

    def warnings(self, on: date) -> tuple[str, ...]:
        """What lapsed, and what will within a week; no entry is named but by its place."""
        dated = [(row.where, row.expires) for row in self.entries() if row.expires is not None]
        gone = [f"{where} lapsed after {day}: renew or remove it" for where, day in dated if day < on]
        near = [f"{where} applies until {day}: renew or remove it" for where, day in dated if on <= day <= on + _WEEK]
        return (*gone, *near)

    def applying(self, session: Session, on: date) -> Context:
        """What applies to a session on a day, without its participants.

        A customer's list applies where the customer takes part; its terms and patterns also where nobody knows whom
        some guest works for, as it may be that customer.
        """
        there = {company_key(person.company) for person in session.participants if person.company}
        unknown = any(
            not person.company and person.role not in (Role.STAFF, Role.BOT) for person in session.participants
        )
        sure = [term_list for term_list in self.lists if not term_list.customers or term_list.customers & there]
        maybe = [term_list for term_list in self.lists if term_list in sure or unknown]
        return Context(
            terms=tuple(
                Term(text=term.text, kind=term.kind, aliases=term.aliases, owner=term.owner)
                for _, term in _in_force(maybe, _Term, on)
            ),
            patterns=tuple(
                Pattern(text=pattern.pattern, kind=pattern.kind, where=where)
                for where, pattern in _in_force(maybe, _Pattern, on)
            ),
            allow=tuple(allowed_text.text for _, allowed_text in _in_force(sure, _Allowed, on)),
            misheard=self.misheard,
            cues=self.cues,
        )


def read(root: Path) -> Lists:
    """The lists of the workspace at ``root``; raises ``ConfigurationError`` naming entry and key, never a term."""
    term_lists = [_read(root / FILE_NAME, FILE_NAME)] if (root / FILE_NAME).exists() else []
    for number, path in enumerate(lists_of_customers(root), 1):
        where = f"list {number} in {FOLDER}/"
        term_list = _read(path, where)
        if not term_list.customers:
            raise ConfigurationError(f"{where} names no customer", action='begin it with customer = "…"')
        term_lists.append(term_list)
    return Lists(tuple(term_lists))


def exposed(root: Path) -> int:
    """How many lists others on this machine may read or change."""
    paths = [path for path in (root / FILE_NAME, *lists_of_customers(root)) if path.exists()]
    return sum(bool(path.stat().st_mode & 0o077) for path in paths)


def known_to(session: Session, lists: Lists, *, on: date) -> Context:
    """What this session knows beforehand: the lists, its participants and their companies; the host is allowed."""
    listed = lists.applying(session, on)
    people = tuple(
        KnownPerson(name=p.name, aliases=p.aliases, company=p.company, email=p.email) for p in session.participants
    )
    companies = {p.company for p in session.participants if p.company and not is_own_company(p.company, session.host)}
    allow = (*listed.allow, session.host) if session.host else listed.allow
    return Context(
        participants=people,
        companies=tuple(sorted(companies)),
        terms=listed.terms,
        allow=allow,
        patterns=listed.patterns,
        misheard=listed.misheard,
        cues=listed.cues,
        elsewhere=lists.elsewhere,
    )


def lists_of_customers(root: Path) -> list[Path]:
    """The files with the lists of single customers, in order."""
    return sorted((root / FOLDER).glob("*.toml"))


def _read(path: Path, where: str) -> _List:
    try:
        content = ListFile.model_validate(read_toml_file(path))
    except BrokenToml as error:
        raise ConfigurationError(f"{where} is not valid TOML", action="correct it; see docs/detection.md") from error
    except ValidationError as error:
        problem = problem_of(error, ListFile)
        raise ConfigurationError(f"{where}: {problem}", action="see docs/detection.md") from None
    customers = frozenset(filter(None, map(company_key, _names(content.customer))))
    term_list = _List(where, customers, content)
    for place, entry in term_list.entries():
        if isinstance(entry, _Pattern):
            check(entry.pattern, place)
    return term_list


def _names(customer: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (customer,) if isinstance(customer, str) else customer or ()


def _in_force(lists: list[_List], kind: type[T], on: date) -> Iterator[tuple[str, T]]:
    for term_list in lists:
        for where, entry in term_list.entries():
            if isinstance(entry, kind) and entry.holds(on):
                yield where, entry
