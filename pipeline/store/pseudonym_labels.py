"""Which number stands for whom in every session: by keyed hash alone, and never the same number for somebody else."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine, func, select, update

from pipeline.store.database import reading
from pipeline.store.tables.names import pseudonym_label
from pipeline.store.upsert import insert

PERSON, CUSTOMER = "participant", "customer"


def mark(secret: bytes, kind: str, who: str) -> str:
    """The keyed hash that stands for a party or a company; the name cannot be read from it."""
    return hmac.digest(secret, f"offrecord label v1\n{kind}\n{who}".encode(), "sha256").hex()


def give(db: Engine, kind: str, marks: Iterable[str]) -> None:
    """Gives a number to each that has none, in this order, one more than any before."""
    with db.begin() as connection:
        for mark in dict.fromkeys(marks):
            highest = (
                connection.execute(
                    select(func.max(pseudonym_label.c.number)).where(pseudonym_label.c.kind == kind)
                ).scalar()
                or 0
            )
            values = {"kind": kind, "number": highest + 1, "mark": mark}
            connection.execute(insert(connection, pseudonym_label).values(values).on_conflict_do_nothing())


def known(db: Engine, kind: str) -> Mapping[str, int]:
    """Every number by what it stands for."""
    with reading(db) as connection:
        rows = connection.execute(
            select(pseudonym_label.c.mark, pseudonym_label.c.number).where(pseudonym_label.c.kind == kind)
        ).all()
    return {row.mark: row.number for row in rows}


def free(connection: Connection, marks: Iterable[str]) -> None:
    """Lets numbers stand for nobody any more; they are not given again."""
    for mark in marks:
        gone = f"freed {secrets.token_hex(16)}"
        connection.execute(update(pseudonym_label).where(pseudonym_label.c.mark == mark).values(mark=gone))


def letters(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
