"""Who is on file by a name or an address, with the company and place of their latest answer: for drafts alone.

A name only suggests who somebody is, so a name that two people on file bear is nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from pipeline.consent.answers import answer_rows
from pipeline.consent.answers.answer_rows import GAP
from pipeline.consent.answers.places import place_of
from pipeline.consent.log.events import checked_body
from pipeline.consent.log.identity import Alias, AliasKind, Keys, Verified, normalise
from pipeline.consent.log.parties import chunks
from pipeline.consent.notices.forms import ColumnKind, Form
from pipeline.consent.notices.vendors import heading
from pipeline.consent.notices.versions import forms_on_file
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed
from pipeline.store.tables.consent import alias as alias_table
from pipeline.store.tables.consent import consent_event

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOnFile:
    """What is on file of one person; ``email`` and ``platform_id`` are None where they have none or several.

    ``location`` is the code of a place, where what they answered can be read as one.
    """

    names: tuple[str, ...]
    email: str | None
    platform_id: str | None
    company: str | None = None
    location: str | None = None


@dataclass(slots=True)
class _Known:
    """The decrypted aliases of one party, by their kind."""

    values: dict[AliasKind, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))

    def only(self, kind: AliasKind) -> str | None:
        """The one value of a kind: of several the one that somebody vouches for."""
        sure = [value for value, is_sure in self.values[kind] if is_sure]
        every = [value for value, _ in self.values[kind]]
        return next((listed[0] for listed in (sure, every) if len(listed) == 1), None)


def names_on_file(workspace: Workspace) -> tuple[str, ...]:
    """Every name that somebody on file gave, once; raises ``ConsentUnreadable``."""
    with unreadable_is_closed(), reading(workspace.db) as connection:
        known = _known(connection, Keys(workspace.key("identity")))
    return tuple(
        dict.fromkeys(value for person in known.values() for value, _ in person.values[AliasKind.DISPLAY_NAME])
    )


def people_on_file(who: Iterable[tuple[str, str | None]], *, workspace: Workspace) -> list[PersonOnFile | None]:
    """For each name and address whom the store has: by the address where there is one, else by the name alone.

    None where nobody or more than one person fits. Raises ``ConsentUnreadable``.
    """
    keys = Keys(workspace.key("identity"))
    with unreadable_is_closed(), reading(workspace.db) as connection:
        known = _known(connection, keys)
        party_ids = [_find(known, name, email) for name, email in who]
        details = _details(connection, keys, {party_id for party_id in party_ids if party_id})
    return [_person(known[party_id], details.get(party_id, {})) if party_id else None for party_id in party_ids]


def _find(known: Mapping[str, _Known], name: str, email: str | None) -> str | None:
    kind, wanted = (AliasKind.EMAIL, email) if email else (AliasKind.DISPLAY_NAME, name)
    fits = [
        party_id
        for party_id, person in known.items()
        if any(normalise(value) == normalise(wanted) for value, _ in person.values[kind])
    ]
    return fits[0] if len(fits) == 1 else None


def _person(known: _Known, details: Mapping[ColumnKind, str]) -> PersonOnFile:
    return PersonOnFile(
        names=tuple(value for value, _ in known.values[AliasKind.DISPLAY_NAME]),
        email=known.only(AliasKind.EMAIL),
        platform_id=known.only(AliasKind.PLATFORM),
        company=details.get(ColumnKind.COMPANY),
        location=place_of(details.get(ColumnKind.LOCATION, "")),
    )


def _known(connection: Connection, keys: Keys) -> Mapping[str, _Known]:
    known: dict[str, _Known] = defaultdict(_Known)
    for row in connection.execute(select(alias_table).order_by(alias_table.c.alias_id)):
        alias = Alias(row.party_id, AliasKind(row.kind), row.value_hash, Verified(row.verified))
        value = keys.open_alias(alias, row.value_enc).strip()
        known[alias.party_id].values[alias.kind].append((value, alias.verified.sure))
    return known


def _details(connection: Connection, keys: Keys, party_ids: Iterable[str]) -> dict[str, dict[ColumnKind, str]]:
    """The company and place in each one's rows, by the mapping that each was filed with; the latest answer counts."""
    forms = forms_on_file(connection)
    details: dict[str, dict[ColumnKind, str]] = defaultdict(dict)
    for ids in chunks(sorted(party_ids)):
        rows = {f"{row.source}:{row.line}": row for row in answer_rows.read(connection, keys, party_ids=ids)}
        for reference, notice in _filed_by(connection, ids):
            if reference in rows and notice in forms:
                row = rows[reference]
                details[row.party_id] |= dict(_cell_details(row.written or (), forms[notice]))
    return details


def _filed_by(connection: Connection, party_ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each row of answers that events of these people name, with its notice version, in the order of the log."""
    query = select(consent_event).where(consent_event.c.party_id.in_(list(party_ids))).order_by(consent_event.c.seq)
    for body in map(checked_body, connection.execute(query)):
        if body["notice"] and body["evidence"] and body["evidence"][0] == "form_row":
            yield body["evidence"][1], body["notice"]


def _cell_details(cells: Iterable[tuple[str, str]], form: Form) -> Iterator[tuple[ColumnKind, str]]:
    columns = form.bound_columns()
    for header, cell in cells:
        column = columns.get(heading(header))
        if column and column.kind in (ColumnKind.COMPANY, ColumnKind.LOCATION) and cell.strip() not in ("", GAP):
            yield column.kind, cell.strip()[:_LONGEST]
