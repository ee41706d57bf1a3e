"""Makes a finding of each stretch of a face that was followed through the picture, to be covered where it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pipeline.detect.locate.words_and_text import make_finding
from pipeline.detect.text.tokens import Match
from pipeline.records import DetectionRule, FaceTrack, FaceTracks, Finding, PicturePlace

LABEL = "FACE"


def face_findings(session_id: str, seen: FaceTracks | None) -> Iterator[Finding]:
    """A finding for each span of each face; all of one face are one entity, which has no name and no text.

    The entity is named after where the face was: of one that is found otherwise nobody has decided anything.
    """
    for track in seen.tracks if seen else ():
        match = Match(0, 0, LABEL, "", _entity(track), DetectionRule.FACE_IN_PICTURE, track.score)
        for span in track.spans:
            place = PicturePlace(region=span.region, start_s=span.start_s, end_s=span.end_s)
            yield make_finding(session_id, match, place)


def _entity(track: FaceTrack) -> str:
    return f"face:{hashlib.sha256(repr(track.spans).encode()).hexdigest()[:16]}"
