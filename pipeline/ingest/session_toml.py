"""``session.toml``: what the platform does not know, or a correction."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    field_validator,
    model_validator,
)

from pipeline.errors import InputRefused
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml
from pipeline.records import AgeStatus, Purpose, Role
from pipeline.settings import NOTICE, Rule
from pipeline.settings.variables import RENAMED

FILE_NAME = "session.toml"
MAX_PARTICIPANTS = 200
_ACTION = "correct it; docs/ingest.md describes the format"
_DEFAULT_PURPOSES = (Purpose.TRANSCRIBE, Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE)

Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


_OneOrMore = BeforeValidator(lambda value: (value,) if isinstance(value, str) else tuple(value))


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ListedParticipant(_Table):
    """One ``[[participants]]`` table."""

    name: Text
    aliases: list[Text] = []
    company: Text | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    platform_id: Annotated[str, Field(pattern=r"^[a-z]+:\S+$")] | None = None
    role: Annotated[Role, Strict(False)] | None = None
    location: Place | None = None
    track: Text | None = None
    stream: Annotated[int, Field(ge=1, le=32)] | None = None
    joined: Literal["on_time", "late"] | None = None
    speaks: bool | None = None
    minor: Annotated[AgeStatus, Strict(False)] | None = None
    shared_microphone: bool | None = None

    @model_validator(mode="after")
    def _of_a_file(self) -> ListedParticipant:
        if self.stream is not None and self.track is None:
            raise ValueError("a stream is one of a track: name its file as 'track'")
        return self


class PolicyTable(_Table):
    """The ``[policy]`` table."""

    minimum_rule: Rule | None = None
    hold_deadline_days: Annotated[int, Field(ge=1, le=365)] | None = None
    purposes_enabled: list[Annotated[Purpose, Strict(False)]] = []
    exclude_silent_nonresponders: bool | None = None
    notice_required: Annotated[str, Field(pattern=NOTICE)] | None = None


class SessionToml(_Table):
    """The whole file; every key may be absent."""

    title: Annotated[str, Field(max_length=500)] | None = None
    started_at: datetime | None = None
    timezone: str | None = None
    host: Text | None = None
    recorder_location: Place | None = None
    purposes: list[Annotated[Purpose, Strict(False)]] = Field(default=list(_DEFAULT_PURPOSES), min_length=1)
    notice: Literal["none", "asserted"] = "none"
    captions: Text | None = None
    chat: Text | None = None
    roster: Annotated[tuple[Text, ...], _OneOrMore] = ()
    picture: bool = True
    series: Annotated[str, Field(pattern=r"^\S{1,100}$")] | None = None
    policy: PolicyTable = PolicyTable()
    participants_complete: bool = False
    participants: Annotated[list[ListedParticipant], Field(max_length=MAX_PARTICIPANTS)] = []

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name is not None:
            check_zone(name)
        return name


def check_zone(name: str) -> None:
    """Raises ``ValueError`` unless a name is a zone's."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not a time zone of the IANA database") from error


def parse(text: str) -> SessionToml:
    """Reads a session.toml; raises ``InputRefused`` that names the key, never its value."""
    try:
        table = read_toml(text)
    except BrokenToml as error:
        raise InputRefused(f"{FILE_NAME}: {error}", action=_ACTION) from None
    try:
        return SessionToml.model_validate(table)
    except ValidationError as error:
        raise InputRefused(
            f"{FILE_NAME}: {_renamed(error) or problem_of(error, SessionToml)}", action=_ACTION
        ) from None


def _renamed(error: ValidationError) -> str:
    """What an old name of a key of ``[policy]`` is now; '' where the first error is another."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = first["loc"]
    is_policy = first["type"] == "extra_forbidden" and place[0] == "policy"
    new = RENAMED.get(("consent", str(place[-1]))) if is_policy else None
    return f"key 'policy.{place[-1]}' is now 'policy.{new}'" if new else ""
