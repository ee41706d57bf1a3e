"""Notice versions: the exact text that people were told, with its form mapping, immutable under one digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, select

from pipeline.consent.events import canonical, sha256
from pipeline.consent.forms import Form
from pipeline.errors import InputRefused
from pipeline.records import Purpose
from pipeline.store.consent_tables import notice as notice_table


@dataclass(frozen=True, slots=True)
class Notice:
    """What a ruling needs of a notice version: what it names, whether it asked, and for which sessions."""

    digest: str
    purposes: frozenset[Purpose]
    asks: bool
    scope: str


def digest_of(form: Form) -> str:
    """The SHA-256 of a notice version: text, purposes and mapping together."""
    return sha256(_body(form))


def put(connection: Connection, form: Form) -> str:
    """Files a notice version and returns its digest; raises ``InputRefused`` when the version says something else."""
    digest = digest_of(form)
    columns = notice_table.c
    same = (columns.notice_id == form.notice_id, columns.version == form.version, columns.language == form.language)
    known = connection.execute(select(columns.digest).where(*same)).scalar()
    if known is None:
        connection.execute(
            notice_table.insert().values(
                digest=digest,
                notice_id=form.notice_id,
                version=form.version,
                language=form.language,
                body=_body(form),
            )
        )
    elif known != digest:
        raise InputRefused(
            "this notice version is on file with another text or mapping",
            action="a version never changes: give the form a new version",
        )
    return digest


def on_file(connection: Connection) -> Mapping[str, Notice]:
    """Every notice version whose text and mapping are as they were filed, by digest."""
    rows = connection.execute(select(notice_table.c.digest, notice_table.c.body))
    return {row.digest: found for row in rows if (found := _read(row.digest, row.body)) is not None}


@lru_cache(maxsize=256)
def _read(digest: str, body: str) -> Notice | None:
    if sha256(body) != digest:
        return None
    form = Form(**json.loads(body)["form"])
    return Notice(digest, frozenset(form.names_purposes), form.asks, form.scope)


def _body(form: Form) -> str:
    return canonical({"form": form.model_dump(mode="json"), "text_sha256": sha256(form.text)})
