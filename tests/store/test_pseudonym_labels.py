from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.store import Workspace, pseudonym_labels

pytestmark = pytest.mark.usefixtures("each_database")


def test_a_number_is_one_partys_and_is_never_given_again(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    secret = workspace.key("alias")
    ana, bo, cy = (pseudonym_labels.mark(secret, pseudonym_labels.PERSON, who) for who in ("pty_1", "pty_2", "pty_3"))
    pseudonym_labels.give(workspace.db, pseudonym_labels.PERSON, [ana, bo, ana])
    assert pseudonym_labels.known(workspace.db, pseudonym_labels.PERSON) == {ana: 1, bo: 2}
    with workspace.db.begin() as connection:
        pseudonym_labels.free(connection, [bo])
    pseudonym_labels.give(workspace.db, pseudonym_labels.PERSON, [cy, bo])
    assert {
        name: pseudonym_labels.known(workspace.db, pseudonym_labels.PERSON)[mark]
        for name, mark in (("cy", cy), ("bo", bo))
    } == {
        "cy": 3,
        "bo": 4,
    }
    assert pseudonym_labels.known(workspace.db, pseudonym_labels.CUSTOMER) == {}
    assert pseudonym_labels.mark(secret, pseudonym_labels.CUSTOMER, "pty_1") != ana


def test_letters_go_on_after_z() -> None:
    assert [pseudonym_labels.letters(number) for number in (1, 2, 26, 27, 52, 703)] == [
        "A",
        "B",
        "Z",
        "AA",
        "AZ",
        "AAA",
    ]
