"""Records are whole after a kill at any line of writing, erasing and encrypting them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.store import Workspace, record_keys, registry
from pipeline.store.registry import Registry
from tests.kill_points import killed_at_each_line
from tests.store.test_record_cipher import FULL
from tests.vault_files import plain_from_now_on

pytestmark = pytest.mark.slow


def records_of(root: Path) -> Registry:
    return Registry(Workspace.open(root).db)


def test_writing_and_erasing(tmp_path: Path) -> None:
    workspace, kills, erased = Workspace.create(tmp_path / "ws"), 0, replace(FULL, chat=())
    records = Registry(workspace.db)
    records.take(Path("/inbox/one"), "f1", FULL)

    def erase() -> None:
        records.rewrite_erased(erased)
        record_keys.drop_unused(workspace.db)

    for _ in killed_at_each_line(erase, [registry, record_keys]):
        kills += 1
        assert records_of(workspace.root).session(FULL.session_id) in (FULL, erased)
    assert kills > 20
    assert records_of(workspace.root).session(FULL.session_id) == erased
    assert len(workspace.records.keys.owners()) == 1


def test_encrypting_what_an_earlier_version_stored(tmp_path: Path) -> None:
    earlier, kills = plain_from_now_on(Workspace.create(tmp_path / "ws")), 0
    Registry(earlier.db).take(Path("/inbox/one"), "f1", FULL)
    earlier.begin_encryption()
    for _ in killed_at_each_line(lambda: record_keys.encrypt(earlier.db), [record_keys]):
        kills += 1
        assert records_of(earlier.root).session(FULL.session_id) == FULL
    assert kills > 20
    assert record_keys.encrypt(earlier.db) == 0
