"""Who is only spoken of and is on file with a no: their whole name is theirs, whoever else is in the call."""

from __future__ import annotations

import pytest

from pipeline.consent import named_refusers
from pipeline.records import Purpose
from pipeline.store import Workspace
from tests.consent.conftest import ALL_NO, ALL_YES, NOW, Files, person, row, session

DMITRI = "Dmitri Valko"
SHARE = (Purpose.INTERNAL_SHARE,)
SHARES = ("Yes", "Yes", "Yes", "No")
LATER = "2026-11-12 09:00:00"


def refusing(
    workspace: Workspace, *names: str, purposes: tuple[Purpose, ...] = SHARE, who: str = "Bo Lind"
) -> set[str]:
    meeting = session(person(1, "bo@b.example", name=who))
    return set(named_refusers(names or (DMITRI,), meeting, purposes, workspace=workspace, now=NOW))


def test_who_said_no_elsewhere_is_known_by_the_whole_name_alone(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("dmitri@fern.example", ALL_NO, name=DMITRI))
    assert refusing(workspace, DMITRI, "dmitri valko", "Dmitri", "Valko", "Dmitri Orlov") == {DMITRI, "dmitri valko"}


def test_who_agreed_or_is_not_on_file_is_no_refuser(workspace: Workspace, file_answers: Files) -> None:
    assert refusing(workspace) == set()
    file_answers(row("dmitri@fern.example", ALL_YES, name=DMITRI))
    assert refusing(workspace) == set()


@pytest.mark.parametrize(("answers", "wanted"), [((ALL_NO, ALL_YES), set()), ((ALL_YES, ALL_NO), {DMITRI})])
def test_the_last_answer_counts(
    workspace: Workspace, file_answers: Files, answers: tuple[tuple[str, ...], ...], wanted: set[str]
) -> None:
    first, last = answers
    file_answers(
        row("dmitri@fern.example", first, name=DMITRI), row("dmitri@fern.example", last, at=LATER, name=DMITRI)
    )
    assert refusing(workspace) == wanted


def test_a_no_to_one_purpose_is_none_to_another(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("dmitri@fern.example", SHARES, name=DMITRI))
    public = (Purpose.PUBLIC_RECORDING,)
    assert (refusing(workspace), refusing(workspace, purposes=public)) == (set(), {DMITRI})
    assert refusing(workspace, purposes=SHARE + public) == set()


def test_of_a_participant_of_that_name_the_ruling_decides(workspace: Workspace, file_answers: Files) -> None:
    file_answers(row("dmitri@fern.example", ALL_NO, name=DMITRI))
    assert refusing(workspace, who="dmitri VALKO") == set()
