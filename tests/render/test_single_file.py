"""``offrecord redact`` and ``offrecord prove``, from the outside."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.media import probe
from pipeline.media.frames import frames
from pipeline.render import sound, write_audio
from tests.media.making import H264, PICTURE, SECRET, TONE_END_S, TONE_START_S, ffmpeg, tone
from tests.render.making import level_db
from tests.render.making import sound as decoded

PICTURES = ("mp4", "mov", "mkv", "webm")
SPANS = [{"start_s": TONE_START_S, "end_s": TONE_END_S, "reason": "name", "track": 0}]


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def redact(folder: Path, source: str, out: str, *words: object, spans: Any = SPANS) -> Result:
    (folder / "spans.json").write_text(spans if isinstance(spans, str) else json.dumps(spans))
    return run("redact", folder / source, "--spans", folder / "spans.json", "-o", folder / out, *words)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    for name in ("a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a"):
        ffmpeg(*tone(), "-metadata", f"title={SECRET}", folder / name)
    ffmpeg(*tone(), "-c:a", "libopus", "-metadata", f"title={SECRET}", folder / "a.opus")
    (folder / "note").write_text(SECRET)
    both = (*PICTURE, *tone(), *tone(hz=700), "-map", "0", "-map", "1", "-map", "2", *H264, "-c:a", "aac")
    ffmpeg(*both, "-metadata", f"title={SECRET}", folder / "a.mp4")
    ffmpeg("-i", folder / "a.mp4", "-map", "0", "-c", "copy", folder / "a.mov")
    vp8 = ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
    ffmpeg(*PICTURE, *tone(), *tone(hz=700), "-map", "0", "-map", "1", "-map", "2", *vp8, folder / "a.webm")
    ffmpeg(*both, "-attach", folder / "note", "-metadata:s:t", "mimetype=text/plain", folder / "a.mkv")
    return folder


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "m4a", "opus", "mp4", "mov", "mkv", "webm"])
def test_a_tone_only_in_the_span_is_gone_everywhere(sources: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    done = redact(sources, f"a.{suffix}", str(out), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["verdict"] == "proved"
    copied = suffix in ("m4a", "mp4", "mov", "mkv")
    assert all(("the others copied" in way) == copied for way in told["ways"])
    found, given = probe(out), probe(sources / f"a.{suffix}")
    assert found.duration_s == pytest.approx(given.duration_s, abs=0.03)
    assert found.audio[0].codec == given.audio[0].codec
    assert len(found.audio) == (2 if suffix in PICTURES else 1)
    assert (found.video is not None) == (suffix in PICTURES)
    assert {stream.kind for stream in found.streams} <= {"audio", "video"}
    for stream in range(len(found.audio)):
        for edit_list in (True, False) if suffix in ("m4a", "mp4", "mov") else (True,):
            assert level_db(decoded(out, stream=stream, edit_list=edit_list)) <= (
                {"wav": -90, "flac": -90, "webm": -55}.get(suffix, -60)
            )
    assert SECRET.encode() not in out.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name]


def test_webm_keeps_time_of_sound_and_picture(sources: Path, tmp_path: Path) -> None:
    """Opus begins before time 0 in it: nothing may be earlier or later for that."""
    spans = [*SPANS, {"start_s": 1.0, "end_s": 2.0, "box": [0, 0, 0.5, 0.5]}]
    for source in ("a.webm", "a.mp4"):
        out = tmp_path / f"{source}.webm"
        done = redact(sources, source, str(out), "--json", spans=spans)
        assert done.exit_code == 0, done.output
        assert json.loads(done.output)["covers"] == 1
        probed = probe(out)
        assert probed.video is not None and probed.video.codec == "vp9"
        early_s = -probed.start_s
        pairs = list(zip(frames(sources / source), frames(out), strict=True))
        # The first frame stands from the very start, wherever it was.
        assert all(after.at_s - early_s == pytest.approx(before.at_s, abs=0.003) for before, after in pairs[1:])
        assert prove(tmp_path, out, {"windows": [{"start_s": 0.975, "end_s": 2.025}]}).exit_code == 0


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 96000])
def test_any_usual_sample_rate_is_proved(tmp_path: Path, rate: int) -> None:
    source = tmp_path / "source.wav"
    graph = f"sine=frequency=300:sample_rate={rate}:duration=11"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", graph, str(source)], check=True)
    for suffix in ("flac", "m4a"):
        done = redact(tmp_path, "source.wav", f"out.{suffix}")
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("suffix", ["mkv", "m4a"])
@pytest.mark.parametrize("packets", [138, 139, 140])
def test_sound_whose_length_is_no_whole_microsecond_is_proved(tmp_path: Path, suffix: str, packets: int) -> None:
    ffmpeg(*tone(), "-c:a", "aac", tmp_path / "a.m4a")
    ffmpeg("-i", tmp_path / "a.m4a", "-c", "copy", "-frames:a", str(packets), tmp_path / f"b.{suffix}")
    assert redact(tmp_path, f"b.{suffix}", str(tmp_path / f"c.{suffix}")).exit_code == 0


@pytest.mark.parametrize("suffix", ["mkv", "m4a", "flac"])
@pytest.mark.parametrize("cut_s", ["0.5", "0.333", "0.777"])
def test_sound_cut_inside_a_packet_stays_where_it_was(tmp_path: Path, suffix: str, cut_s: str) -> None:
    """A cut without encoding leaves the rest of a packet behind an edit list, which Matroska does not have."""
    ffmpeg(*tone(start_s=2.0, end_s=3.0, length_s=5.0), "-c:a", "aac", tmp_path / "a.m4a")
    ffmpeg("-ss", cut_s, "-i", tmp_path / "a.m4a", "-c", "copy", tmp_path / "cut.m4a")
    spans = [{"start_s": 2.2 - float(cut_s), "end_s": 2.8 - float(cut_s)}]
    done = redact(tmp_path, "cut.m4a", f"out.{suffix}", spans=spans)
    assert done.exit_code == 0, done.output
    before, after = decoded(tmp_path / "cut.m4a"), decoded(tmp_path / f"out.{suffix}")
    starts = [int(np.flatnonzero(np.abs(sound[:, 0]) > 0.05)[0]) for sound in (before, after)]
    assert starts[0] == pytest.approx(starts[1], abs=64)


def test_a_tone_may_stand_in_the_place(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.flac"
    assert redact(sources, "a.wav", str(out), "--fill", "tone").output.startswith("proved: 1 span,")
    assert -30 < level_db(decoded(out)) < -25


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "holds no spans"),
        ({}, "holds no spans"),
        ("not json", "not readable JSON"),
        ([{"start_s": -1, "end_s": 1}], "starts before 0"),
        ([{"start_s": 2, "end_s": 1}], "ends before it starts"),
        ([{"start_s": 1, "end_s": 1}], "ends before it starts"),
        ('[{"start_s": NaN, "end_s": 1}]', "start_s is missing or is no number"),
        ([{"start_s": True, "end_s": 1}], "start_s is missing or is no number"),
        ([{"start_s": 1, "end_s": 10**400}], "end_s is missing or is no number"),
        ('[{"start_s": 1, "end_s": 1' + "0" * 5000 + "}]", "not readable JSON"),
        ("[" * 100_000, "not readable JSON"),
        ('[{"start_s": 1, "end_s": 2, "end_s": 1.1}]', "gives a key twice"),
        ([{"start_s": 1}], "end_s is missing"),
        ([{"start_s": 1, "end_s": 2, "colour": 1}], "unknown key 'colour'"),
        ([{"start_s": 1, "end_s": 60}], "span 1 ends after the file"),
        ([3], "span 1 is no object"),
    ],
)
def test_wrong_spans_are_refused_with_one_line(sources: Path, tmp_path: Path, spans: Any, words: str) -> None:
    done = redact(sources, "a.wav", str(tmp_path / "out.wav"), spans=spans)
    assert done.exit_code == 2
    assert words in done.output
    assert done.output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_outlasts_the_sound_can_be_covered_to_its_end(tmp_path: Path) -> None:
    ffmpeg(*PICTURE, *tone(length_s=2.0), *H264, "-c:a", "aac", tmp_path / "a.mp4")
    sound = {"start_s": 1.0, "end_s": 2.0}
    spans: list[dict[str, object]] = [{**sound}, {"start_s": 2.35, "end_s": 3.0, "box": "all"}]
    assert redact(tmp_path, "a.mp4", str(tmp_path / "b.mp4"), spans=spans).exit_code == 0
    shown = [float(frame.planes[0].std()) for frame in frames(tmp_path / "b.mp4")]
    assert [number for number, spread in enumerate(shown) if spread < 2] == list(range(23, 30))
    assert redact(tmp_path, "a.mp4", str(tmp_path / "c.mp4"), spans=[sound | {"end_s": 3.0}]).exit_code == 2


def test_an_output_that_is_there_stays_unless_told_otherwise(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    out.write_text("precious")
    assert redact(sources, "a.wav", str(out)).exit_code == 2
    assert out.read_text() == "precious"
    assert redact(sources, "a.wav", str(out), "--overwrite").exit_code == 0
    assert out.read_bytes()[:4] == b"RIFF"


def test_an_output_link_is_refused(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "out.wav").symlink_to(tmp_path / "victim")
    assert redact(sources, "a.wav", str(tmp_path / "out.wav"), "--overwrite").exit_code == 2
    assert (tmp_path / "victim").read_text() == "precious"


def test_two_tracks_do_not_fit_one(sources: Path, tmp_path: Path) -> None:
    done = redact(sources, "a.mp4", str(tmp_path / "out.wav"))
    assert done.exit_code == 2
    assert "2 sound tracks" in done.output


def test_a_refused_input_is_exit_9(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("#EXTM3U\n")
    done = redact(tmp_path, "a.mp4", "out.mp4")
    assert (done.exit_code, "playlist" in done.output) == (9, True)


def test_a_failed_proof_writes_nothing(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in (sound, write_audio):
        monkeypatch.setattr(way, "silence", lambda *_: None)
    done = redact(sources, "a.wav", str(tmp_path / "out.wav"))
    assert done.exit_code == 10
    assert "nothing was written" in done.output
    assert list(tmp_path.iterdir()) == []


def prove(folder: Path, file: Path, plan: Any, *words: object) -> Result:
    (folder / "plan.json").write_text(json.dumps(plan))
    return run("prove", file, "--plan", folder / "plan.json", *words)


def test_a_file_is_proved_again_from_itself_alone(sources: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    redact(sources, "a.mp4", str(out))
    windows = [{"start_s": TONE_START_S, "end_s": TONE_END_S}]
    good = prove(tmp_path, out, {"windows": windows, "terms": [SECRET]}, "--json")
    assert (good.exit_code, json.loads(good.output)["verdict"]) == (0, "proved")
    assert prove(tmp_path, sources / "a.mp4", {"windows": windows}).exit_code == 10
    assert prove(tmp_path, sources / "a.m4a", {"terms": [SECRET]}).output.startswith("leak")


@pytest.mark.parametrize("window", [(50.0, 51.0), (1.0, 1.05)])
def test_what_cannot_be_measured_is_not_proved(sources: Path, tmp_path: Path, window: tuple[float, float]) -> None:
    out = tmp_path / "out.m4a"
    redact(sources, "a.m4a", str(out))
    done = prove(tmp_path, out, {"windows": [{"start_s": window[0], "end_s": window[1]}]})
    assert (done.exit_code, done.output.splitlines()[0]) == (10, "could not check")


@pytest.mark.parametrize(
    "plan",
    [
        {},
        [],
        {"windows": [], "terms": []},
        {"windows": [{"start_s": 1, "end_s": 2, "track": 1}]},
        {"word": 1},
        {"terms": [1]},
        '{"terms": ["a"], "windows": [{"start_s": 1, "end_s": 9, "end_s": 2}]}',
    ],
)
def test_a_plan_that_says_nothing_clear_is_a_usage_problem(sources: Path, tmp_path: Path, plan: Any) -> None:
    assert prove(tmp_path, sources / "a.wav", plan).exit_code == 2
