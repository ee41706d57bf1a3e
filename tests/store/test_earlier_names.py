"""What an earlier version wrote is read under today's names, and nothing that was stored is dropped without a word."""

from __future__ import annotations

import importlib
import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

import pipeline
from pipeline.errors import WorkspaceDamaged
from pipeline.records import (
    Attendance,
    Crosstalk,
    DetectionRule,
    Finding,
    Proposal,
    Session,
    SoundPlace,
    TextPlace,
    Transcript,
    Word,
)
from pipeline.store import Workspace, codec
from pipeline.store.earlier_names import RENAMED, now_called, renamed
from pipeline.store.registry import Registry
from tests.store.making import session

STAY = Attendance(participant_id="p1", join_s=0.0, leave_s=9.0, accepted_platform_notice=True)
TALK = Crosstalk(track_id="t1", start_s=1.0, end_s=2.0, of="t2")
SESSION = replace(session(), attendance=(STAY,), crosstalk=(TALK,), unrecognised_files=3)
EARLIER = {"unrecognised_files": "left_out", "crosstalk": "bleeding", "accepted_platform_notice": "told"}
SOUND = SoundPlace(track_id="t1", start_s=1.0, end_s=2.0, time_uncertainty_s=0.5, words=(3, 4))
CHAT = TextPlace(surface="chat", index=1, start_char=2, end_char=5)


def as_before(value: object, names: dict[str, str]) -> str:
    """The JSON of a record as an earlier version wrote it."""
    written = codec.encode(value).decode()
    for now, earlier in names.items():
        assert f'"{now}"' in written
        written = written.replace(f'"{now}"', f'"{earlier}"')
    return written


def record_called(name: str) -> type:
    """The one record of this name, wherever in the pipeline it is."""
    package = Path(pipeline.__file__).parent
    (place,) = [path for path in package.rglob("*.py") if f"\nclass {name}:" in path.read_text("utf-8")]
    module = ".".join(("pipeline", *place.relative_to(package).with_suffix("").parts))
    kind = getattr(importlib.import_module(module), name)
    assert isinstance(kind, type)
    return kind


def proposal() -> Proposal:
    places: tuple[SoundPlace | TextPlace, ...] = (SOUND, CHAT)
    findings = tuple(
        Finding(
            finding_id=f"f{at}",
            entity="e",
            label="PERSON",
            text="x",
            rule=DetectionRule.KNOWN_NAME,
            score=1.0,
            place=place,
        )
        for at, place in enumerate(places)
    )
    return Proposal(
        proposal_id="r", session_id="s", entity="e", label="PERSON", replacement="[person 1]", findings=findings
    )


def test_a_session_of_an_earlier_version_is_the_session_of_today() -> None:
    assert codec.decode(as_before(SESSION, EARLIER), Session) == SESSION
    assert codec.decode(codec.encode(SESSION), Session) == SESSION


def test_the_places_of_findings_are_told_apart_also_under_earlier_names() -> None:
    proposals = (proposal(),)
    written = as_before(proposals, {"time_uncertainty_s": "doubt_s"})
    assert codec.decode(written, tuple[Proposal, ...]) == proposals
    word = Word(start_s=0, end_s=1, time_uncertainty_s=0.1, text="a", probability=1, track_id="t", participant_id=None)
    heard = Transcript(engine="e", words=(word,))
    assert codec.decode(as_before(heard, {"time_uncertainty_s": "doubt_s"}), Transcript) == heard


def test_a_name_that_no_version_had_is_an_error_and_not_a_default(tmp_path: Path) -> None:
    strange = codec.encode(SESSION).decode().replace('"unrecognised_files"', '"something_else"')
    with pytest.raises(ValueError, match="something_else"):
        codec.decode(strange, Session)
    with pytest.raises(ValueError, match="null"):
        codec.decode("null", Session)
    workspace = Workspace.create(tmp_path / "ws")
    registry = Registry(workspace.db)
    registry.take(Path("/inbox/one"), "f", SESSION)
    with workspace.db.begin() as connection:
        connection.execute(text("UPDATE session SET body = :body"), {"body": strange})
    with pytest.raises(WorkspaceDamaged, match="no Session of this version"):
        registry.session(SESSION.session_id)


def test_a_stage_result_of_an_earlier_version_is_used_and_a_strange_one_is_made_again(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    proposals = (proposal(),)
    before = json.loads(as_before(proposals, {"time_uncertainty_s": "doubt_s"}))
    workspace.stages.put("proposals", "s", before)
    assert workspace.stages.get("proposals", "s", tuple[Proposal, ...]) == proposals
    workspace.stages.put("proposals", "s", [{**before[0], "more": 1}])
    assert workspace.stages.get("proposals", "s", tuple[Proposal, ...]) is None


def test_a_field_that_is_no_more_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.earlier_names.RENAMED", (("Kept", "gone", None), ("Kept", "a", "b")))
    from pipeline.store import earlier_names

    earlier_names._names.cache_clear()
    assert now_called("Kept", {"a": 1, "gone": 2, "c": 3}) == {"b": 1, "c": 3}
    monkeypatch.undo()
    earlier_names._names.cache_clear()


@pytest.mark.parametrize(("record", "earlier", "now"), RENAMED)
def test_every_rename_is_of_a_record_that_there_is(record: str, earlier: str, now: str | None) -> None:
    kind = record_called(record)
    names = {field.name for field in fields(kind)}
    assert earlier not in names
    assert now is None or now in names
    assert renamed({earlier: None}, kind) == ({} if now is None else {now: None})


def test_values_that_are_no_records_stay_as_they_are() -> None:
    assert renamed({"a": [1, {"told": 2}]}, dict[str, list[object]]) == {"a": [1, {"told": 2}]}
    assert renamed([1, "x"], tuple[int, str]) == [1, "x"]
    assert renamed(None, Session | None) is None
    assert codec.decode(codec.encode({"at": datetime(2026, 1, 1, tzinfo=UTC)}), dict[str, datetime])
