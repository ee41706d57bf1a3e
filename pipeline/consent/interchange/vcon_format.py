"""What we write of a vCon, after draft-ietf-vcon-vcon-core-03: strict, so that a field that is not meant fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipeline.errors import ProofFailed

VERSION = "0.4.0"
EXTENSIONS = ("lawful_basis", "wtf_transcription")
_Hash = Annotated[str, StringConstraints(pattern=r"^sha512-[A-Za-z0-9_-]{86}$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
_Index = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Redacted(_Part):
    """Of which vCon this is the redacted form; the other one was never handed out, so there is no URL."""

    uuid: str
    type: str


class Party(_Part):
    """Somebody who was there: an empty or anonymous object keeps the head-count."""

    type: Literal["person"] | None = None
    uuid: str | None = None
    name: Literal["anonymous"] | None = None
    validation: str | None = None


class Content(_Part):
    """What may hold content: in line with its encoding, or by URL with its hash, or not at all."""

    mediatype: str | None = None
    filename: str | None = None
    body: Any = None
    encoding: Literal["none", "json", "base64url"] | None = None
    url: _Url | None = None
    content_hash: _Hash | None = None

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.body is None) != (self.encoding is None):
            raise ValueError("body and encoding go together")
        if (self.url is None) != (self.content_hash is None):
            raise ValueError("a url needs its content_hash, and a content_hash its url")
        if self.body is not None and self.url is not None:
            raise ValueError("content is in line or by url, not both")
        if self.body is not None and self.encoding != "json" and not isinstance(self.body, str):
            raise ValueError("only json is not written as a string")
        return self


class PartyEvent(_Part):
    """When somebody joined or left; core has further events, which are not written here."""

    party: _Index
    time: AwareDatetime
    event: Literal["join", "drop"]


class Dialog(Content):
    """A recording, the set that it belongs to, or a text; without content it is a placeholder of what was removed."""

    type: Literal["recording-set", "recording", "text"]
    start: AwareDatetime
    duration: float | None = None
    parties: _Index | tuple[_Index, ...]
    recordings: tuple[_Index, ...] | None = None
    recording_set: _Index | None = None
    application: str | None = None
    party_history: tuple[PartyEvent, ...] | None = None


class Analysis(Content):
    """Something made from dialogs."""

    type: str
    dialog: tuple[_Index, ...]
    vendor: str
    product: str
    schema_: Annotated[str, Field(alias="schema")]


class Attachment(Content):
    """Something about a party in a dialog; core has ``purpose``, the draft on lawful bases ``type``."""

    purpose: str
    type: str
    start: AwareDatetime
    party: _Index
    dialog: _Index


class Vcon(_Part):
    """A whole vCon; ``amended`` is not among the fields, as it may not stand beside ``redacted``."""

    vcon: Literal["0.4.0"]
    uuid: str
    extensions: tuple[str, ...]
    created_at: AwareDatetime
    updated_at: AwareDatetime
    subject: str
    redacted: Redacted
    parties: tuple[Party, ...]
    dialog: tuple[Dialog, ...]
    analysis: tuple[Analysis, ...]
    attachments: tuple[Attachment, ...]

    @model_validator(mode="after")
    def _indices_lead_somewhere(self) -> Self:
        for uuid in (self.uuid, self.redacted.uuid):
            if UUID(uuid).version != 8:
                raise ValueError("a vCon's uuid is of version 8")
        if self.uuid == self.redacted.uuid:
            raise ValueError("a redacted vCon is another one than its original")
        if any(index >= len(self.parties) for index in self._parties()):
            raise ValueError("a party index leads nowhere")
        if any(index >= len(self.dialog) for index in self._dialogs()):
            raise ValueError("a dialog index leads nowhere")
        return self

    def _parties(self) -> Iterator[int]:
        for dialog in self.dialog:
            yield from (dialog.parties,) if isinstance(dialog.parties, int) else dialog.parties
            yield from (event.party for event in dialog.party_history or ())
        yield from (attachment.party for attachment in self.attachments)

    def _dialogs(self) -> Iterator[int]:
        for dialog in self.dialog:
            yield from dialog.recordings or ()
            yield from () if dialog.recording_set is None else (dialog.recording_set,)
        for analysis in self.analysis:
            yield from analysis.dialog
        yield from (attachment.dialog for attachment in self.attachments)


def check(text: str) -> Vcon:
    """The vCon in a text; raises ``ProofFailed`` where it is not one as core-03 has it."""
    try:
        return Vcon.model_validate_json(text, strict=True)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ProofFailed(f"the vCon is not valid at {where}", action="nothing was written; report this") from error


def stamp(moment: datetime) -> str:
    """A time as vCons write it: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
