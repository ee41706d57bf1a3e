"""The cast: who speaks in the samples, with which voice, and what they answered in the consent form."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
HOST_COMPANY = "Lumen Labs"


@dataclass(frozen=True, kw_only=True)
class Person:
    """One invented person; `consent` holds the answers to the form's four questions."""

    name: str
    company: str
    role: str
    email: str
    location: str
    voice: str
    pitch: float = 1.0
    discord_id: str = ""
    consent: tuple[str, ...] = ()
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def slug(self) -> str:
        """The name as it appears in file names."""
        return self.name.lower().replace(" ", "-")


def load_people() -> dict[str, Person]:
    """Everyone in people.toml, by the short key that the conversations use."""
    table = tomllib.loads((HERE / "people.toml").read_text(encoding="utf-8"))["people"]
    return {key: Person(**{**fields, "consent": tuple(fields.get("consent", ()))}) for key, fields in table.items()}


def load_spoken() -> dict[str, str]:
    """The respellings that make the synthesizers say a word rightly."""
    spoken: dict[str, str] = tomllib.loads((HERE / "people.toml").read_text(encoding="utf-8"))["spoken"]
    return spoken
