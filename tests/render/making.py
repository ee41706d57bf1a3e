"""Sessions, plans and media built by hand for the tests of rendering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.files import file_digest
from pipeline.media import decode
from pipeline.records import (
    ApprovedPlan,
    Audience,
    ChatLine,
    KeywordHit,
    Participant,
    PicturePlan,
    PlannedTerm,
    RedactionInterval,
    Role,
    Session,
    TextEdit,
    TextPlace,
    Track,
    Transcript,
    Video,
    Word,
    WordEdit,
)
from tests.media.making import H264, PICTURE, SECRET, Words, ffmpeg, tone

RATE = 48_000
LENGTH_S = 3.0
TERMS = (PlannedTerm(text=SECRET, replacement="[product 1]"), PlannedTerm(text="Priya Raman", replacement="[person 1]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(ApprovedPlan):
    """A plan made without review: only tests may."""

    def _made_by_review(self) -> None:
        return None


@dataclass(frozen=True)
class Vault:
    """Finds files by their names, or by the digests that ``sealed`` gives a session in their place."""

    folder: Path

    def path(self, digest: str) -> Path:
        named = {file_digest(path): path for path in self.folder.iterdir() if path.is_file()}
        return named.get(digest, self.folder / digest)

    def sealed(self, session: Session) -> Session:
        """The session with the true digests of its files."""
        tracks = tuple(replace(track, digest=file_digest(self.path(track.digest))) for track in session.tracks)
        video = session.video and replace(session.video, digest=file_digest(self.path(session.video.digest)))
        return replace(session, tracks=tracks, video=video)


def hears_nothing(path: Path, terms: Sequence[str], near: Sequence[tuple[float, float]]) -> Sequence[KeywordHit]:
    assert path.is_file()
    assert terms
    return ()


def make_sources(folder: Path) -> None:
    """Two tracks, of which one holds the secret tone in 1 to 2 s, and a video with everything planted in it."""
    ffmpeg(*tone(), "-f", "wav", folder / "priya")
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='0.2*sin(2*PI*300*t)':s=48000:d={LENGTH_S}", "-f", "wav", folder / "sam")
    (folder / "meta").write_text(
        f";FFMETADATA1\ntitle={SECRET}\nartist=Priya Raman\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle={SECRET}\n"
    )
    (folder / "s.srt").write_text(f"1\n00:00:01,000 --> 00:00:02,000\n{SECRET}\n")
    sei = f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{SECRET}"
    inputs: Words = (*PICTURE, *tone(), *tone(hz=700), "-i", folder / "meta", "-i", folder / "s.srt")
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "4:s", "-map_metadata", "3", "-map_chapters", "3")
    tags = ("-metadata:s:a:0", f"handler_name={SECRET}")
    codecs = (*H264, "-bsf:v", sei, "-c:a", "aac", "-c:s", "mov_text")
    ffmpeg(*inputs, *maps, *tags, *codecs, "-f", "mp4", folder / "video")


def word(text: str, start_s: float, end_s: float, *, track: str = "t1", by: str | None = "p1") -> Word:
    return Word(
        start_s=start_s,
        end_s=end_s,
        time_uncertainty_s=0.0,
        text=text,
        probability=1.0,
        track_id=track,
        participant_id=by,
    )


TRANSCRIPT = Transcript(
    engine="by hand",
    words=(
        word("we", 0.2, 0.4),
        word("call", 0.5, 0.8),
        word("it", 0.8, 0.97),
        word("falcon", 1.1, 1.4),
        word("secret", 1.5, 1.9),
        word("now", 2.2, 2.5),
        word("right", 2.3, 2.6, track="t2", by="p2"),
    ),
)


def session(*, video: bool = False, tracks: bool = True) -> Session:
    own = (
        Track(track_id="t1", participant_id="p1", digest="priya", stream=0, duration_s=LENGTH_S),
        Track(track_id="t2", participant_id="p2", digest="sam", stream=0, duration_s=LENGTH_S),
    )
    mixed = (Track(track_id="t1", participant_id=None, digest="video", stream=0, duration_s=LENGTH_S),)
    return Session(
        session_id="s1",
        source_digest="0" * 64,
        platform="plain",
        title=SECRET,
        started_at=datetime(2026, 11, 18, tzinfo=UTC),
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(),
        duration_s=LENGTH_S,
        participants=(
            Participant(participant_id="p1", name="Priya Raman", role=Role.CUSTOMER),
            Participant(participant_id="p2", name="Sam Lee", role=Role.STAFF),
        ),
        tracks=own if tracks else mixed,
        video=Video(digest="video", duration_s=LENGTH_S) if video else None,
        chat=(
            ChatLine(at_s=1.0, participant_id="p1", text=f"see {SECRET.lower()} & ask Priya"),
            ChatLine(at_s=2.0, participant_id="p2", text="thanks, PRIYA  Raman!"),
        ),
    )


def plan(
    *,
    windows: Sequence[RedactionInterval] = (
        RedactionInterval(start_s=0.95, end_s=2.05, reasons=("term",), proposal_ids=("x",)),
    ),
    keep: Sequence[str] = ("t1", "t2"),
    removed: frozenset[str] = frozenset(),
    picture: PicturePlan | None = None,
) -> Plan:
    return Plan(
        session_id="s1",
        audience=Audience.INTERNAL,
        windows=tuple(windows),
        terms=TERMS,
        word_edits=(WordEdit(words=(3, 5), replacement="[product 1]"),),
        text_edits=(
            TextEdit(place=TextPlace(surface="chat", index=0, start_char=23, end_char=28), replacement="[person 1]"),
        ),
        removed=removed,
        keep_tracks=tuple(keep),
        picture=picture,
    )


def sound(path: Path, *, stream: int = 0, edit_list: bool = True) -> NDArray[np.float32]:
    return np.concatenate(list(decode(path, stream=stream, rate=RATE, channels=2, edit_list=edit_list)))


def level_db(samples: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.abs(samples).max() + 1e-12))
