"""The frozen values that cross the stages.

Seconds are floats named ``…_s`` on the session's clock, character offsets ``…_char``; both are half-open
``[start, end)``. Times of day are aware UTC. ``Ruling``, ``ApprovedPlan`` and ``Rendition`` are abstract on purpose:
each has one concrete class, private to the stage that may make it, so that mypy refuses any other way to come by one.
"""

from pipeline.records.finding import (
    Decision,
    Finding,
    Proposal,
    SoundPlace,
    TextPlace,
    Verdict,
)
from pipeline.records.plan import (
    ApprovedPlan,
    Gone,
    PlannedTerm,
    TextEdit,
    Window,
    WordEdit,
)
from pipeline.records.rendition import (
    Check,
    OutFile,
    Proof,
    ProofVerdict,
    Rendition,
    SessionResult,
    Tag,
    Turn,
)
from pipeline.records.ruling import (
    Cell,
    Failed,
    Held,
    Pending,
    Refused,
    Ruling,
    Stop,
)
from pipeline.records.session import (
    Attendance,
    ChatLine,
    Cue,
    Interval,
    Participant,
    Sealed,
    Session,
    Track,
    Video,
)
from pipeline.records.transcript import (
    Context,
    HeardTerm,
    KnownPerson,
    Term,
    Transcript,
    Unheard,
    Word,
)
from pipeline.records.vocabulary import (
    Audience,
    Minor,
    Outcome,
    Purpose,
    Role,
)

__all__ = [
    "ApprovedPlan",
    "Attendance",
    "Audience",
    "Cell",
    "ChatLine",
    "Check",
    "Context",
    "Cue",
    "Decision",
    "Failed",
    "Finding",
    "Gone",
    "HeardTerm",
    "Held",
    "Interval",
    "KnownPerson",
    "Minor",
    "OutFile",
    "Outcome",
    "Participant",
    "Pending",
    "PlannedTerm",
    "Proof",
    "ProofVerdict",
    "Proposal",
    "Purpose",
    "Refused",
    "Rendition",
    "Role",
    "Ruling",
    "Sealed",
    "Session",
    "SessionResult",
    "SoundPlace",
    "Stop",
    "Tag",
    "Term",
    "TextEdit",
    "TextPlace",
    "Track",
    "Transcript",
    "Turn",
    "Unheard",
    "Verdict",
    "Video",
    "Window",
    "Word",
    "WordEdit",
]
