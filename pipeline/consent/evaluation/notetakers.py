"""Known note-takers and recorders, recognised by the names that they bear in lists of participants."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipeline.consent.log.identity import normalise

_LIST = Path(__file__).with_name("notetakers.toml")


class NoteTaker(BaseModel):
    """One row of the list: phrases that stand in no person's name, and names that are the product's as a whole.

    With ``platform`` the names are the product's in sessions of that platform alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: str
    phrases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    platform: str = ""
    source: str

    def bears(self, name: str, platform: str) -> bool:
        """Whether a name in its plain form is this product's on a platform."""
        names = self.names if self.platform in ("", platform) else ()
        return name in map(_plain, names) or any(f" {_plain(phrase)} " in f" {name} " for phrase in self.phrases)


def is_notetaker(names: Iterable[str], email: str | None, *, platform: str) -> bool:
    """Whether somebody of these names or this address is a known note-taker, on a platform."""
    by_address = email is not None and any(normalise(email) in row.addresses for row in _known())
    return by_address or any(row.bears(_plain(name), platform) for name in names for row in _known())


def _plain(text: str) -> str:
    """A name as it is compared: case-folded words, with whatever stands between them as one space."""
    return " ".join(re.findall(r"[^\W_]+", normalise(text)))


@lru_cache(maxsize=1)
def _known() -> tuple[NoteTaker, ...]:
    return tuple(NoteTaker(**row) for row in tomllib.loads(_LIST.read_text("utf-8"))["notetaker"])
