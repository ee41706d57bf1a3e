"""Writes a rule of one customer into that customer's list, where people keep such rules by hand too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import tomlkit
from pydantic import ValidationError
from tomlkit.items import AoT

from pipeline.errors import ConfigurationError
from pipeline.files import locked, write_bytes
from pipeline.files.toml import BrokenToml, read_toml, read_toml_file
from pipeline.lexicon import company_key
from pipeline.store.terms import FOLDER, ListFile, lists_of_customers

_LOCK = ".lock"


class RuleKind(StrEnum):
    """What a rule says of a text where one customer takes part: always confidential, or never a name."""

    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRule:
    """One rule; ``kind_of_term`` is a kind of the term lists, ``until`` its last day."""

    kind: RuleKind
    customer: str
    text: str
    kind_of_term: str
    owner: str
    until: date


def add_rule(root: Path, rule: CustomerRule) -> None:
    """Adds a rule to its customer's list, or to a new one, all of it or nothing; comments stay as they are.

    Raises ``ConfigurationError`` for a list that cannot be read, before anything is written.
    """
    with locked(root / FOLDER / _LOCK):
        path = next(_lists_of(root, rule.customer), None)
        document = tomlkit.parse(path.read_text("utf-8-sig")) if path else tomlkit.document()
        if path is None:
            path = _new_list(root)
            document["customer"] = rule.customer
        _append(document, rule)
        text = tomlkit.dumps(document)
        try:
            ListFile.model_validate(read_toml(text))
        except (BrokenToml, ValidationError) as error:
            raise ConfigurationError(
                "the rule does not fit into its customer's list", action="add it by hand; see docs/detection.md"
            ) from error
        write_bytes(path, text.encode())


def _lists_of(root: Path, customer: str) -> Iterator[Path]:
    """The lists that name this customer; ``terms.read`` checked all of them."""
    for path in lists_of_customers(root):
        named = ListFile.model_validate(read_toml_file(path)).customer or ()
        names = (named,) if isinstance(named, str) else named
        if company_key(customer) in map(company_key, names):
            yield path


def _new_list(root: Path) -> Path:
    number = 1
    while (path := root / FOLDER / f"rules-{number}.toml").exists():
        number += 1
    return path


def _append(document: tomlkit.TOMLDocument, rule: CustomerRule) -> None:
    values = {"text": rule.text, "kind": rule.kind_of_term, "owner": rule.owner, "expires": rule.until}
    section = "terms" if rule.kind is RuleKind.ALWAYS else "allow"
    entries = document.get(section)
    if entries is None:
        entries = document[section] = tomlkit.aot()
    entry = tomlkit.table() if isinstance(entries, AoT) else tomlkit.inline_table()
    entry.update(values)
    entries.append(entry)
