"""A reviewer says who speaks in a turn of nobody known: by shell and page, with a version, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipeline.cli import main
from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.web.app import staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole
from pipeline.web.site import Access
from pipeline.workflow.review_material import WithheldWords, open_review
from pipeline.workflow.speaker_actions import assign_in_session, list_speakers, unassign_speaker
from tests.clock import now, that_night
from tests.web.making import SAID, analyse_by_hand, session_id_of, withdraw_transcription

TURN = SAID[3][2]
"""What somebody says, and nobody knows who."""


@pytest.fixture
def unknown(workspace: Workspace) -> Workspace:
    analyse_by_hand(workspace, Registry(workspace.db).session(session_id_of(workspace)), unknown=TURN)
    return workspace


@pytest.fixture
def client(unknown: Workspace) -> Iterator[TestClient]:
    logins = Logins()
    app = staff_app(unknown, Access.by_links(logins), hosts=(), now=now)
    with TestClient(app, headers={"sec-fetch-site": "same-origin"}) as browser:
        reviewer = WebUser(actor="ana", roles=frozenset({WebRole.REVIEWER}))
        browser.get(f"/login/{logins.link(reviewer)}", follow_redirects=False)
        yield browser


def speaking(workspace: Workspace) -> list[tuple[str, int]]:
    return [(turn.participant, turn.words) for turn in list_speakers(workspace, session_id_of(workspace), now=now())]


def test_a_turn_is_listed_assigned_and_taken_back_by_shell(unknown: Workspace) -> None:
    session_id = session_id_of(unknown)

    def run(*arguments: str) -> tuple[int, str]:
        with that_night():
            done = CliRunner().invoke(main, ["review", *arguments, "-w", str(unknown.root)])
        return done.exit_code, done.output

    (row,) = json.loads(run("speakers", session_id, "--json")[1])
    assert row["words"] == len(TURN.split()) and row["participant"] == "" and "zebra" not in json.dumps(row)
    who = ["--by", "ana", "--reason", "her voice"]
    assert run("assign", session_id, row["speaker"], "p2", *who)[0] == 0
    assert speaking(unknown) == [("p2", len(TURN.split()))]
    turns = open_review(unknown, session_id, now=now()).transcript.words
    assert {word.participant_id for word in turns[-5:]} == {"p2"}
    assert run("assign", session_id, row["track_id"], "p1", *who)[0] == 0, "all unknown turns of a track"
    assert speaking(unknown)[0][0] == "p1"
    assert run("assign", session_id, row["speaker"], "--undo", *who)[0] == 0
    assert speaking(unknown)[0][0] == ""
    assert run("assign", session_id, row["speaker"], "--undo", *who)[0] == 2
    assert run("assign", session_id, row["speaker"], "p77", *who)[0] == 2
    assert run("assign", session_id, "t1@999.00", "p2", *who)[0] == 2
    acts = [json.loads(body)["act"] for _, body in unknown.ledger.under("finding edit", "")]
    assert acts == ["assign", "assign", "undo", "undo"], "nothing is ever changed or lost"


def test_words_of_who_may_not_be_transcribed_close_the_review_until_the_next_run(unknown: Workspace) -> None:
    session_id = session_id_of(unknown)
    withdraw_transcription(unknown)
    session = Registry(unknown.db).session(session_id)
    analyse_by_hand(unknown, session, unknown=TURN)
    (turn,) = list_speakers(unknown, session_id, now=now())
    assign_in_session(unknown, session_id, turn.speaker, "p3", actor="ana", reason="his voice", now=now())
    with pytest.raises(WithheldWords):
        open_review(unknown, session_id, now=now())
    assert speaking(unknown) == [("p3", 0)], "and it can still be taken back"
    analyse_by_hand(unknown, session, unknown=TURN)
    opened = open_review(unknown, session_id, now=now())
    assert "zebra" not in {word.text for word in opened.transcript.words}
    closed = dict(opened.material.closed)[turn.track_id]
    assert any(start_s <= turn.start_s and turn.start_s < end_s for start_s, end_s in closed), "nobody hears it"
    assert unassign_speaker(unknown, session_id, turn.speaker, actor="ana", reason="a slip") == 1
    analyse_by_hand(unknown, session, unknown=TURN)
    assert speaking(unknown) == [("", len(TURN.split()))]


def written_anew(session: Session, **who: str) -> Session:
    """The session as a list of participants written anew has it: each of these ids for whom another was before."""
    people = {person.participant_id: person for person in session.participants}
    anew = (replace(people[who.get(each, each)], participant_id=each) for each in people)
    return replace(session, participants=tuple(anew))


def test_an_assigned_turn_follows_the_person_and_not_the_id(unknown: Workspace) -> None:
    session_id = session_id_of(unknown)
    (turn,) = list_speakers(unknown, session_id, now=now())
    assign_in_session(unknown, session_id, turn.speaker, "p2", actor="ana", reason="her voice", now=now())
    session = Registry(unknown.db).session(session_id)
    for who, shown in (({"p2": "p3", "p3": "p2"}, [("p3", len(TURN.split()))]), ({"p2": "p3"}, [("", 0)])):
        Registry(unknown.db).rewrite(written_anew(session, **who))
        analyse_by_hand(unknown, Registry(unknown.db).session(session_id), unknown=TURN)
        assert speaking(unknown) == shown
    opened = open_review(unknown, session_id, now=now())
    assert "zebra" not in {word.text for word in opened.transcript.words}, "nobody answered for whoever said it"


def test_the_page_assigns_against_the_version_that_was_seen(client: TestClient, unknown: Workspace) -> None:
    base = f"/sessions/{session_id_of(unknown)}"
    (turn,) = client.get(f"{base}/review.json").json()["speakers"]
    path, seen = f"{base}/speakers/{turn['speaker']}", {"if-match": '"0"'}
    answer = client.post(path, json={"participant_id": "p2"}, headers=seen)
    assert answer.status_code == 200
    body = answer.json()
    shown = [each for each in body["turns"] if each["assigned"]]
    assert [each["speaker"] for each in shown] == ["p2"]
    late = client.post(path, json={"participant_id": "p1"}, headers=seen)
    assert late.status_code == 409 and speaking(unknown)[0][0] == "p2"
    undone = client.post(f"{base}/edits/{body['last_edit']}/undo")
    assert undone.status_code == 200 and not any(each["assigned"] for each in undone.json()["turns"])
    version = undone.json()["speakers"][0]["version"]
    again = client.post(path, json={"participant_id": "p1"}, headers={"if-match": f'"{version}"'})
    assert again.status_code == 200
    assert client.post(path, json={"participant_id": "p1"}).status_code == 422, "without a version nothing is stored"
