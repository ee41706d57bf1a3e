"""Who acted, as the ledger keeps it, and whether two acts are one person's.

A login says who somebody is. By command anybody may give any name, so the ledger has the account of the machine beside
it, and of two acts that take two people the accounts count as well as the names.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from pipeline.records.shell_actor import account_mark, is_one_person, mark
from pipeline.store.tables.runs import ledger

_ACCOUNT = "account"


def marks_of(actor: str) -> dict[str, str]:
    """What the ledger has of who acted: the name, and the account of one who acts by command."""
    account = account_mark(actor)
    return {"actor": mark(actor), **({_ACCOUNT: account} if account else {})}


def account_marks(connection: Connection, kind: str, keys: list[str]) -> dict[str, str]:
    """By key of the ledger's entries of a kind the marks of the accounts that acted; none for acts on a page."""
    query = select(ledger.c.key, ledger.c.body).where(ledger.c.kind == kind, ledger.c.key.in_(keys))
    bodies = {row.key: json.loads(row.body) for row in connection.execute(query)}
    return {key: body[_ACCOUNT] for key, body in bodies.items() if _ACCOUNT in body}


def is_same_person(actor: str, name: str, before: str | None, *, is_account_shared: bool) -> bool:
    """Whether somebody may be who acted as ``name``, from the account of the mark ``before``, None on a page.

    Where several people share an account, only names tell them apart.
    """
    if is_account_shared:
        return actor == name
    return is_one_person(actor, account_mark(actor), name, before)
