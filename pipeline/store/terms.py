"""The term list of a workspace, and what a session knows beforehand: both are secrets."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import ConfigurationError
from pipeline.records import Context, KnownPerson, Session, Term

FILE_NAME = "terms.toml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=2)
    kind: str = Field("other", pattern="^(person|company|product|host|other)$")
    aliases: tuple[str, ...] = ()
    owner: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    allow: tuple[str, ...] = ()
    terms: tuple[_Entry, ...] = ()


def read(path: Path) -> Context:
    """The list as a context without participants; raises ``ConfigurationError`` naming the key, never the term."""
    if not path.exists():
        return Context()
    try:
        content = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{FILE_NAME} is not valid TOML", action="correct it; see docs/detection.md"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{FILE_NAME}: {key}: {first['msg']}", action="see docs/detection.md") from error
    entries = tuple(Term(text=e.text, kind=e.kind, aliases=e.aliases, owner=e.owner) for e in content.terms)
    return Context(terms=entries, allow=content.allow)


def known_to(session: Session, listed: Context) -> Context:
    """What this session knows beforehand: the list, its participants and their companies; the host is allowed."""
    people = tuple(
        KnownPerson(name=p.name, aliases=p.aliases, company=p.company, email=p.email) for p in session.participants
    )
    companies = {p.company for p in session.participants if p.company and p.company != session.host}
    allow = (*listed.allow, session.host) if session.host else listed.allow
    return Context(participants=people, companies=tuple(sorted(companies)), terms=listed.terms, allow=allow)
