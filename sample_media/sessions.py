"""The sample sessions: which conversation, in which layout, and what the pipeline is expected to do with it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from layouts import Heard, Layout, empty, mixed, own_tracks, playlist, truncated, video
from people import HOST_COMPANY, Person
from performance import Performance
from platforms import craig, zoom

RECORDER_LOCATION = "US-TX"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One session folder; `status` and `internal` are what a run should say, `removed` who should be taken out."""

    folder: str
    conversation: str
    layout: Layout
    title: str
    hour: int
    status: str = "done"
    internal: str = "proceed"
    removed: tuple[str, ...] = ()
    public: bool = False
    captions: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def started_at(self) -> datetime:
        """All samples are of one day, so that one night takes them all."""
        return datetime(2026, 11, 18, self.hour, tzinfo=UTC)


SAMPLES = (
    Sample(
        folder="2026-11-18-a-own-tracks",
        conversation="halcyon",
        layout=own_tracks(".flac"),
        title="Office hours with Halcyon Freight",
        hour=9,
    ),
    Sample(
        folder="2026-11-18-b-halcyon-freight-mixed",
        conversation="halcyon",
        layout=mixed("recording.m4a", captions=True),
        title="Halcyon Freight and Project Falcon",
        hour=10,
        captions="captions.vtt",
        secrets=("halcyon-freight",),
    ),
    Sample(
        folder="2026-11-18-c-refused-own-track",
        conversation="granite",
        layout=own_tracks(".flac"),
        title="Office hours",
        hour=11,
        internal="minus",
        removed=("Victor Stone",),
    ),
    Sample(
        folder="2026-11-18-d-refused-mixed",
        conversation="willow",
        layout=mixed("recording.opus"),
        title="Office hours",
        hour=12,
        status="held",
        internal="hold",
    ),
    Sample(
        folder="2026-11-18-e-no-record",
        conversation="atlas",
        layout=own_tracks(".opus"),
        title="Office hours",
        hour=13,
        status="held",
        internal="hold",
    ),
    Sample(
        folder="2026-11-18-f-withdrawn",
        conversation="orchard",
        layout=own_tracks(".flac"),
        title="Claims at Orchard Insurance",
        hour=14,
        internal="minus",
        removed=("Laura Bennett",),
    ),
    Sample(
        folder="2026-11-18 15.00.00 Office hours with Silver Lake Media 85512345678",
        conversation="silver_lake",
        layout=zoom,
        title="",
        hour=15,
        secrets=(
            "edge.internal.harbor.example",
            "AKIAIOSFODNN7EXAMPLE",
            "+1 212 555 0187",
            "HannahBerg",
            "KenjiSato",
            "OliviaFoster",
        ),
    ),
    Sample(
        folder="2026-11-18-h-craig",
        conversation="juniper",
        layout=craig,
        title="Office hours on Discord",
        hour=16,
        secrets=(
            "owenclarke",
            "danielokafor",
            "sofiarossi",
            "302233445566778899",
            "417263548190273645",
            "528374651902837465",
        ),
    ),
    Sample(
        folder="2026-11-18-i-video",
        conversation="copperfield",
        layout=video,
        title="Regions",
        hour=17,
    ),
    Sample(
        folder="2026-11-18-j-public",
        conversation="cedar",
        layout=own_tracks(".opus"),
        title="Meters that arrive twice",
        hour=18,
        public=True,
    ),
    Sample(
        folder="2026-11-18-k-truncated",
        conversation="cedar",
        layout=truncated,
        title="Office hours",
        hour=19,
        status="refused",
        internal="refuse",
    ),
    Sample(
        folder="2026-11-18-l-empty",
        conversation="cedar",
        layout=empty,
        title="Office hours",
        hour=20,
        status="refused",
        internal="refuse",
    ),
    Sample(
        folder="2026-11-18-m-playlist",
        conversation="cedar",
        layout=playlist,
        title="Office hours",
        hour=21,
        status="refused",
        internal="refuse",
    ),
)


def write_session(sample: Sample, performance: Performance, sessions: Path) -> Heard:
    """Writes one session folder; answers with the file in which each person is heard."""
    folder = sessions / sample.folder
    folder.mkdir(parents=True)
    heard = sample.layout(folder, performance, sample.started_at)
    (folder / "session.toml").write_text(describe(sample, performance, heard), encoding="utf-8")
    return heard


def describe(sample: Sample, performance: Performance, heard: Heard) -> str:
    """The session.toml; what the platform knows itself is left out."""
    own_files = {key: name for key, name in heard.items() if list(heard.values()).count(name) == 1}
    purposes = ["transcribe", "internal_improve", "internal_share", *(["public_recording"] if sample.public else [])]
    settings = {
        "title": sample.title,
        "host": HOST_COMPANY,
        "recorder_location": RECORDER_LOCATION,
        "purposes": purposes,
        "notice": "asserted",
        "participants_complete": bool(heard) and not own_files and sample.layout not in (craig, zoom),
        "captions": sample.captions,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if value]
    if sample.layout is not craig:
        lines.append(f"started_at = {sample.started_at:%Y-%m-%dT%H:%M:%SZ}")
    for key, person in performance.people.items():
        lines += ["", "[[participants]]", *_describe_person(person, sample.layout, own_files.get(key, ""))]
    return "\n".join(lines) + "\n"


def _describe_person(person: Person, layout: Layout, track: str) -> list[str]:
    fields = {"name": person.name, "company": person.company, "role": person.role, "location": person.location}
    if layout is craig:
        fields["platform_id"] = f"discord:{person.discord_id}"
    elif layout is not zoom:
        fields |= {"email": person.email, "track": track}
    return [f"{key} = {json.dumps(value)}" for key, value in fields.items() if value]
