"""A clip of a rendition that has a picture."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from pipeline.media import probe
from pipeline.proof import Manifest, prove, signed
from pipeline.records import Audience, Check, ProofVerdict, Turn
from pipeline.render.clip import SOUND, THUMBNAIL, cut_clip
from pipeline.store import Workspace
from tests.media.making import H264, PICTURE, ffmpeg, tone


def test_a_still_of_the_picture_is_proved_with_the_clip(
    new_workspace: Callable[[Path], Workspace], tmp_path: Path
) -> None:
    folder, out = tmp_path / "rendition", tmp_path / "clip"
    folder.mkdir()
    out.mkdir()
    ffmpeg(*tone(0.0, 3.0), *PICTURE, *H264, "-c:a", "aac", folder / "session.mp4")
    manifest = Manifest(
        key="k",
        session_id="2026-11-18-00000001",
        audience=Audience.INTERNAL,
        verdict="proved",
        checks=(Check(name="sound", verdict=ProofVerdict.PROVED, detail=""),),
        files=(),
        media="session.mp4",
        length_s=3.0,
        tracks=("t1",),
        windows=(),
        fill="silence",
        picture="copied",
    )
    turns = (Turn(start_s=1.0, end_s=2.0, participant_id="p1", speaker="[participant 1]", text="Add dark mode."),)
    signer = new_workspace(tmp_path / "ws").signer
    cut_clip(folder, signed(manifest, signer), turns, start_s=0.5, end_s=2.5, out=out, signer=signer)
    still = (out / THUMBNAIL).read_bytes()
    assert struct.unpack(">II", still[16:24]) == (160, 120)  # of IHDR, the first chunk of a PNG
    assert probe(out / SOUND).video is None
    assert prove(out, public_key=signer.public_key).verdict is ProofVerdict.PROVED
    (out / THUMBNAIL).write_bytes(b"another")
    assert prove(out, public_key=signer.public_key).verdict is not ProofVerdict.PROVED
