"""A check that is told how much reads everything in turn, and finds what is damaged when its turn comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.records import Audience
from pipeline.reports import published, verify
from pipeline.store import Workspace
from pipeline.workflow.round_robin import next_round
from pipeline.workflow.vault_keys import verify_keys
from tests.vault_files import changed, stored

SIZES = {"a": 400_000, "b": 700_000, "c": 2_000_000, "d": 1, "e": 1}


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


def test_each_has_its_turn_and_then_it_begins_again(workspace: Workspace) -> None:
    def tonight(limit: int) -> list[str]:
        return next_round(workspace, "x", SIZES, size_of=SIZES.__getitem__, limit=limit)

    nights = [tonight(1_000_000) for _ in range(4)]
    assert nights == [["a", "b"], ["c"], ["d", "e", "a", "b"], ["c"]]
    assert tonight(1_000_000_000) == ["d", "e", "a", "b", "c"]
    assert next_round(workspace, "x", [], size_of=SIZES.__getitem__, limit=1) == []


def test_what_is_damaged_or_missing_is_found(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {}
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"%d" % number)
        sizes[workspace.vault.seal(tmp_path / str(number), kind="media").digest] = 900_000
    broken = sorted(sizes)[-1]
    changed(stored(workspace.vault, broken))
    monkeypatch.setattr(verify, "_sizes", lambda _: sizes)

    def night() -> dict[str, tuple[bool, str]]:
        return {each.what: (each.ok, each.found) for each in verify.verify_workspace(workspace, megabytes=1)}

    first, second = night(), night()
    assert (first["vault, damaged"], first["vault, checked"]) == ((True, "none"), (True, "2 of 3 originals"))
    assert second["vault, damaged"] == (False, broken[:24])
    stored(workspace.vault, sorted(sizes)[0]).unlink()
    assert night()["vault, missing"] == (False, sorted(sizes)[0][:24])


def test_the_keys_of_originals_have_their_turn_too(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"%d" % number)
        workspace.vault.seal(tmp_path / str(number), kind="media")
    broken = sorted(workspace.vault.digests())[2]
    changed(stored(workspace.vault, broken))
    checks = [verify_keys(workspace, at_most=2) for _ in range(2)]
    assert [(each.checked, each.unopened) for each in checks] == [(2, ()), (2, (broken,))]


def test_renditions_have_their_turn_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [(f"2026-11-18-{number:08x}", Audience.INTERNAL) for number in range(3)]
    read: list[str] = []
    monkeypatch.setattr(published, "placed", lambda _: places)
    monkeypatch.setattr(published, "size", lambda _, place: 900_000)

    def is_as_proved(_: Workspace, place: published.Place) -> bool:
        read.append(place[0])
        return place != places[2]

    monkeypatch.setattr(published, "is_as_proved", is_as_proved)
    found = [verify._renditions(workspace, 1).ok for _ in range(2)]
    assert read == [places[0][0], places[1][0], places[2][0], places[0][0]]
    assert found == [True, False]
    assert not verify._renditions(workspace).ok, "all of them where nothing is said"


def test_a_rendition_that_another_command_takes_back_meanwhile_breaks_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "placed", lambda _: [("2026-11-18-0000000a", Audience.INTERNAL)])
    assert not verify._renditions(workspace, 1).ok
