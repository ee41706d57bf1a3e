"""Putting a rendition in its place, finding it again, and never through a link."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import WorkspaceDamaged
from pipeline.records import Audience, Rendition
from pipeline.render import render
from pipeline.render.file_names import folder_of
from pipeline.render.publish import publish
from pipeline.render.rendition import recall
from tests.render.making import TRANSCRIPT, Vault, hears_nothing, plan, session

Make = Callable[[Path], Rendition]


@pytest.fixture(scope="module")
def make(vault: Vault, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Puts a rendition, rendered once, into a scratch folder."""
    master = tmp_path_factory.mktemp("master")
    rendition = render(
        vault.sealed(session()), plan(), TRANSCRIPT, vault=vault, scratch=master, listen=hears_nothing, key="plan"
    )
    assert isinstance(rendition, Rendition)

    def put(scratch: Path) -> Rendition:
        shutil.copytree(master, scratch, dirs_exist_ok=True)
        return rendition

    return put


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "scratch").mkdir(mode=0o700)
    return tmp_path / "scratch", tmp_path / "out"


def test_a_rendition_is_published_recalled_and_replaced(make: Make, places: tuple[Path, Path]) -> None:
    scratch, out = places
    assert recall("s1", Audience.INTERNAL, out, "plan") is None
    first = make(scratch)
    folder = publish(first, scratch=scratch, out=out)
    assert folder == out / "s1" / "internal"
    assert sorted(path.name for path in folder.iterdir()) == [file.name for file in first.files]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}
    assert recall("s1", Audience.INTERNAL, out, "plan") == first
    assert recall("s1", Audience.INTERNAL, out, "another plan") is None
    assert recall("s1", Audience.PUBLIC, out, "plan") is None
    assert publish(make(scratch), scratch=scratch, out=out) == folder
    assert recall("s1", Audience.INTERNAL, out, "plan") == first
    assert [path for path in scratch.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("damage", ["changed", "missing", "extra", "manifest", "verdict"])
def test_what_is_not_as_it_was_proved_is_not_recalled(make: Make, places: tuple[Path, Path], damage: str) -> None:
    scratch, out = places
    folder = publish(make(scratch), scratch=scratch, out=out)
    manifest = folder / "proof.json"
    if damage == "changed":
        (folder / "chat.txt").write_text("changed")
    elif damage == "missing":
        (folder / "chat.txt").unlink()
    elif damage == "extra":
        (folder / "notes.txt").write_text("stray")
    elif damage == "manifest":
        manifest.write_text("{")
    else:
        values = json.loads(manifest.read_text())
        values["checks"][0]["verdict"] = "leak"
        manifest.write_text(json.dumps(values))
    assert recall("s1", Audience.INTERNAL, out, "plan") is None


def test_a_file_changed_after_the_proof_is_not_published(make: Make, places: tuple[Path, Path]) -> None:
    scratch, out = places
    rendition = make(scratch)
    (scratch / rendition.folder / "chat.txt").write_text("changed")
    with pytest.raises(WorkspaceDamaged):
        publish(rendition, scratch=scratch, out=out)
    assert not out.exists()


@pytest.mark.parametrize("link", ["out", "out/s1", "out/s1/internal"])
def test_nothing_is_written_through_a_link(make: Make, places: tuple[Path, Path], tmp_path: Path, link: str) -> None:
    scratch, out = places
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(victim)
    with pytest.raises(WorkspaceDamaged):
        publish(make(scratch), scratch=scratch, out=out)
    assert list(victim.iterdir()) == []


def test_a_crash_between_the_two_renames_is_mended(
    make: Make, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, out = places
    first = make(scratch)
    publish(first, scratch=scratch, out=out)
    again = make(scratch)
    real = Path.rename

    def crash(self: Path, target: Path) -> Path:
        if target == out / "s1" / "internal":
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(KeyboardInterrupt):
        publish(again, scratch=scratch, out=out)
    monkeypatch.undo()
    assert recall("s1", Audience.INTERNAL, out, "plan") is None
    publish(make(scratch), scratch=scratch, out=out)
    assert recall("s1", Audience.INTERNAL, out, "plan") == first
    assert [path for path in scratch.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("bad", ["", "../x", "a/b", "a b", ".hidden", "x" * 200])
def test_an_id_that_is_no_plain_name_makes_no_folder(bad: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        folder_of(bad, Audience.INTERNAL)
