"""Who acts by command: a name that anybody may give, and the account of the machine that it was given from."""

from __future__ import annotations


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


def _again(name: str, account: str) -> ShellActor:
    return ShellActor(name, account=account)
