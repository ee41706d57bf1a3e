"""The proof of spliced sound must object when a packet too many, too few or a wrong one was copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipeline.media import encoder
from pipeline.media.output_formats import OUTPUT_FORMATS
from pipeline.media.packets import edit_list_hides
from pipeline.proof import ExpectedSound, SoundSource
from pipeline.proof.packets import untouched_packets
from pipeline.proof.residue import Residue
from pipeline.records import ProofVerdict, RedactionInterval
from tests.media.making import ffmpeg, tone
from tests.render.making import RATE, sound

LENGTH = 3 * RATE


@dataclass(frozen=True)
class Claim:
    """How a renderer says it wrote a sound."""

    spliced: bool = True
    way: str = "spliced"


def expected(path: Path, *windows: RedactionInterval) -> ExpectedSound:
    source = SoundSource(track_id="", path=path, stream=0)
    return ExpectedSound(track_ids=("",), windows=windows, length_s=LENGTH / RATE, sources=(source,))


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talk") / "a.m4a"
    ffmpeg(*tone(0, 3), "-c:a", "aac", path)
    return path


def test_a_copy_of_every_packet_is_as_in_the_source(talk: Path) -> None:
    assert untouched_packets(talk, expected(talk), way=Claim()).verdict is ProofVerdict.PROVED
    assert not edit_list_hides(talk, stream=0)


def test_a_changed_packet_is_found_unless_a_window_reaches_it(talk: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.m4a"
    ffmpeg(*tone(0, 3), "-af", "volume=0:enable='between(t,1,2)'", "-c:a", "aac", other)
    without = untouched_packets(other, expected(talk), way=Claim())
    assert (without.verdict, without.detail) == (ProofVerdict.LEAK, "a packet is not the source's")
    assert without.at_s == pytest.approx(1.0, abs=0.1)
    narrow = untouched_packets(other, expected(talk, RedactionInterval(start_s=1.2, end_s=1.8)), way=Claim())
    assert narrow.verdict is ProofVerdict.LEAK


def test_a_missing_or_moved_packet_is_found(talk: Path, tmp_path: Path) -> None:
    short, moved = tmp_path / "short.m4a", tmp_path / "moved.mkv"
    ffmpeg("-i", talk, "-t", "2", "-c", "copy", short)
    assert untouched_packets(short, expected(talk), way=Claim()).detail == "more or fewer packets than the source has"
    ffmpeg("-i", talk, "-c", "copy", moved)
    assert untouched_packets(moved, expected(talk), way=Claim()).verdict is ProofVerdict.LEAK


def test_sound_behind_an_edit_list_is_not_the_same_packets(talk: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=3")
    ffmpeg(*picture, "-i", talk, "-c:v", "libx264", "-g", "100", "-c:a", "copy", tmp_path / "whole.mp4")
    ffmpeg("-ss", "1.5", "-i", tmp_path / "whole.mp4", "-c", "copy", cut)
    assert edit_list_hides(cut, stream=0) == (len(sound(cut, edit_list=False)) - len(sound(cut)) > 2048)


@pytest.mark.parametrize(("left_s", "verdict"), [(0.0, ProofVerdict.PROVED), (0.021, ProofVerdict.LEAK)])
def test_one_packet_left_at_the_edge_of_a_window_is_heard(
    talk: Path, tmp_path: Path, left_s: float, verdict: ProofVerdict
) -> None:
    made, heard = tmp_path / "made.flac", sound(talk)
    heard[round((1.0 + left_s) * RATE) : 2 * RATE] = 0.0
    with encoder(made, output_format=OUTPUT_FORMATS[".flac"], rate=RATE, channels=2) as out:
        out.write(heard[:LENGTH])
    whole = expected(talk, RedactionInterval(start_s=1.0, end_s=2.0))
    residue = Residue(whole, rate=RATE, channels=2)
    finished = sound(made)
    for at in range(0, len(finished), RATE):
        residue.hear(np.ascontiguousarray(finished[at : at + RATE]))
    found = residue.check()
    assert found.verdict is verdict, found
