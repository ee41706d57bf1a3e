"""Rules of one customer come from what people decided one by one and alike, and end by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.cli.common import account_of_process
from pipeline.errors import ConfigurationError, UsageProblem
from pipeline.records import Finding, Proposal, Role, Verdict
from pipeline.review import propose
from pipeline.review.decision_log import decide
from pipeline.store import Workspace
from pipeline.store.customer_rules import CustomerRule, RuleKind, add_rule
from pipeline.store.registry import Registry
from pipeline.store.terms import read
from pipeline.workflow.customer_rules import NOT_A_NAME, make_rule, suggest_rules
from tests.consent.conftest import person, session
from tests.review.conftest import finding

NOW = datetime(2026, 11, 29, tzinfo=UTC)
UNTIL = date(2027, 5, 1)
GUESS = finding("other:~quillon", "Quillon", label="OTHER", rule="position")
ORDINARY = finding("person:~cache", "cache", rule="name model", start_s=4.0)
PEOPLE = finding("person:~ines", "Ines", rule="name model", start_s=6.0)
LISTED = finding("term:falcon", "Falcon", label="TERM", rule="term list", start_s=8.0)
Made = Callable[[str, str, tuple[Finding, ...]], dict[str, str]]


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def made(workspace: Workspace, tmp_path: Path) -> Made:
    def make(session_id: str, company: str, findings: tuple[Finding, ...]) -> dict[str, str]:
        people = (person(1, company=company), person(2, company="Lumen Labs", role=Role.STAFF))
        held = replace(session(*people), session_id=session_id, source_digest=session_id)
        Registry(workspace.db).take(tmp_path / session_id, "f", held)
        proposals = propose(session_id, findings)
        workspace.stages.put("proposals", session_id, proposals, tuple[Proposal, ...])
        return {each.entity: each.proposal_id for each in proposals}

    return make


def say(workspace: Workspace, session_id: str, proposal_id: str, verdict: Verdict, reason: str = "ours") -> None:
    decide(workspace.db, session_id, [proposal_id], verdict=verdict, actor="ana", reason=reason)


def shown(workspace: Workspace) -> set[tuple[str, str, str, int]]:
    return {
        (each.kind.value, each.customer, each.text, each.sessions) for each in suggest_rules(workspace, reveal_to="lea")
    }


def test_what_is_decided_alike_in_two_sessions_of_one_customer_is_proposed(workspace: Workspace, made: Made) -> None:
    for number in (1, 2):
        ids = made(f"s{number}", "Halcyon Freight Inc", (GUESS, ORDINARY, PEOPLE, LISTED))
        assert shown(workspace) == set()
        say(workspace, f"s{number}", ids[GUESS.entity], Verdict.REDACT)
        say(workspace, f"s{number}", ids[ORDINARY.entity], Verdict.KEEP, NOT_A_NAME)
        say(workspace, f"s{number}", ids[PEOPLE.entity], Verdict.REDACT)
        say(workspace, f"s{number}", ids[LISTED.entity], Verdict.REDACT)
    assert shown(workspace) == {
        ("always", "Halcyon Freight Inc", "quillon", 2),
        ("never", "Halcyon Freight Inc", "cache", 2),
    }
    masked = json.dumps([[each.customer, each.text] for each in suggest_rules(workspace)])
    assert "quillon" not in masked and "Halcyon" not in masked
    assert len(workspace.ledger.under("reveal", "rules")) == 3, "only who revealed is noted"


@pytest.mark.parametrize(("verdict", "reason"), [(Verdict.KEEP, NOT_A_NAME), (Verdict.REDACT, "ours")])
def test_a_face_has_no_text_that_a_rule_could_be_about(
    workspace: Workspace, made: Made, verdict: Verdict, reason: str
) -> None:
    face = finding("face:1a2b", "", label="FACE", rule="face in the picture")
    for number in (1, 2):
        ids = made(f"s{number}", "Halcyon Freight Inc", (face,))
        say(workspace, f"s{number}", ids[face.entity], verdict, reason)
    assert shown(workspace) == set()


@pytest.mark.parametrize("way", ["contrary", "another reason", "another customer", "all at once", "two customers"])
def test_nothing_is_proposed_that_people_did_not_agree_on(workspace: Workspace, made: Made, way: str) -> None:
    companies = {"another customer": ("Halcyon", "Cedar Bank")}.get(way, ("Halcyon", "Halcyon"))
    for number, company in enumerate(companies):
        ids = made(f"s{number}", company, (GUESS, ORDINARY))
        session_id, both = f"s{number}", list(ids.values())
        if way == "all at once":
            decide(workspace.db, session_id, both, verdict=Verdict.REDACT, actor="ana", reason="x")
            continue
        say(workspace, session_id, ids[GUESS.entity], Verdict.REDACT)
        reason = "they agreed" if way == "another reason" else NOT_A_NAME
        say(workspace, session_id, ids[ORDINARY.entity], Verdict.KEEP, reason)
    if way == "contrary":
        ids = made("s9", "Halcyon", (GUESS, ORDINARY))
        say(workspace, "s9", ids[GUESS.entity], Verdict.KEEP, "our own product")
        say(workspace, "s9", ids[ORDINARY.entity], Verdict.REDACT)
    if way == "two customers":
        for number in (0, 1):
            held = Registry(workspace.db).session(f"s{number}")
            held = replace(held, participants=(*held.participants, person(3, company="Cedar Bank")))
            Registry(workspace.db).rewrite(held)
    proposed = {(kind, text) for kind, _, text, _ in shown(workspace)}
    assert proposed == ({("always", "quillon")} if way == "another reason" else set())


def test_a_rule_is_an_entry_of_its_customers_list_and_ends(workspace: Workspace, made: Made) -> None:
    for number in (1, 2):
        ids = made(f"s{number}", "Halcyon Freight", (GUESS, ORDINARY))
        say(workspace, f"s{number}", ids[GUESS.entity], Verdict.REDACT)
        say(workspace, f"s{number}", ids[ORDINARY.entity], Verdict.KEEP, NOT_A_NAME)
    before = workspace.listed().mark(NOW.date())
    ids_by_kind = {each.kind: each.suggestion for each in suggest_rules(workspace)}
    for kind in RuleKind:
        with pytest.raises(UsageProblem):
            make_rule(workspace, ids_by_kind[kind], until=date(2026, 11, 28), actor="lea", reason="x", now=NOW)
        make = partial(
            make_rule, workspace, ids_by_kind[kind], until=UNTIL, actor="lea", reason="again and again", now=NOW
        )
        assert make() is kind
        with pytest.raises(UsageProblem):
            make()
    assert suggest_rules(workspace) == (), "what is a rule is proposed no more"
    (path,) = (workspace.root / "terms").glob("*.toml")
    assert path.stat().st_mode & 0o077 == 0
    theirs, others = (Registry(workspace.db).session("s1"), session(person(1, company="Cedar Bank")))
    for on, holds in ((NOW.date(), True), (date(2027, 5, 2), False)):
        listed = workspace.listed()
        applied = listed.applying(theirs, on)
        assert ("quillon" in [term.text for term in applied.terms]) is holds
        assert ("cache" in applied.allow) is holds
        assert "cache" not in listed.applying(others, on).allow
    assert workspace.listed().mark(NOW.date()) != before, "the next run decides anew"
    entries = workspace.ledger.under("customer rule", "")
    assert len(entries) == 2 and not any("quillon" in body or "lea" in json.loads(body).values() for _, body in entries)


@pytest.mark.parametrize(
    "written",
    [
        'customer = ["Halcyon Freight", "HF"]\n# ask dana first\nallow = ["stack", { text = "trace" }]\n',
        'customer = "Halcyon Freight"\n# ask dana first\n[[allow]]\ntext = "stack"\n[[terms]]\ntext = "Old"\n',
        'customer = "Halcyon Freight"\n# ask dana first\nterms = [{ text = "Old" }]\n',
        'customer = "Halcyon Freight"\n# ask dana first\n[[terms]]\ntext = "Old"\n',
        'customer = "Halcyon Freight"\n# ask dana first\nallow = []\n[[patterns]]\npattern = "x[0-9]{4}"\n',
    ],
)
def test_what_people_wrote_into_a_list_stays_as_it_is(tmp_path: Path, written: str) -> None:
    (tmp_path / "terms").mkdir()
    path = tmp_path / "terms" / "hf.toml"
    path.write_text(written, "utf-8")
    before = {entry.text for entry in read(tmp_path).entries()}
    rule = CustomerRule(
        kind=RuleKind.NEVER, customer="halcyon freight", text='a "b"\n', kind_of_term="other", owner="lea", until=UNTIL
    )
    add_rule(tmp_path, rule)
    add_rule(tmp_path, replace(rule, kind=RuleKind.ALWAYS, text="Quillon"))
    entries = {entry.text: entry for entry in read(tmp_path).entries()}
    assert set(entries) == {*before, 'a "b"\n', "Quillon"} and entries["Quillon"].expires == UNTIL
    assert "# ask dana first" in path.read_text("utf-8")
    kept = path.read_text("utf-8")
    with pytest.raises(ConfigurationError):
        add_rule(tmp_path, replace(rule, kind=RuleKind.ALWAYS, text=" "))
    assert path.read_text("utf-8") == kept


def test_the_shell_lists_and_makes_them(workspace: Workspace, made: Made) -> None:
    for number in (1, 2):
        ids = made(f"s{number}", "Halcyon Freight", (GUESS,))
        say(workspace, f"s{number}", ids[GUESS.entity], Verdict.REDACT)
    root = ["-w", str(workspace.root)]
    listed = CliRunner().invoke(main, ["terms", "suggest-rules", "--json", *root])
    (row,) = json.loads(listed.output)
    assert "uillon" not in listed.output
    make = ["terms", "make-rule", row["suggestion"], "--by", "lea", "--reason", "always"]
    for refused in ([*make, "--until", "2099-01-01"], ["terms", "suggest-rules", "--reveal"]):
        result = CliRunner().invoke(main, [*refused, *root])
        assert result.exit_code == 7 and "review.leads" in result.output and "uillon" not in result.output
    assert len(workspace.ledger.under("rule refused", "")) == 2
    settings = workspace.root / "offrecord.toml"
    settings.write_text(f'{settings.read_text("utf-8")}\n[review]\nleads = ["{account_of_process()}"]\n', "utf-8")
    revealed = CliRunner().invoke(main, ["terms", "suggest-rules", "--reveal", "--json", *root])
    assert "uillon" in revealed.output
    assert CliRunner().invoke(main, [*make, "--until", "2020-01-01", *root]).exit_code == 2
    done = CliRunner().invoke(main, [*make, "--until", "2099-01-01", *root])
    assert done.exit_code == 0 and "always, until 2099-01-01" in done.output
