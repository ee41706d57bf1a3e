"""Of everything that leaves the workspace, nothing holds what the truth files call confidential."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipeline import media
from tests.end_to_end.conftest import EVERY_SECRET, SESSIONS, TRUTHS, Night, Truth, offrecord

pytestmark = pytest.mark.slow

RATE = 16000
SILENCE = 10 ** (-60 / 20)
SOUND = {".m4a", ".mp4", ".ogg", ".wav", ".flac"}
DONE = [truth for truth in TRUTHS if truth.status == "done"]
STOPPED = [truth for truth in TRUTHS if truth.status != "done"]


def folder(truth: Truth) -> str:
    return truth.folder


def tree(root: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def plain(text: str) -> str:
    """Text without case, punctuation and runs of spaces, so that no spelling hides a secret."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " " + " ".join(re.findall(r"\w+", folded)) + " "


@cache
def sound(path: Path) -> npt.NDArray[np.float32]:
    """Its samples; decoded once for all tests, none of which changes what is published."""
    return np.concatenate([block[:, 0] for block in media.decode(path, stream=0, rate=RATE, channels=1)])


def holds(content: bytes, secret: str) -> bool:
    lowered = content.lower()
    return any(secret.lower().encode(code) in lowered for code in ("utf-8", "utf-16-le", "utf-16-be"))


def media_of(night: Night, truth: Truth) -> list[Path]:
    files = [path for path in (night.out / night.ids[truth.folder]).rglob("*") if path.suffix in SOUND]
    assert files, "nothing to listen to"
    return files


def test_the_run_ends_with_the_code_for_some_stopped(night: Night) -> None:
    assert night.run.returncode == 3, night.run.stderr
    assert "Traceback" not in night.run.stderr


@pytest.mark.parametrize("truth", TRUTHS, ids=folder)
def test_each_session_comes_to_what_consent_and_its_files_allow(night: Night, truth: Truth) -> None:
    line = night.line(truth.folder)
    assert line["status"] == truth.status, line
    assert line["reason"]
    assert line["action"] or truth.status == "done"


@pytest.mark.parametrize("truth", STOPPED, ids=folder)
def test_what_may_not_leave_leaves_nothing(night: Night, truth: Truth) -> None:
    assert not (night.out / night.ids[truth.folder]).exists()


@pytest.mark.parametrize("truth", DONE, ids=folder)
def test_what_may_leave_is_all_there(night: Night, truth: Truth) -> None:
    names = {path.name for path in (night.out / night.ids[truth.folder] / "internal").iterdir()}
    assert {"captions.vtt", "transcript.jsonl", "transcript.txt", "proof.json"} <= names
    media_of(night, truth)


def test_no_byte_of_the_output_spells_a_secret(night: Night) -> None:
    assert night.files()
    leaks = {
        (path.relative_to(night.out).as_posix(), secret)
        for path in night.files()
        for secret in EVERY_SECRET
        if len(secret) >= 5 and holds(path.read_bytes(), secret)
    }
    assert leaks == set()


def test_no_text_of_the_output_holds_a_secret_in_any_spelling(night: Night) -> None:
    leaks = {
        (path.relative_to(night.out).as_posix(), secret)
        for path in night.files()
        if path.suffix not in SOUND
        for secret in EVERY_SECRET
        if plain(secret).strip() and plain(secret) in plain(path.read_text("utf-8"))
    }
    assert leaks == set()


def test_no_file_or_folder_name_holds_a_secret(night: Night) -> None:
    names = plain(" ".join(path.relative_to(night.out).as_posix() for path in night.out.rglob("*")))
    assert [secret for secret in EVERY_SECRET if plain(secret) in names] == []


def confidential_spans(truth: Truth) -> Iterator[tuple[str, float, float]]:
    for span in truth.confidential:
        yield span["text"], span["start_s"], span["end_s"]


@pytest.mark.parametrize("truth", DONE, ids=folder)
def test_every_confidential_word_is_silent_in_the_decoded_sound(night: Night, truth: Truth) -> None:
    for path in media_of(night, truth):
        samples = sound(path)
        loud = [
            (text, round(start_s, 2))
            for text, start_s, end_s in confidential_spans(truth)
            if np.abs(samples[int(start_s * RATE) : int(end_s * RATE)]).max(initial=0) > SILENCE
        ]
        assert loud == []


@pytest.mark.parametrize("truth", [truth for truth in DONE if truth.removed], ids=folder)
def test_a_removed_persons_own_words_are_not_in_the_mix(night: Night, truth: Truth) -> None:
    words = [word for word in truth.body["words"] if word["participant"] in truth.removed]
    others = [word for word in truth.body["words"] if word["participant"] not in truth.removed]
    alone = [
        word
        for word in words
        if not any(o["start_s"] < word["end_s"] + 0.3 and o["end_s"] > word["start_s"] - 0.3 for o in others)
    ]
    assert len(alone) > 5
    for path in media_of(night, truth):
        samples = sound(path)
        for word in alone:
            span = samples[int(word["start_s"] * RATE) : int(word["end_s"] * RATE)]
            assert np.abs(span).max(initial=0) <= SILENCE


@pytest.mark.parametrize("truth", [truth for truth in DONE if truth.removed], ids=folder)
def test_a_removed_persons_words_are_in_no_text(night: Night, truth: Truth) -> None:
    said = plain(" ".join(word["text"] for word in truth.body["words"] if word["participant"] in truth.removed))
    others = plain(" ".join(word["text"] for word in truth.body["words"] if word["participant"] not in truth.removed))
    tokens = said.split()
    runs = {" ".join(tokens[i : i + 4]) for i in range(len(tokens) - 3)}
    runs = {run for run in runs if f" {run} " not in others}
    texts = [path for path in (night.out / night.ids[truth.folder]).rglob("*") if path.suffix not in SOUND]
    shown = plain(" ".join(path.read_text("utf-8") for path in texts if path.is_file()))
    assert [run for run in runs if f" {run} " in shown] == []


@pytest.mark.parametrize("truth", DONE, ids=folder)
def test_most_of_the_harmless_talk_is_still_there(night: Night, truth: Truth) -> None:
    spans = [(span["start_s"] - 1.0, span["end_s"] + 1.0) for span in truth.confidential]
    words = [
        word
        for word in truth.body["words"]
        if word["participant"] not in truth.removed
        and not any(start < word["end_s"] and word["start_s"] < end for start, end in spans)
    ]
    for path in media_of(night, truth):
        samples = sound(path)
        audible = [
            np.abs(samples[int(word["start_s"] * RATE) : int(word["end_s"] * RATE)]).max(initial=0) > SILENCE
            for word in words
        ]
        assert sum(audible) / len(audible) >= 0.8


@pytest.mark.parametrize("truth", DONE, ids=folder)
def test_the_time_line_is_kept(night: Night, truth: Truth) -> None:
    for path in media_of(night, truth):
        assert len(sound(path)) / RATE == pytest.approx(truth.body["duration_s"], abs=0.25)


def test_no_secret_is_in_log_report_metric_or_on_the_terminal(night: Night) -> None:
    written = [*(night.root / "reports").iterdir(), *(night.root / "log").iterdir()]
    assert {path.name for path in written} >= {"report.json", "report.html", "metrics.prom", "offrecord.jsonl"}
    texts = {path.name: path.read_text("utf-8") for path in written}
    texts |= {"stdout": night.run.stdout, "stderr": night.run.stderr}
    texts |= {
        name: offrecord(*name.split(), "--workspace", night.root).stdout
        for name in ("status", "review list", "status --json", "report")
    }
    leaks = {(name, secret) for name, text in texts.items() for secret in EVERY_SECRET if plain(secret) in plain(text)}
    assert leaks == set()


def test_every_line_of_the_log_is_json_with_known_fields(night: Night) -> None:
    from pipeline.log import FIELDS

    lines = [json.loads(line) for line in (night.root / "log" / "offrecord.jsonl").read_text("utf-8").splitlines()]
    assert lines
    assert all(line.keys() <= FIELDS for line in lines)


def test_the_originals_are_untouched(night: Night) -> None:
    assert tree(night.inbox) == tree(SESSIONS)


def test_every_rendition_was_proved_by_every_check(night: Night) -> None:
    manifests = sorted(night.out.glob("*/*/proof.json"))
    assert len(manifests) >= len(DONE)
    for manifest in manifests:
        body = json.loads(manifest.read_text("utf-8"))
        assert body["verdict"] == "proved"
        assert {check["verdict"] for check in body["checks"]} == {"proved"}


def test_the_requests_of_the_samples_are_in_the_export(night: Night) -> None:
    lines = (night.out / "exports" / "requests.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    wanted = [(night.ids[truth.folder], request) for truth in DONE for request in truth.body["requests"]]
    removed = {name for truth in DONE for name in truth.removed}
    wanted = [(session, request) for session, request in wanted if request["participant"] not in removed]
    found = [
        any(row["session"] == session and abs(row["start_s"] - request["start_s"]) < 15 for row in rows)
        for session, request in wanted
    ]
    assert sum(found) / len(found) >= 0.6, f"{sum(found)} of {len(found)} requests"
    assert len({row["request_id"] for row in rows}) == len(rows)
    (typed,) = [row for row in rows if row["source"] == "chat"]
    assert typed["quote"] == "could you please add an audit log for [customer]?" and typed["at"] == "0:00:50"


def test_a_second_run_does_nothing(night: Night) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in night.root.rglob("*") if path.is_file() and "log" not in path.parts
    }
    again = offrecord("run", night.inbox, "--workspace", night.root, "--json")
    assert again.returncode == 3
    kept = ("vault", "stages", "out")
    checked = night.root / "stages" / "verified" / "published.json"
    after = {
        path: path.stat().st_mtime_ns for name in kept for path in (night.root / name).rglob("*") if path.is_file()
    }
    assert after.pop(checked), "what is published is looked at in every night"
    assert after == {path: time for path, time in before.items() if path.relative_to(night.root).parts[0] in kept}


def test_the_workspace_verifies(night: Night) -> None:
    done = offrecord("verify", "--workspace", night.root, "--json")
    assert done.returncode == 0, done.stdout
