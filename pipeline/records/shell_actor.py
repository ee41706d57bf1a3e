"""Who acts by command: a name that anybody may give, and the account of the machine that it was given from."""

from __future__ import annotations

import hashlib


class ShellActor(str):
    """The name behind ``--by``, as a text like that of a login; ``account`` is what the system says, not the name."""

    __slots__ = ("account",)
    account: str

    def __new__(cls, name: str, *, account: str) -> ShellActor:
        """The name, with its account."""
        actor = super().__new__(cls, name)
        actor.account = account
        return actor

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (str(self), self.account))


def mark(actor: str) -> str:
    """An actor without the name itself: the ledger holds ids and counts only."""
    return hashlib.sha256(actor.encode()).hexdigest()[:12]


def account_mark(actor: str) -> str | None:
    """The mark of the account that somebody acts from by command; None for somebody on a page."""
    return mark(actor.account) if isinstance(actor, ShellActor) else None


def is_one_person(name: str, account: str | None, other: str, other_account: str | None) -> bool:
    """Whether two acts may be one person's: by name, by account mark, or by an account that is called as the other."""
    marks, others = {mark(name), account} - {None}, {mark(other), other_account} - {None}
    return name == other or bool(marks & others)


def _again(name: str, account: str) -> ShellActor:
    return ShellActor(name, account=account)
