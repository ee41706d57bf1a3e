"""One session through review, publication, a changed term list and a withdrawal, as its people would do it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import INLINE, SPHINX, offrecord, prepared
from tests.end_to_end.test_night import plain, tree
from tests.samples import shortened

pytestmark = pytest.mark.slow

FOLDER = "2026-11-18-j-public"
GUEST = "martin.keller@cedar.example"


class Office:
    """A workspace with one session."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        shortened(FOLDER, self.inbox, seconds=29.2)
        self.root = prepared(folder / "ws", SPHINX)

    def run(self, *, inbox: bool = True) -> int:
        where = [self.inbox] if inbox else []
        return offrecord("run", *where, "--workspace", self.root, *INLINE).returncode

    @property
    def line(self) -> dict[str, Any]:
        lines: list[dict[str, Any]] = json.loads((self.root / "reports" / "report.json").read_text("utf-8"))["lines"]
        assert len(lines) == 1
        return lines[0]

    def renditions(self) -> list[str]:
        return sorted(path.parent.name for path in (self.root / "out").glob("*/*/proof.json"))

    def stages(self, name: str) -> set[Path]:
        return set((self.root / "stages" / name).iterdir())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("office"))
    assert offrecord("run", office.inbox, "--workspace", office.root).returncode == 0
    return office


def test_1_the_public_rendition_waits_for_review(office: Office) -> None:
    assert office.renditions() == ["internal"]
    assert office.line["status"] == "done"
    assert "undecided" in office.line["reason"]


def test_2_signing_off_is_refused_while_anything_is_undecided(office: Office) -> None:
    done = offrecord("review", "sign-off", office.line["id"], "--by", "lead", "--workspace", office.root)
    assert done.returncode == 7
    assert office.run() == 0
    assert office.renditions() == ["internal"]


def test_3_a_finished_review_a_sign_off_and_a_release_let_it_out(office: Office) -> None:
    session = office.line["id"]
    decide = ["review", "decide", session, "--all-undecided", "--redact", "--by", "ann", "--reason", "names"]
    assert offrecord(*decide, "--workspace", office.root).returncode == 0
    assert office.run() == 0
    assert office.renditions() == ["internal"]
    assert offrecord("review", "sign-off", session, "--by", "lead", "--workspace", office.root).returncode == 0
    assert office.run(inbox=False) == 0
    assert office.renditions() == ["internal"]
    assert f"offrecord release {session}" in office.line["action"]
    release = ["release", session, "--workspace", office.root]
    told = json.loads(offrecord(*release, "--dry-run", "--json").stdout)
    assert (told["blocking_reason"], told["windows"] > 0, told["picture"]) == ("", True, False)
    assert office.renditions() == ["internal"]
    assert offrecord(*release, "--by", "lead").returncode == 0
    assert office.renditions() == ["internal", "public"]
    assert office.run(inbox=False) == 0
    assert office.renditions() == ["internal", "public"]
    told = json.loads(offrecord("doctor", "--json", "--workspace", office.root).stdout)
    key = next(row["found"] for row in told if row["what"] == "public key")
    for rendition in (office.root / "out").glob("*/*/proof.json"):
        assert offrecord("prove", rendition.parent, "--key", key).returncode == 0


def test_4_a_changed_term_list_redoes_only_what_depends_on_it(office: Office) -> None:
    vault, before = tree(office.root / "vault"), tree(office.root / "out")
    word = "published"
    assert f" {word} " in plain(next((office.root / "out").glob("*/internal/transcript.txt")).read_text("utf-8"))
    with (office.root / "terms.toml").open("a", encoding="utf-8") as terms:
        terms.write(f'\n[[terms]]\ntext = "{word}"\nkind = "product"\nowner = "test"\n')
    checked = offrecord("terms", "check", "--json", "--workspace", office.root)
    assert checked.returncode == 3
    assert word not in checked.stdout + checked.stderr
    places = json.loads(checked.stdout)
    for audience in ("internal", "public"):
        files = {place["file"] for place in places if place["audience"] == audience}
        assert files == {"sound.m4a", "captions.vtt", "transcript.txt", "transcript.jsonl"}
    assert tree(office.root / "out") == before, "a check changes nothing"
    assert office.run() == 0
    assert len(office.line["exposures"]) == len(places)
    assert "exposures of earlier renditions are redacted now" in office.line["reason"]
    assert offrecord("terms", "check", "--workspace", office.root).returncode == 0
    assert f" {word} " not in plain(next((office.root / "out").glob("*/internal/transcript.txt")).read_text("utf-8"))
    assert tree(office.root / "vault") == vault
    assert tree(office.root / "out") != before
    assert office.renditions() == ["internal"], "the sign-off was of another state, so the public rendition is back"


def test_4_what_was_hidden_comes_back_only_when_somebody_approves(office: Office) -> None:
    terms, word = office.root / "terms.toml", "published"
    before = tree(office.root / "out")
    terms.write_text(terms.read_text("utf-8").replace(f'text = "{word}"', 'text = "vermilion gate"'), "utf-8")
    assert office.run(inbox=False) == 0
    assert "would show what an earlier one hides" in office.line["reason"]
    assert f"`offrecord review show {office.line['id']}` lists what is redacted now" in office.line["action"]
    assert tree(office.root / "out") == before
    approve = ["review", "approve-exposure", office.line["id"], "--audience", "internal", "--by", "ann"]
    assert offrecord(*approve, "--reason", "no product", "--workspace", office.root).returncode == 0
    assert office.run(inbox=False) == 0
    assert f" {word} " in plain(next((office.root / "out").glob("*/internal/transcript.txt")).read_text("utf-8"))


def test_5_a_withdrawal_takes_back_what_is_out(office: Office) -> None:
    done = offrecord(
        "consent", "withdraw", "--email", GUEST, "--everything", "--by", "ann", "--reason", "asked", "-w", office.root
    )
    assert done.returncode == 0, done.stderr
    assert office.run() in (0, 3)
    body = " ".join(path.read_text("utf-8") for path in (office.root / "out").rglob("transcript.txt"))
    assert "keller" not in plain(body)
    requests = (office.root / "out" / "exports" / "requests.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(row)["customer"] in (None, "") for row in requests)


def test_6_a_broken_consent_log_stops_everything(office: Office, tmp_path: Path) -> None:
    import sqlite3

    root = shutil.copytree(office.root, tmp_path / "ws")
    connection = sqlite3.connect(root / "offrecord.db")
    connection.execute("DROP TRIGGER consent_event_no_update")
    connection.execute("UPDATE consent_event SET body = replace(body, 'given', 'Given') WHERE seq = 2")
    connection.commit()
    connection.close()
    before = tree(root / "out")
    done = offrecord("run", office.inbox, "--workspace", root, *INLINE)
    assert done.returncode == 6
    assert "nothing was processed" in done.stderr
    assert tree(root / "out") == before


def test_7_two_runs_at_once_are_one(office: Office) -> None:
    from pipeline.store import Workspace

    with Workspace.open(office.root).locked():
        assert office.run() == 5
