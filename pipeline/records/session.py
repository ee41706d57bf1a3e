"""One meeting as the platform left it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.records.vocabulary import AgeStatus, ListAuthority, Provenance, Purpose, Role

UNKNOWN_PLATFORM = "other"
"""The platform of a session that no reader of a platform knows."""
ERASED_NAME = "removed participant"
"""What the record of a session calls somebody who was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A span of the session in which no consent input changes, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody in one session; ``participant_id`` is ``p1``, ``p2`` … in the order of the roster, unlisted people last.

    ``role``, ``spoke``, ``minor`` and ``joined_late`` are what host and files say: consent holds them against evidence.
    ``shared_microphone`` says that several people speak through this participant's device.
    """

    participant_id: str
    name: str
    aliases: tuple[str, ...] = ()
    company: str | None = None
    email: str | None = None
    platform_id: str | None = None
    role: Role = Role.UNKNOWN
    location: str | None = None
    joined_late: bool = False
    spoke: bool = True
    minor: AgeStatus = AgeStatus.ADULT
    shared_microphone: bool = False
    provenance: Provenance = Provenance.LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """One time that somebody was in the call, within the session; a participant without any was there throughout.

    ``accepted_platform_notice`` is what they answered to the platform's own notice of the recording on joining,
    None where nothing is known. ``uncertainty_s`` is how far off both times may be; they already lie as far apart as
    that allows, and ``surely_s`` is the span in which they were there all the same.
    """

    participant_id: str
    join_s: float
    leave_s: float
    accepted_platform_notice: bool | None = None
    uncertainty_s: float = 0.0
    surely_s: tuple[float, float] | None = None

    def surely_covers(self, start_s: float, end_s: float) -> bool:
        """Whether they were surely there from ``start_s`` to ``end_s``."""
        time_uncertainty_s = 2 * self.uncertainty_s
        from_s, to_s = self.surely_s or (self.join_s + time_uncertainty_s, self.leave_s - time_uncertainty_s)
        return from_s <= start_s and end_s <= to_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One audio stream of a sealed file; without a participant it is mixed sound.

    ``smear_s`` is how far its codec smears a sound beyond where it was, in seconds; ``silent`` says that all of it was
    measured and nothing is louder than -60 dBFS.
    """

    track_id: str
    participant_id: str | None
    digest: str
    stream: int
    duration_s: float
    offset_s: float = 0.0
    smear_s: float = 0.025
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The picture of a sealed file."""

    digest: str
    duration_s: float


CAPTION_DOUBT_S = 1.0
"""How far a caption may lie from what was said, in seconds, where that was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One caption of the platform; ``time_uncertainty_s`` is how far both its times may be off."""

    start_s: float
    end_s: float
    participant_id: str | None
    text: str
    time_uncertainty_s: float = CAPTION_DOUBT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLine:
    """One line of the session's chat; ``direct`` says that it was not written to everyone."""

    at_s: float
    participant_id: str | None
    text: str
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosstalk:
    """Where a voice that is left out may be heard in another's track: nobody listens there, and no output has it.

    ``of`` is the track of that voice.
    """

    track_id: str
    start_s: float
    end_s: float
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTurn:
    """A turn of mixed sound and whose voice it is, as a person confirmed by ear; None where nobody did."""

    start_s: float
    end_s: float
    participant_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVoices:
    """The voices of a session's mixed sound under the names that people gave them by ear.

    ``overlaps`` is where two voices are heard at once, ``doubtful`` where somebody may be heard whom no turn there
    names; ``unlisted`` says that a voice is of nobody on the list.
    """

    turns: tuple[NamedTurn, ...]
    overlaps: tuple[Interval, ...]
    unlisted: bool = False
    doubtful: tuple[NamedTurn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFile:
    """One file in the vault: the SHA-256 of its bytes, its size and what it is to the session."""

    digest: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """What one session asks for beyond the workspace: it can only make it stricter; None leaves it as it is.

    ``minimum_rule`` is ``notify``, ``consent_by_notice`` or ``consent_express``; ``notice_required`` is ``id@version``.
    """

    minimum_rule: str | None = None
    hold_deadline_days: int | None = None
    purposes_enabled: tuple[Purpose, ...] = ()
    exclude_silent_nonresponders: bool | None = None
    notice_required: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One meeting as the platform left it, its media sealed in the vault."""

    session_id: str
    source_digest: str
    platform: str
    title: str
    started_at: datetime
    host: str | None
    recorder_location: str | None
    notice_asserted: bool
    purposes: tuple[Purpose, ...]
    duration_s: float
    participants: tuple[Participant, ...]
    tracks: tuple[Track, ...]
    video: Video | None = None
    captions: tuple[Cue, ...] = ()
    chat: tuple[ChatLine, ...] = ()
    sealed: tuple[VaultFile, ...] = ()
    unrecognised_files: int = 0
    series: str | None = None
    attendance: tuple[Attendance, ...] = ()
    crosstalk: tuple[Crosstalk, ...] = ()
    policy: SessionPolicy = SessionPolicy()
    list_authority: ListAuthority = ListAuthority.NOBODY
    unread_captions: int = 0
    unread_chat: int = 0
    """How many lines of captions and of chat could not be understood, and so are in nothing that is made."""
    unread_times: int = 0
    """How many rows of the list of participants have a time that could not be read: those people count as late."""
    unrecognised_kinds: tuple[str, ...] = ()
    """What the files seem to be that are not understood, one word for each, as "summaries"."""
    start_is_estimated: bool = False
    """Whether nobody says when it started: the start is by a file's name, its own clock or its last change."""
    embedded: tuple[Cue, ...] = ()
    """Hidden captions and further subtitles inside the media: searched for mentions, and put out nowhere."""
    notes: tuple[str, ...] = ()
    """Lines of notes, chapters, polls and summaries beside the recording: searched for names, and put out nowhere."""
    voices: NamedVoices | None = None
    """Who speaks when in mixed sound, where people confirmed it; in memory alone, never in the session's record."""

    def participant(self, participant_id: str) -> Participant:
        """The participant with this id; ``KeyError`` when the session has none."""
        for participant in self.participants:
            if participant.participant_id == participant_id:
                return participant
        raise KeyError(participant_id)

    def stays(self, participant_id: str) -> tuple[Attendance, ...]:
        """When somebody was in the call; the whole session where no list says so, as nobody is absent by a list."""
        stays = tuple(stay for stay in self.attendance if stay.participant_id == participant_id)
        return stays or (Attendance(participant_id=participant_id, join_s=0.0, leave_s=self.duration_s),)

    def has_own_track(self, participant_id: str) -> bool:
        """Whether this participant's sound can be left out by leaving out tracks."""
        return any(track.participant_id == participant_id for track in self.tracks)
