"""`offrecord verify --megabytes` reads every original in turn, and finds what is damaged when its turn comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.reports import verify
from pipeline.reports.verify_in_turn import originals_in_turn
from pipeline.store import Workspace
from tests.vault_files import changed, stored

SIZES = {"a": 400_000, "b": 700_000, "c": 2_000_000, "d": 1, "e": 1}


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


def test_each_has_its_turn_and_then_it_begins_again(workspace: Workspace) -> None:
    nights = [originals_in_turn(workspace, SIZES, megabytes=1) for _ in range(4)]
    assert nights == [["a", "b"], ["c"], ["d", "e", "a", "b"], ["c"]]
    assert originals_in_turn(workspace, SIZES, megabytes=1_000) == ["d", "e", "a", "b", "c"]
    assert originals_in_turn(workspace, {}, megabytes=1) == []


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
