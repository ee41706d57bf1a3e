"""One frozen ``Settings``, read once: the defaults, then ``offrecord.toml`` of the workspace, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from pipeline.errors import ConfigurationError
from pipeline.records import Purpose

FILE_NAME = "offrecord.toml"
_PREFIX, _BETWEEN = "OFFRECORD_", "__"
_NO_SETTINGS = frozenset({"OFFRECORD_WORKSPACE", "OFFRECORD_TRACEBACK", "OFFRECORD_MODELS"})
NOTICE = r"^\S+@\S+$"
"""How a notice version is named: ``id@version``."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpeechSettings(_Section):
    """How sessions are recognised."""

    engine: Literal["sphinx", "whisper", "captions"] = Field("sphinx", description="The recogniser.")
    model: str = Field("", description="For whisper: a name in models/models.toml or a folder on disk.")
    second_engine: Literal["", "sphinx"] = Field(
        "", description="Another recogniser, whose words count only where they are known names; empty for none."
    )
    device: Literal["cpu", "cuda"] = Field("cpu", description="For whisper: where it computes.")
    batch_size: int = Field(8, ge=1, le=64, description="For whisper: clips decoded at once.")
    search_sound: bool = Field(True, description="Also search the sound itself for known names and terms.")


class DetectSettings(_Section):
    """How names and terms are found."""

    spacy_model: str = Field(
        "", description="An installed spaCy pipeline whose names join the findings; empty for none."
    )
    regions: tuple[str, ...] = Field(("US", "GB", "DE"), description="Regions whose written phone numbers are known.")


class RedactSettings(_Section):
    """How much is taken out around a finding, and what stands in its place."""

    pad_s: float = Field(0.06, ge=0.025, le=2.0, description="Seconds added on both sides of a span, beside its doubt.")
    join_s: float = Field(0.25, ge=0.0, le=5.0, description="Windows nearer than this become one.")
    grid_s: float = Field(
        0.0, ge=0.0, le=10.0, description="Lengths of windows are rounded up to multiples of this; 0 leaves them."
    )
    fill: Literal["silence", "tone"] = Field("silence", description="What replaces the sound.")
    srt: bool = Field(False, description="Write the captions as SubRip too.")


Rule = Literal["notify", "consent_by_notice", "consent_express"]


class SeriesPolicy(_Section):
    """What every session of a series asks for; it can only make the workspace's policy stricter."""

    floor_rule: Rule | None = None
    hold_deadline_days: int | None = Field(None, ge=1, le=365)
    purposes_enabled: tuple[Purpose, ...] = ()
    allow_silent_relax: bool | None = None
    notice_required: str | None = Field(None, pattern=NOTICE)


class PictureSettings(_Section):
    """What becomes of the picture, where consent and review let it be seen."""

    keep: bool = Field(True, description="Whether a rendition may have a picture at all.")
    look: bool = Field(True, description="Keep a picture only after it was read (tesseract) for names and terms.")
    looks_per_second: float = Field(1.0, ge=0.2, le=5.0, description="How often it is read, where it changes.")


class ConsentSettings(_Section):
    """How consent is read."""

    hold_deadline_days: int = Field(14, ge=1, le=365, description="Days after which a hold that nobody settled closes.")
    valid_hours: int = Field(24, ge=1, le=168, description="Hours after which a ruling is made anew.")
    floor_rule: Rule = Field("notify", description="The least strict rule that any session is decided by.")
    purposes_enabled: tuple[Purpose, ...] = Field(
        (), description="What recordings may be used for at all; empty for every purpose."
    )
    allow_silent_relax: bool = Field(
        False, description="Go on without who was silent and never answered, where that would hold."
    )
    notice_required: str = Field(
        "", pattern=f"^$|{NOTICE}", description="As id@version: only this notice, or one that supersedes it, counts."
    )
    series: dict[str, SeriesPolicy] = Field({}, description="Stricter policies of single series, by name.")
    controller: str = Field("", description="Who answers for the recordings, as receipts and consent exports say.")
    withdrawal_url: str = Field("", description="Where people withdraw; receipts and consent exports link to it.")


class ExportSettings(_Section):
    """What exports of feature requests may tell."""

    min_customers: int = Field(
        3, ge=1, le=1000, description="What fewer customers asked for is exported without who and how many they are."
    )
    hide_rare_sessions: bool = Field(
        False, description="Export it without its session, date and time as well: the calendar tells who was there."
    )


class RunSettings(_Section):
    """How a night is worked."""

    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 for one for each core.")
    settle_s: float = Field(
        10.0, ge=0.0, le=86400.0, description="A folder changed less than this ago is left for next time."
    )
    timeout_s: float = Field(14400.0, gt=0, description="A session that takes longer is stopped and reported.")
    attempts: int = Field(3, ge=1, le=20, description="Tries for a session that fails, before it waits for a person.")


class Settings(BaseSettings):
    """The whole configuration of a workspace; an unknown key is an error."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=_PREFIX, env_nested_delimiter=_BETWEEN, env_ignore_empty=True
    )

    speech: SpeechSettings = SpeechSettings()
    detect: DetectSettings = DetectSettings()
    redact: RedactSettings = RedactSettings()
    picture: PictureSettings = PictureSettings()
    consent: ConsentSettings = ConsentSettings()
    export: ExportSettings = ExportSettings()
    run: RunSettings = RunSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, which arrives as keyword arguments."""
        return env_settings, init_settings


def read(folder: Path) -> Settings:
    """The settings of the workspace at ``folder``; raises ``ConfigurationError`` naming the key that is wrong."""
    path = folder / FILE_NAME
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{FILE_NAME} is not valid TOML: {error}", action="correct the line it names"
            ) from error
    _check_environment(os.environ)
    try:
        return Settings(**values)
    except SettingsError as error:
        raise ConfigurationError(
            "a variable of the environment holds a whole section that is not JSON",
            action=f"set single keys, as {_PREFIX}RUN{_BETWEEN}WORKERS; see docs/settings.md",
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        said = _said(first["type"], first["loc"], first["msg"])
        raise ConfigurationError(said, action="see docs/settings.md") from error


def _check_environment(variables: Mapping[str, str]) -> None:
    """Raises ``ConfigurationError`` for a variable that looks like a setting and is of no section there is."""
    sections = {f"{_PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in sorted(name.upper() for name in variables):
        if name.startswith(_PREFIX) and name not in _NO_SETTINGS and name.split(_BETWEEN)[0] not in sections:
            raise ConfigurationError(f"the environment's {name} is no setting", action="see docs/settings.md")


def _said(kind: str, place: tuple[int | str, ...], message: str) -> str:
    """What is wrong with a key, and whether the environment or the file says it."""
    key = ".".join(map(str, place))
    variable = f"{_PREFIX}{_BETWEEN.join(map(str, place))}".upper()
    where = variable if variable in {name.upper() for name in os.environ} else f"{FILE_NAME}: {key}"
    return f"{where}: {'unknown key' if kind == 'extra_forbidden' else message}"
