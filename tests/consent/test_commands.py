"""The consent commands, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.clock import that_night
from tests.consent.conftest import person, session

SAMPLES = Path(__file__).parents[2] / "sample_media"
INPUTS = {
    "purpose": "internal",
    "rule": "notify",
    "notice": "evidenced",
    "notice_names_purpose": True,
    "consent_at_speech": "absent",
    "consent_now": "absent",
    "identity": "matched",
    "join": "on_time",
    "speech": "spoke",
    "separable": False,
}


def run(*words: object, stdin: str | bytes = "") -> Result:
    with that_night():
        return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def test_decide_answers_each_line_in_order() -> None:
    lines = [INPUTS, INPUTS | {"consent_now": "withdrawn"}, INPUTS | {"purpose": "special"}]
    done = run("consent", "decide", stdin="\n".join(map(json.dumps, lines)) + "\n\n")
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"outcome": "proceed", "rule": "U8"},
        {"outcome": "hold", "rule": "U2+M"},
        {"outcome": "refuse", "rule": "S2"},
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (json.dumps(INPUTS | {"colour": "red"}), 'unknown key "colour"'),
        (json.dumps({key: value for key, value in INPUTS.items() if key != "join"}), "missing key join"),
        (json.dumps(INPUTS | {"rule": "gdpr"}), 'rule: unknown value "gdpr"'),
        (json.dumps(INPUTS | {"identity": ["matched"]}), "identity: unknown value"),
        (json.dumps(INPUTS | {"separable": "true"}), "separable: unknown value"),
        (json.dumps(INPUTS | {"notice_names_purpose": 1}), "notice_names_purpose: unknown value"),
        (json.dumps(INPUTS | {"rule": "x" * 999}), "..."),
        (json.dumps([INPUTS]), "not a JSON object"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"purpose": "public", "purpose": "internal"}', "twice"),
        (b"\xff", "not valid JSON"),
    ],
)
def test_decide_names_the_line_that_is_wrong(line: str | bytes, says: str) -> None:
    wrong = line if isinstance(line, bytes) else line.encode()
    done = run("consent", "decide", stdin=json.dumps(INPUTS).encode() + b"\n" + wrong + b"\n")
    assert done.exit_code == 2
    assert done.stdout.splitlines() == ['{"outcome": "proceed", "rule": "U8"}']
    assert done.stderr.startswith("offrecord: line 2: ")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def filled(workspace: Workspace) -> Path:
    for name in ("consent", "withdrawal"):
        table = SAMPLES / ("consent.csv" if name == "consent" else "withdrawals.csv")
        done = run("consent", "import", table, "--form", SAMPLES / f"{name}-form.toml", "--workspace", workspace.root)
        assert done.exit_code == 0, done.output
    return workspace.root


def test_the_samples_answers_import_once(filled: Path) -> None:
    form, table = SAMPLES / "consent-form.toml", SAMPLES / "consent.csv"
    done = run("consent", "import", table, "--form", form, "--workspace", filled, "--json")
    told = json.loads(done.stdout)
    assert told["events"] == told["people"] == 0
    assert told["on_file"] == 5 * told["rows"] > 0
    assert told["unread"] == []


def take(workspace: Path, email: str) -> str:
    opened = Workspace.open(workspace)
    meeting = session(person(1, email, name="Nora Unmistakable"))
    Registry(opened.db).take(workspace / "inbox" / "a", "f", meeting)
    return meeting.session_id


def test_show_explains_each_cell(filled: Path) -> None:
    session_id = take(filled, "laura.bennett@orchard.example")
    done = run("consent", "show", session_id, "--workspace", filled, "--json")
    rows = json.loads(done.stdout)
    assert {row["person"] for row in rows} == {"p1"}
    assert {(row["purpose"], row["outcome"], row["rule"]) for row in rows} >= {("transcribe", "minus", "U2")}
    assert all(row["reason"].endswith(".") and row["evidence"] for row in rows)
    assert "Unmistakable" not in run("consent", "show", session_id, "--workspace", filled).stdout
    assert "Unmistakable" in run("consent", "show", session_id, "--workspace", filled, "--names", "--json").stdout


def test_show_of_no_session_is_a_usage_error(filled: Path) -> None:
    assert run("consent", "show", "2026-01-01-00000000", "--workspace", filled).exit_code == 2


def test_withdraw_everything_or_some(filled: Path) -> None:
    session_id = take(filled, "priya.raman@halcyon.example")
    common = ("--email", "priya.raman@halcyon.example", "--by", "sam", "--reason", "by mail", "--workspace", filled)
    assert run("consent", "withdraw", *common).exit_code == 2
    assert run("consent", "withdraw", *common, "--everything", "--purpose", "record").exit_code == 2
    some = run("consent", "withdraw", *common, "--purpose", "internal_share", "--json")
    filed = json.loads(some.stdout)
    assert filed.pop("withdrawal").startswith("wdr_")
    assert "offrecord run" in filed.pop("next_step")
    assert filed == {"events": 1, "new_person": False, "people": 1, "withdrawn_renditions": []}
    rows = json.loads(run("consent", "show", session_id, "--workspace", filled, "--json").stdout)
    outcomes = {row["purpose"]: row["outcome"] for row in rows}
    assert (outcomes["internal_share"], outcomes["internal_improve"]) == ("minus", "proceed")
    assert json.loads(run("consent", "withdraw", *common, "--everything", "--json").stdout)["events"] == 10
    rows = json.loads(run("consent", "show", session_id, "--workspace", filled, "--json").stdout)
    assert {row["outcome"] for row in rows} == {"minus"}


def test_withdraw_needs_an_address(filled: Path) -> None:
    common = ("--everything", "--by", "sam", "--reason", "by mail", "--workspace", filled)
    assert run("consent", "withdraw", "--email", "priya", *common).exit_code == 2


def test_a_store_that_was_changed_ends_with_six(filled: Path) -> None:
    opened = Workspace.open(filled)
    with opened.db.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER consent_event_no_update")
        connection.exec_driver_sql("UPDATE consent_event SET body = replace(body, 'refused', 'given')")
    session_id = take(filled, "victor.stone@granite.example")
    done = run("consent", "show", session_id, "--workspace", filled)
    assert done.exit_code == 6
    assert done.stdout == ""
