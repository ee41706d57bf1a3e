"""One frozen ``Settings``, read once: the defaults, then ``offrecord.toml`` of the workspace, then the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from pipeline.errors import ConfigurationError
from pipeline.files.invalid import in_words
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.records import Purpose
from pipeline.settings.database import DatabaseSettings
from pipeline.settings.encryption import EncryptionSettings
from pipeline.settings.ray import RaySettings
from pipeline.settings.retention import BackupSettings, RetentionSettings
from pipeline.settings.review_app import ReportSettings, ReviewSettings, WebSettings
from pipeline.settings.section import Section
from pipeline.settings.storage import StorageSettings
from pipeline.settings.telemetry import TelemetrySettings
from pipeline.settings.variables import (
    BETWEEN,
    PREFIX,
    new_place,
    place_of,
    settings_among,
    variable_of,
    with_new_names,
)

FILE_NAME = "offrecord.toml"
_NOT_SETTINGS = frozenset({"OFFRECORD_WORKSPACE", "OFFRECORD_TRACEBACK", "OFFRECORD_MODELS"})
LANGUAGE = r"^(auto|[a-z]{2,3})$"
NOTICE = r"^\S+@\S+$"
"""How a notice version is named: ``id@version``."""


class SpeechSettings(Section):
    """How sessions are recognised."""

    engine: Literal["sphinx", "whisper", "captions"] = Field("whisper", description="The recogniser.")
    model: str = Field("whisper-base", description="For whisper: a name in models/models.toml or a folder on disk.")
    second_engine: Literal["", "sphinx"] = Field(
        "", description="A second recogniser, whose words count only where they are known names; empty for none."
    )
    language: str = Field("en", pattern=LANGUAGE, description="The language that is spoken; auto detects it (whisper).")
    languages: tuple[str, ...] = Field(("en", "de", "fr", "es"), min_length=1, description="What auto chooses from.")
    device: Literal["cpu", "cuda"] = Field("cpu", description="For whisper: where it computes.")
    batch_size: int = Field(8, ge=1, le=64, description="For whisper: clips decoded at once.")
    keyword_search: bool = Field(True, description="Also search the sound itself for known names and terms.")


class DetectSettings(Section):
    """How names and terms are found."""

    spacy_model: str = Field(
        "en-core-web-sm",
        description="A spaCy pipeline whose names join the findings: a pulled model, an installed one; empty for none.",
    )
    languages: tuple[str, ...] = Field(("en",), description="Languages in which names can be found; others wait.")
    regions: tuple[str, ...] = Field(("US", "GB", "DE"), description="Regions whose written phone numbers are known.")


class RedactSettings(Section):
    """How much is redacted around a finding, and what replaces it."""

    # At least 25 ms: a codec smears a sound by up to 1,085 samples of 48 kHz (22.6 ms, Opus) beyond its end, measured
    # down to -60 dBFS. More is a choice between what leaks and what is over-muted; `make bench-hearing` prints both.
    # Chosen on the samples and six made voices, where no border leaks from 0.00 on: 0.03 more than is needed. Seven
    # other voices with other names, clean and in noise of 20 dB, need 0.01. Beside words that were surely heard there
    # is 0.03 less (`review/uncertainty_margin.py`); the smear of the source's codec is added everywhere.
    pad_s: float = Field(
        0.03,
        ge=0.025,
        le=2.0,
        description="Seconds added on both sides of a span, beside the uncertainty of its times; 0.03 less beside "
        "words that were surely heard.",
    )
    # Less than a short word lasts: what is left between two nearer intervals is a fragment that nobody understands.
    # Intervals are padded by 0.065 s and more: what is left of 0.28 s of talk between two names is 0.15 s.
    merge_gap_s: float = Field(0.15, ge=0.0, le=5.0, description="Redaction intervals nearer than this become one.")
    duration_step_s: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        description="Durations of redaction intervals are rounded up to multiples of this; 0 keeps them.",
    )
    fill: Literal["silence", "tone"] = Field("silence", description="What replaces the sound.")
    srt: bool = Field(False, description="Write the captions as SubRip too.")


Rule = Literal["notify", "consent_by_notice", "consent_express"]


class SeriesPolicy(Section):
    """What every session of a series asks for; it can only make the workspace's policy stricter."""

    minimum_rule: Rule | None = None
    hold_deadline_days: int | None = Field(None, ge=1, le=365)
    purposes_enabled: tuple[Purpose, ...] = ()
    exclude_silent_nonresponders: bool | None = None
    notice_required: str | None = Field(None, pattern=NOTICE)


class PictureSettings(Section):
    """What becomes of the picture, where consent and review let it be seen."""

    keep: bool = Field(True, description="Whether a rendition may have a picture at all.")
    require_ocr: bool = Field(True, description="Keep a picture only after tesseract read it for names and terms.")
    ocr_per_second: float = Field(1.0, ge=0.2, le=5.0, description="How often a picture is read, where it changes.")
    gallery_tiles: bool = Field(
        False, description="Where only some may be seen, keep their tiles of a gallery view, internally."
    )
    cover_faces: bool = Field(False, description="Cover every face that is found, unless a reviewer keeps it.")
    faces_per_second: float = Field(2.0, ge=0.5, le=10.0, description="How often a picture is looked at for faces.")


class ConsentSettings(Section):
    """How consent is read."""

    hold_deadline_days: int = Field(
        14, ge=1, le=365, description="Days after which a hold that nobody resolved closes."
    )
    # One night: a consent that ended is noticed by the next run, whatever else a run has to do.
    ruling_ttl_hours: int = Field(
        24, ge=1, le=168, description="Hours after which a ruling may no longer be acted on and is made again."
    )
    minimum_rule: Rule = Field("notify", description="The least strict rule that any session is decided by.")
    purposes_enabled: tuple[Purpose, ...] = Field(
        (), description="What recordings may be used for at all; empty for every purpose."
    )
    exclude_silent_nonresponders: bool = Field(
        False, description="Exclude silent non-responders instead of holding the session."
    )
    notice_required: str = Field(
        "", pattern=f"^$|{NOTICE}", description="As id@version: only this notice, or one that supersedes it, counts."
    )
    series: dict[str, SeriesPolicy] = Field({}, description="Stricter policies of single series, by name.")
    controller: str = Field(
        "", description="The controller of the recordings, as receipts and consent exports name it."
    )
    withdrawal_url: str = Field("", description="Where people withdraw; receipts and consent exports link to it.")


class ExportSettings(Section):
    """What exports of feature requests may tell."""

    min_customers: int = Field(
        3, ge=1, le=1000, description="What fewer customers asked for is exported without who and how many they are."
    )
    hide_rare_sessions: bool = Field(
        False, description="Export it without its session, date and time as well: the calendar tells who was there."
    )


class RunSettings(Section):
    """How a run works."""

    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 for one for each core.")
    stable_for_s: float = Field(
        10.0,
        ge=0.0,
        le=86400.0,
        description="A folder that changed less than this many seconds ago is left for the next run.",
    )
    timeout_s: float = Field(
        14400.0, gt=0, description="A session that takes longer is stopped and reported as failed."
    )
    # A second of one core at 900 MB/s: 20 GB of renditions come round in 20 nights.
    check_published_mb: int = Field(1000, ge=1, description="Megabytes under out/ that each run hashes again, in turn.")
    # Measured: of 300 tasks, one killing its worker each time and four losing theirs to others, 299 end within two.
    attempts: int = Field(3, ge=1, le=20, description="Tries for a session that fails, before it waits for a person.")
    # A twentieth of a session's length on one core, measured on a machine that was busy: off, as it clears nothing.
    count_voices: bool = Field(
        False, description="Count the voices in mixed sound and own tracks, and ask where there are more than people."
    )


class Settings(BaseSettings):
    """The whole configuration of a workspace; an unknown key is an error."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=BETWEEN, env_ignore_empty=True
    )

    speech: SpeechSettings = SpeechSettings()
    detect: DetectSettings = DetectSettings()
    redact: RedactSettings = RedactSettings()
    picture: PictureSettings = PictureSettings()
    consent: ConsentSettings = ConsentSettings()
    export: ExportSettings = ExportSettings()
    run: RunSettings = RunSettings()
    review: ReviewSettings = ReviewSettings()
    report: ReportSettings = ReportSettings()
    web: WebSettings = WebSettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    database: DatabaseSettings = DatabaseSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    storage: StorageSettings = StorageSettings()
    ray: RaySettings = RaySettings()
    telemetry: TelemetrySettings = TelemetrySettings()

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
        if isinstance(env_settings, EnvSettingsSource):
            env_settings.env_vars = with_new_names(env_settings.env_vars)
        return env_settings, init_settings


def read(folder: Path) -> Settings:
    """The settings of the workspace at ``folder``; raises ``ConfigurationError`` naming the key that is wrong."""
    path = folder / FILE_NAME
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = read_toml_file(path)
        except BrokenToml as error:
            raise ConfigurationError(f"{FILE_NAME}: {error}", action="correct it as UTF-8 TOML") from error
    _check_environment(os.environ)
    try:
        return Settings(**values)
    except SettingsError as error:
        raise ConfigurationError(
            "a variable of the environment holds a whole section that is not JSON",
            action=f"set single keys, as {PREFIX}RUN{BETWEEN}WORKERS; see docs/settings.md",
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        message = _message(first["type"], first["loc"], first["msg"])
        raise ConfigurationError(message, action="see docs/settings.md") from error


def _check_environment(variables: Mapping[str, str]) -> None:
    """Raises ``ConfigurationError`` for a variable that looks like a setting and is of no section there is."""
    sections = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    for name in sorted(name.upper() for name in variables):
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS and name.split(BETWEEN)[0] not in sections:
            raise ConfigurationError(f"the environment variable {name} is not a setting", action="see docs/settings.md")


def _message(kind: str, place: tuple[int | str, ...], message: str) -> str:
    """What is wrong with a key, and whether the environment or the file says it."""
    key = ".".join(map(str, place))
    new = ".".join(new_place(tuple(map(str, place))))
    by_new_name = {variable_of(new_place(place_of(name))): name.upper() for name in settings_among(os.environ)}
    within = [by_new_name.get(variable_of(place[:length])) for length in range(len(place), 0, -1)]
    variable = next(filter(None, within), None)  # of the key itself, or of the table or section that holds it
    if new != key:
        return f"{variable or FILE_NAME}: {key} is now {new}"
    words = "unknown key" if kind == "extra_forbidden" else in_words(kind, message)
    return f"{within[0] or f'{FILE_NAME}: {key}'}: {words}"
