"""A rendition is proved again from its files alone, and one changed byte is enough to fail."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.proof import read_manifest, write_manifest
from pipeline.records import RedactionInterval, Rendition
from pipeline.render import manifest, render
from pipeline.render.rendition import out_files
from pipeline.store.signing import Signer
from tests.media.making import SECRET, ffmpeg, tone
from tests.render.making import TRANSCRIPT, Vault, hears_nothing, plan, session

SIGNER = Signer(b"s" * 32)
BASIS = manifest.Basis(
    entry="s1-internal-1",
    sources={"t1": manifest.mark(b"k", "source", "0" * 64)},
    decided={"x": "decision 7: redact by 0123456789abcdef"},
    consents={"log": ("head",)},
    made_with={"recogniser": "by hand"},
    signer=SIGNER,
)


@pytest.fixture(scope="module")
def rendition(vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("scratch")
    windows = [
        RedactionInterval(start_s=0.95, end_s=2.05, reasons=(f"known term {SECRET}",), proposal_ids=("x", "y")),
        RedactionInterval(start_s=2.5, end_s=2.7, track_id="t1"),
    ]
    made = render(
        vault.sealed(session()),
        plan(windows=windows),
        TRANSCRIPT,
        vault=vault,
        scratch=scratch,
        listen=hears_nothing,
        key="k",
        basis=BASIS,
    )
    assert isinstance(made, Rendition), made
    return scratch / made.folder


@pytest.fixture
def copy(rendition: Path, tmp_path: Path) -> Path:
    return shutil.copytree(rendition, tmp_path / "handed-out")


def proving(place: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["prove", str(place), *words])


def failed(place: Path, *words: str) -> str:
    """The one line that says what is wrong."""
    done = proving(place, *words)
    assert done.exit_code == 10, done.output
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.output
    return done.stderr


def test_a_folder_or_a_file_of_it_is_proved_without_a_workspace(copy: Path) -> None:
    for place in (copy, copy / "sound.m4a", copy / "proof.json"):
        done = proving(place, "--key", SIGNER.public_key, "--json")
        assert done.exit_code == 0, done.output
    checks = {check["name"]: check["detail"] for check in json.loads(done.output)["checks"]}
    assert {"signature", "files", "streams", "tags", "level in the windows", "length", "texts agree"} <= checks.keys()
    assert checks["windows"].startswith("1 silent in the file")
    assert "Whose key signed it is not certain" in proving(copy).output


def test_the_proof_says_what_it_stands_on_and_no_secret(rendition: Path) -> None:
    text = (rendition / "proof.json").read_text("utf-8")
    told: dict[str, Any] = json.loads(text)
    window = told["windows"][0]
    assert window["decided"] == ["decision 7: redact by 0123456789abcdef"]
    assert window["reasons"] == ["known term [product 1]"]
    assert told["tools"].keys() == {"offrecord", "ffmpeg", "ffprobe", "recogniser"}
    assert (told["entry"], told["consents"], told["signed_by"]) == (
        "s1-internal-1", {"log": ["head"]}, SIGNER.public_key,
    )  # fmt: skip
    for secret in (SECRET, "Priya", "0" * 64, '"x"'):
        assert secret not in text


@pytest.mark.parametrize(
    "name", ["captions.vtt", "chat.jsonl", "chat.txt", "proof.json", "sound.m4a", "transcript.jsonl", "transcript.txt"]
)
def test_one_changed_byte_anywhere_is_enough(rendition: Path, copy: Path, name: str) -> None:
    whole = (rendition / name).read_bytes()
    for at in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
        (copy / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        line = failed(copy)
        assert ("signature" in line) if name == "proof.json" else (f"{name} was changed" in line)
    for changed in (whole + b"\n", whole + b" ", whole[:-1]):
        (copy / name).write_bytes(changed)
        failed(copy)


def test_what_is_missing_added_or_linked_is_found(copy: Path, tmp_path: Path) -> None:
    (copy / "notes.txt").write_text("more")
    assert "1 file more than were proved" in failed(copy)
    (copy / "notes.txt").unlink()
    (copy / "chat.txt").rename(tmp_path / "chat.txt")
    assert "chat.txt is missing" in failed(copy)
    (copy / "chat.txt").symlink_to(tmp_path / "chat.txt")
    assert "1 link or folder" in failed(copy)


def test_only_the_right_key_counts(copy: Path) -> None:
    other = Signer(b"o" * 32)
    assert "not signed with the given key" in failed(copy, "--key", other.public_key)
    assert "not signed with the given key" in failed(copy, "--key", "nonsense")
    told = read_manifest(copy / "proof.json")
    assert told is not None
    write_manifest(copy / "proof.json", replace(told, signature="", signed_by=""))
    assert "not signed" in failed(copy)
    forged = manifest.resting_on(replace(BASIS, signer=other), replace(told, windows=()))
    write_manifest(copy / "proof.json", forged)
    assert proving(copy).exit_code == 0, "somebody else's word for it, as it says"
    assert "not signed with the given key" in failed(copy, "--key", SIGNER.public_key)


def test_a_key_that_is_empty_is_not_no_key(copy: Path) -> None:
    told = read_manifest(copy / "proof.json")
    assert told is not None
    write_manifest(copy / "proof.json", manifest.resting_on(replace(BASIS, signer=Signer(b"o" * 32)), told))
    assert proving(copy).exit_code == 0
    assert "not signed with the given key" in failed(copy, "--key", "")


def test_what_is_proved_is_named(copy: Path) -> None:
    assert "the internal rendition of s1, signed with the given key" in proving(
        copy, "--key", SIGNER.public_key
    ).output  # fmt: skip


OTHER = "2026-11-18-0123abcd"


@pytest.mark.parametrize(
    "place",
    ["s1/public", f"{OTHER}/internal", f"{OTHER}/public", f"{OTHER}/final", f"{OTHER}", "else/internal", "internal"],
)
def test_a_rendition_in_the_place_of_another_is_found(copy: Path, tmp_path: Path, place: str) -> None:
    moved = tmp_path / "out" / place
    moved.parent.mkdir(parents=True)
    copy.rename(moved)
    for given in (moved, moved / "sound.m4a"):
        assert "leak (place: the internal rendition of s1 in the place of another)" in failed(given)


@pytest.mark.parametrize("place", ["s1/internal", "handed-out", "s1", "s1/copy", "copies/of s1"])
def test_a_rendition_in_its_own_place_or_in_none_is_proved(copy: Path, tmp_path: Path, place: str) -> None:
    moved = tmp_path / "out" / place
    moved.parent.mkdir(parents=True)
    copy.rename(moved)
    done = proving(moved)
    assert done.exit_code == 0, done.output


def test_a_session_folder_renamed_is_found(copy: Path, tmp_path: Path) -> None:
    """Ids are made of a day and a digest: under such a name only that session's renditions may lie."""
    resigned(copy, session_id=OTHER)
    right, wrong = tmp_path / OTHER / "internal", tmp_path / "2026-11-18-ffffffff" / "internal"
    for folder in (right, wrong):
        folder.parent.mkdir()
    copy.rename(right)
    assert proving(right).exit_code == 0
    right.rename(wrong)
    assert "in the place of another" in failed(wrong)


def test_a_rendition_in_another_sessions_place_is_found(copy: Path, tmp_path: Path) -> None:
    other = tmp_path / "2026-11-18-0a1b2c3d"
    other.mkdir()
    copy.rename(other / "internal")
    assert "in the place of another" in failed(other / "internal")
    (other / "internal").rename(tmp_path / "2026-11-17-0a1b2c3d")
    assert "in the place of another" in failed(tmp_path / "2026-11-17-0a1b2c3d")


@pytest.mark.parametrize("media", ["../../secret.m4a", "nothing.m4a", "x", "proof.json"])
def test_a_proof_about_another_file_is_none(copy: Path, media: str) -> None:
    resigned(copy, media=media)
    assert "the sound or picture is none of them" in failed(copy, "--key", SIGNER.public_key)


def resigned(folder: Path, **changes: Any) -> None:
    """As if a workspace had signed something that is not so: the files themselves must speak."""
    told = read_manifest(folder / "proof.json")
    assert told is not None
    files = tuple(file for file in out_files(folder) if file.name != "proof.json")
    write_manifest(folder / "proof.json", manifest.resting_on(BASIS, replace(told, files=files, **changes)))


def test_sound_in_a_window_is_found_whatever_was_signed(copy: Path) -> None:
    ffmpeg(*tone(), "-map_metadata", "-1", "-y", copy / "sound.m4a")
    resigned(copy)
    assert "(level in the windows" in failed(copy, "--key", SIGNER.public_key)


def test_texts_that_say_more_than_the_turns_are_found(copy: Path) -> None:
    with (copy / "captions.vtt").open("a") as captions:
        captions.write("\n00:00:02.000 --> 00:00:03.000\nstaff 1: falcon\n")
    resigned(copy)
    assert "leak (texts agree" in failed(copy)


def test_a_plan_adds_terms_to_look_for(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"terms": [SECRET]}))
    assert proving(copy, "--plan", str(tmp_path / "plan.json")).exit_code == 0
    (tmp_path / "plan.json").write_text(json.dumps({"terms": ["right"]}))
    assert "search for terms" in failed(copy, "--plan", str(tmp_path / "plan.json"))


def test_what_would_not_be_looked_at_is_not_asked_for(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"windows": [{"start_s": 1, "end_s": 2}]}))
    done = proving(copy, "--plan", str(tmp_path / "plan.json"))
    assert (done.exit_code, "proved by its own windows" in done.stderr) == (2, True)
    done = proving(copy / "sound.m4a", "--plan", str(tmp_path / "plan.json"), "--key", SIGNER.public_key)
    assert (done.exit_code, "leave out --key" in done.stderr) == (2, True)


def test_without_a_proof_there_is_nothing_to_go_by(tmp_path: Path) -> None:
    (tmp_path / "talk.m4a").write_bytes(b"sound")
    done = proving(tmp_path / "talk.m4a")
    assert (done.exit_code, "there is no proof.json beside it" in done.stderr) == (2, True)
