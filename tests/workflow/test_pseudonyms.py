"""One person, one customer, one label, in every session."""

from __future__ import annotations

from dataclasses import replace

from pipeline.records import Participant, Role
from pipeline.store import Workspace
from pipeline.workflow.pseudonyms import assign, known_labels
from tests.consent.conftest import Files, file_answers, person, row, session, workspace

__all__ = ["file_answers", "workspace"]


def test_who_is_on_file_has_one_label_everywhere_and_a_namesake_another(
    workspace: Workspace, file_answers: Files
) -> None:
    file_answers(row("ana@a.example"), row("other@b.example"))
    ana = replace(person(1, "ana@a.example"), name="Ana Lima", company="Halcyon Freight", role=Role.CUSTOMER)
    namesake = replace(person(1, "other@b.example"), name="Ana Lima", company="Ridge Ltd", role=Role.CUSTOMER)
    unknown = Participant(participant_id="p2", name="Bo Berg", company="halcyon freight, Inc.", role=Role.CUSTOMER)
    first, second, third = session(ana), session(namesake), session(unknown)
    assert known_labels(first, workspace) == {}
    assign([first, second], workspace)
    assert known_labels(first, workspace) == {
        "person:ana lima": "[participant 1]",
        "company:halcyon freight": "[customer A]",
    }
    assert known_labels(second, workspace) == {
        "person:ana lima": "[participant 2]",
        "company:ridge ltd": "[customer B]",
    }
    assign([third, first], workspace)
    assert known_labels(third, workspace) == {"company:halcyon freight inc": "[customer A]"}
    both = session(ana, replace(namesake, participant_id="p2"))
    assert not any(entity.startswith("person:") for entity in known_labels(both, workspace))
    content = (workspace.root / "offrecord.db").read_bytes().lower()
    assert b"ridge" not in content
