from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import LONGEST
from tests.once import made_once


def test_it_is_made_by_the_first_who_asks_and_again_only_where_that_failed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    attempts: list[Path] = []

    def make(folder: Path) -> None:
        attempts.append(folder)
        assert list(folder.iterdir()) == []
        (folder / "half").touch()
        if len(attempts) == 1:
            raise RuntimeError
        (folder / "whole").touch()

    with pytest.raises(RuntimeError):
        made_once(tmp_path_factory, "test", make)
    for _ in range(2):
        assert (made_once(tmp_path_factory, "test", make) / "whole").exists()
    assert len(attempts) == 2


def test_the_files_that_come_first_are_there() -> None:
    assert [name for name in LONGEST if not (Path(__file__).parent / name).is_file()] == []
