"""A proof names the originals that were decoded: one that is not what was sealed stops the rendition."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.proof import ORIGINALS
from pipeline.records import Failed, Leak, PicturePlan, ProofVerdict, RemovedInterval, Rendition, Session
from pipeline.render import render
from tests.render.making import TRANSCRIPT, Plan, Vault, hears_nothing, plan, session


@pytest.fixture
def own(vault: Vault, tmp_path: Path) -> Vault:
    """A vault of one's own to damage."""
    return Vault(Path(shutil.copytree(vault.folder, tmp_path / "vault")))


def outcome(vault: Vault, sealed: Session, approved: Plan, scratch: Path) -> Rendition | Failed | Leak:
    by_name = dict(zip((track.digest for track in sealed.tracks), ("priya", "sam"), strict=False))
    if sealed.video:
        by_name[sealed.video.digest] = "video"

    class Shelves:
        """The vault finds a file by the place that its digest has, whatever lies there by now."""

        def path(self, digest: str) -> Path:
            return vault.folder / by_name[digest]

    return render(sealed, approved, TRANSCRIPT, vault=Shelves(), scratch=scratch, listen=hears_nothing, key="k")


def flipped(*names: str) -> Callable[[Path], None]:
    def flip(folder: Path) -> None:
        for name in names:
            content = bytearray((folder / name).read_bytes())
            content[len(content) // 2] ^= 1
            (folder / name).write_bytes(content)

    return flip


def swapped(folder: Path) -> None:
    (folder / "priya").rename(folder / "aside")
    (folder / "sam").rename(folder / "priya")
    (folder / "aside").rename(folder / "sam")


def longer(folder: Path) -> None:
    (folder / "sam").write_bytes((folder / "sam").read_bytes() + b"\0")


@pytest.mark.parametrize(
    ("damage", "count"), [(flipped("priya"), 1), (flipped("priya", "sam"), 2), (swapped, 2), (longer, 1)]
)
def test_an_original_that_is_not_what_was_sealed_is_not_rendered(
    own: Vault, tmp_path: Path, damage: Callable[[Path], None], count: int
) -> None:
    sealed = own.sealed(session())
    damage(own.folder)
    result = outcome(own, sealed, plan(), tmp_path / "scratch")
    assert isinstance(result, Failed)
    assert f"could not check ({ORIGINALS}: {count} of 2 sealed files not as sealed" in result.reason
    assert "backup" in result.action
    assert not [path for path in (tmp_path / "scratch").rglob("*") if path.is_file()]


def test_the_original_of_a_picture_is_hashed_as_well(own: Vault, tmp_path: Path) -> None:
    sealed = own.sealed(session(video=True))
    content = (own.folder / "video").read_bytes()
    at = content.index(b"FALCONSECRET")
    (own.folder / "video").write_bytes(content[:at] + b"f" + content[at + 1 :])
    result = outcome(own, sealed, plan(picture=PicturePlan()), tmp_path / "scratch")
    assert isinstance(result, Failed) and ORIGINALS in result.reason


def test_the_track_of_a_voice_that_went_is_hashed_as_well(own: Vault, tmp_path: Path) -> None:
    sealed, part = own.sealed(session()), RemovedInterval(start_s=1.0, end_s=2.0, participant_id="p1")
    approved = replace(plan(keep=["t2"]), removed_intervals=(part,))
    flipped("priya")(own.folder)
    result = outcome(own, sealed, approved, tmp_path / "scratch")
    assert isinstance(result, Failed) and ORIGINALS in result.reason


def test_a_file_that_nothing_is_made_from_is_not_asked_for(own: Vault, tmp_path: Path) -> None:
    sealed = own.sealed(session())
    flipped("priya")(own.folder)
    result = outcome(own, sealed, plan(keep=["t2"]), tmp_path / "scratch")
    assert isinstance(result, Rendition), result
    (check,) = [check for check in result.proof.checks if check.name == ORIGINALS]
    assert (check.verdict, check.detail) == (ProofVerdict.PROVED, "1 file as sealed")
