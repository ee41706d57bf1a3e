"""What somebody leaves to a lead is undecided, so redacted, until a lead decides it; on the log like any act."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.cli.common import account_of_process
from pipeline.errors import FlaggedForLead, RefusedByPolicy
from pipeline.records import Audience, Proposal, Verdict
from pipeline.records.shell_actor import ShellActor, mark
from pipeline.review import decision_log
from pipeline.review.finding_edits import edits, last_by
from pipeline.review.queue import proposals_of, queue
from pipeline.store import Workspace
from pipeline.workflow import review_actions, review_edits
from pipeline.workflow.review_leases import next_session
from pipeline.workflow.review_material import ReviewSession, open_review
from pipeline.workflow.review_views import revealed
from tests.clock import NIGHT, now
from tests.web.conftest import analysed, with_settings, workspace
from tests.web.making import session_id_of

__all__ = ["analysed", "with_settings", "workspace"]
ANA: dict[str, Any] = {"actor": "ana", "reason": "is it theirs?"}


def first(workspace: Workspace) -> Proposal:
    return proposals_of(workspace, session_id_of(workspace))[0]


def left(workspace: Workspace) -> list[str]:
    """The proposals that nobody decided."""
    session_id = session_id_of(workspace)
    decisions = decision_log.decisions(workspace.db, session_id)
    return [each.proposal_id for each in decision_log.undecided(proposals_of(workspace, session_id), decisions)]


def test_a_flag_makes_a_decided_proposal_undecided_and_only_a_lead_decides_it(workspace: Workspace) -> None:
    proposal, session_id = first(workspace), session_id_of(workspace)
    review_actions.decide_proposal(workspace, proposal, Verdict.KEEP, **ANA)
    review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, **ANA)
    assert proposal.proposal_id in left(workspace), "what is flagged is not kept"
    for verdict, actor in ((Verdict.KEEP, "ana"), (Verdict.REDACT, "ben"), (Verdict.OPEN, "ben")):
        with pytest.raises(FlaggedForLead, match="ana left this to a lead"):
            review_actions.decide_proposal(workspace, proposal, verdict, actor=actor, reason="x")
    with pytest.raises(FlaggedForLead):
        review_actions.decide(workspace, session_id, [proposal.replacement], Verdict.KEEP, actor="ben", reason="x")
    review_actions.decide_proposal(workspace, proposal, Verdict.KEEP, actor="lea", reason="not theirs", is_lead=True)
    assert proposal.proposal_id not in left(workspace)
    acts = [decision.verdict for _, _, decision in decision_log.history(workspace.db)]
    assert acts == [Verdict.KEEP, Verdict.FLAG, Verdict.KEEP], "nothing is ever changed or lost"


def test_nobody_elses_flag_is_a_way_round_a_lead(workspace: Workspace) -> None:
    proposal = first(workspace)
    review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, **ANA)
    for verdict in (Verdict.FLAG, Verdict.OPEN, Verdict.KEEP):
        with pytest.raises(FlaggedForLead, match="ana left this to a lead"):
            review_actions.decide_proposal(workspace, proposal, verdict, actor="ben", reason="x")
    assert proposal.proposal_id in left(workspace)
    review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, actor="ana", reason="their project's name")
    review_actions.decide_proposal(workspace, proposal, Verdict.OPEN, actor="ana", reason="it is clear")
    review_actions.decide_proposal(workspace, proposal, Verdict.REDACT, actor="ben", reason="x")
    assert proposal.proposal_id not in left(workspace)


def test_nothing_that_is_about_many_decides_what_is_flagged(workspace: Workspace) -> None:
    proposal, session_id = first(workspace), session_id_of(workspace)
    review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, **ANA)
    (line,) = queue(workspace, now=now())
    assert (line.flagged, line.undecided) == (1, len(proposals_of(workspace, session_id)))
    opened = open_review(workspace, session_id, now=now())
    review_edits.submit(workspace, opened, undecided=line.undecided - 1, actor="ben")
    review_actions.decide(workspace, session_id, [], Verdict.REDACT, actor="ben", reason="x", all_undecided=True)
    assert left(workspace) == [proposal.proposal_id]
    assert next_session(workspace, actor="ben", now=NIGHT) is None, "a reviewer is not handed what is a lead's"
    assert next_session(workspace, actor="lea", now=NIGHT, is_lead=True) == session_id
    with pytest.raises(RefusedByPolicy, match="1 proposal is undecided"):
        review_actions.sign_off(workspace, session_id, audience=Audience.PUBLIC, actor="lea")
    review_edits.submit(workspace, opened, undecided=1, actor="lea", is_lead=True)
    assert left(workspace) == []


def test_by_command_only_the_account_of_a_lead_decides_what_is_flagged(
    workspace: Workspace, with_settings: Callable[[str], Workspace]
) -> None:
    led = with_settings(f'\n[review]\nleads = ["{account_of_process()}"]\n')
    for opened, code in ((workspace, 7), (led, 0)):
        label = first(opened).replacement

        def run(*arguments: str, at: Workspace = opened, label: str = label) -> tuple[int, str]:
            said = ("--by", getpass.getuser(), "--reason", "x", "-w", str(at.root))
            done = CliRunner().invoke(main, ["review", "decide", session_id_of(at), label, *arguments, *said])
            return done.exit_code, done.output

        assert run("--flag")[0] == 0
        shown = CliRunner().invoke(main, ["review", "show", session_id_of(opened), "-w", str(opened.root)])
        assert "flag" in shown.output
        assert run("--keep")[0] == code


def test_what_two_people_keep_is_left_to_a_lead_by_the_first(with_settings: Callable[[str], Workspace]) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    person = next(each for each in proposals_of(workspace, session_id_of(workspace)) if each.label == "PERSON")
    company = next(each for each in proposals_of(workspace, session_id_of(workspace)) if each.label == "COMPANY")
    count = review_actions.decide(
        workspace,
        session_id_of(workspace),
        [person.proposal_id, company.proposal_id],
        Verdict.KEEP,
        actor="lea",
        reason="agreed",
        is_lead=True,
    )
    assert (count.decided, count.left_to_lead) == (1, 1)
    review_actions.decide_proposal(workspace, person, Verdict.KEEP, actor="lea", reason="agreed", is_lead=True)
    flag = decision_log.flags(workspace.db, session_id_of(workspace))[person.proposal_id]
    assert (flag.actor, flag.reason) == ("lea", "to keep: agreed"), "one person is one, a lead or not"
    review_actions.decide_proposal(workspace, person, Verdict.KEEP, actor="lou", reason="agreed", is_lead=True)
    assert person.proposal_id not in left(workspace)
    review_actions.decide_proposal(workspace, person, Verdict.REDACT, actor="ana", reason="no")
    assert person.proposal_id not in left(workspace), "to redact takes one person"
    opened = open_review(workspace, session_id_of(workspace), now=now())
    other = next(each for each in opened.proposals if each.entity == "person:priya raman")
    who: dict[str, Any] = {"actor": "ana", "version": 0, "now": now()}
    again = review_edits.change_category(workspace, opened, other.proposal_id, "OTHER", **who)
    renamed = review_edits.proposal_of(again, other.proposal_id)
    review_actions.decide_proposal(workspace, renamed, Verdict.KEEP, **ANA)
    assert other.proposal_id in left(workspace), "another category is no way round"


def test_who_only_asked_a_lead_is_not_the_first_of_two_who_keep(with_settings: Callable[[str], Workspace]) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    person = next(each for each in proposals_of(workspace, session_id_of(workspace)) if each.label == "PERSON")
    review_actions.decide_proposal(workspace, person, Verdict.FLAG, **ANA)
    review_actions.decide_proposal(workspace, person, Verdict.KEEP, actor="lea", reason="agreed", is_lead=True)
    assert person.proposal_id in left(workspace), "one person kept it"
    review_actions.decide_proposal(workspace, person, Verdict.KEEP, actor="lou", reason="agreed", is_lead=True)
    assert person.proposal_id not in left(workspace)


def test_what_refuses_one_of_several_keeps_none_of_them(with_settings: Callable[[str], Workspace]) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    session_id, proposals = session_id_of(workspace), proposals_of(workspace, session_id_of(workspace))
    person, company = (next(each for each in proposals if each.label == label) for label in ("PERSON", "COMPANY"))
    review_actions.decide_proposal(workspace, person, Verdict.FLAG, **ANA)
    both = [company.proposal_id, person.proposal_id]
    with pytest.raises(FlaggedForLead):
        review_actions.decide(workspace, session_id, both, Verdict.KEEP, actor="ben", reason="x")
    assert {*both} <= {*left(workspace)}


def marked(workspace: Workspace) -> tuple[ReviewSession, int, Proposal]:
    """A word that ana marked as a person's name, the number of that edit, and its proposal."""
    opened = open_review(workspace, session_id_of(workspace), now=now())
    taken = {index for each in opened.proposals for index in revealed(opened, each.proposal_id)}
    word = next(word for index, word in enumerate(opened.transcript.words) if index not in taken and len(word.text) > 4)
    span: dict[str, Any] = {"track_id": word.track_id, "start_s": word.start_s, "end_s": word.end_s, "label": "PERSON"}
    again = review_edits.add_finding(workspace, opened, **span, **ANA, now=now())
    number = max(edits(workspace.db, session_id_of(workspace)))
    return again, number, next(each for each in again.proposals if each.entity.startswith("marked:"))


def test_what_is_left_to_a_lead_is_not_taken_back_with_its_mark(workspace: Workspace) -> None:
    opened, number, proposal = marked(workspace)
    review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, **ANA)
    for actor in ("ana", "ben"):
        with pytest.raises(FlaggedForLead, match="ana left this to a lead"):
            review_edits.undo_edit(workspace, opened, number, actor=actor, now=now())
    again = review_edits.undo_edit(workspace, opened, number, actor="lea", now=now(), is_lead=True)
    assert proposal.proposal_id not in {each.proposal_id for each in again.proposals}


def test_what_somebody_else_marked_needs_two_people_where_policy_does(
    with_settings: Callable[[str], Workspace],
) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    opened, number, proposal = marked(workspace)
    for actor, is_lead in (("ben", False), ("lea", True)):
        with pytest.raises(RefusedByPolicy, match="two people"):
            review_edits.undo_edit(workspace, opened, number, actor=actor, now=now(), is_lead=is_lead)
    again = review_edits.undo_edit(workspace, opened, number, actor="ana", now=now())
    assert proposal.proposal_id not in {each.proposal_id for each in again.proposals}, "a slip of one's own"


def category_changed(workspace: Workspace) -> tuple[ReviewSession, int]:
    """A term of which ana said that it is a person, and the number of that edit."""
    opened = open_review(workspace, session_id_of(workspace), now=now())
    term = next(each for each in opened.proposals if each.label == "TERM" and len(each.findings) > 1)
    who: dict[str, Any] = {"actor": "ana", "version": 0, "now": now()}
    again = review_edits.change_category(workspace, opened, term.proposal_id, "PERSON", **who)
    return again, max(edits(workspace.db, session_id_of(workspace)))


def test_a_category_is_taken_back_by_who_gave_it_or_by_a_lead_and_each_time_on_record(workspace: Workspace) -> None:
    session_id, (opened, number) = session_id_of(workspace), category_changed(workspace)
    assert (last_by(workspace.db, session_id, "ana"), last_by(workspace.db, session_id, "ben")) == (number, 0)
    with pytest.raises(RefusedByPolicy, match="somebody else did this"):
        review_edits.undo_edit(workspace, opened, number, actor="ben", now=now())
    assert number in edits(workspace.db, session_id)
    review_edits.undo_edit(workspace, opened, number, actor="lea", now=now(), is_lead=True)
    assert number not in edits(workspace.db, session_id) and last_by(workspace.db, session_id, "ana") == 0
    undone = [body for _, body in workspace.ledger.under("finding edit", "") if '"undo"' in body]
    assert len(undone) == 1 and mark("lea") in undone[0]


def test_a_category_that_two_people_keep_is_no_single_leads_to_take_back(
    with_settings: Callable[[str], Workspace],
) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    opened, number = category_changed(workspace)
    with pytest.raises(RefusedByPolicy, match="two people"):
        review_edits.undo_edit(workspace, opened, number, actor="lea", now=now(), is_lead=True)
    review_edits.undo_edit(workspace, opened, number, actor="ana", now=now())


def kept(workspace: Workspace, proposal: Proposal, name: str, account: str) -> bool:
    """Whether a proposal is kept once a lead says so by command, from an account of the machine."""
    actor = ShellActor(name, account=account)
    review_actions.decide_proposal(workspace, proposal, Verdict.KEEP, actor=actor, reason="agreed", is_lead=True)
    return proposal.proposal_id not in left(workspace)


def test_one_account_under_two_names_is_one_person_unless_people_share_it(
    with_settings: Callable[[str], Workspace],
) -> None:
    policy = '\n[review]\nsecond_person_for = ["PERSON", "COMPANY", "TERM"]\n'
    workspace = with_settings(policy)
    ids = [each for each in proposals_of(workspace, session_id_of(workspace)) if not each.is_picture]
    cases = (
        (("ana", "ops"), ("lea", "ops"), False),
        (("ana", "ana"), ("lea", "lea"), True),
        (("ana", "lea"), ("lea", "ops"), False),
        (("lea", "ops"), ("ana", "lea"), False),
    )
    for proposal, (one, other, holds) in zip(ids, cases, strict=False):
        assert not kept(workspace, proposal, *one)
        assert kept(workspace, proposal, *other) is holds, (one, other)
    noted = [body for _, body in workspace.ledger.under("decision", "")]
    assert mark("ana") in noted[0] and mark("ops") in noted[0], "the name, and the account beside it"
    with (workspace.root / "offrecord.toml").open("a", encoding="utf-8") as settings:
        settings.write("shared_account = true\n")
    shared = Workspace.open(workspace.root)
    assert kept(shared, ids[0], "lou", "ops"), "names tell people apart who share an account"
    assert not kept(shared, ids[2], "lea", "other"), "one name is one person"


def test_who_decided_on_the_page_is_nobody_else_by_command_from_an_account_of_that_name(
    with_settings: Callable[[str], Workspace],
) -> None:
    workspace = with_settings('\n[review]\nsecond_person_for = ["PERSON"]\n')
    person = next(each for each in proposals_of(workspace, session_id_of(workspace)) if each.label == "PERSON")
    review_actions.decide_proposal(workspace, person, Verdict.KEEP, **ANA, is_lead=True)
    assert not kept(workspace, person, "lea", "ana")


def test_who_signs_off_decided_nothing_from_their_account_either(with_settings: Callable[[str], Workspace]) -> None:
    workspace = with_settings("\n[review]\nsecond_person = true\n")
    session_id, signing = session_id_of(workspace), {"audience": Audience.PUBLIC}
    decided = ShellActor("ana", account="ops")
    review_actions.decide(workspace, session_id, [], Verdict.REDACT, actor=decided, reason="x", all_undecided=True)
    with pytest.raises(RefusedByPolicy, match="from no account"):
        review_actions.sign_off(workspace, session_id, actor=ShellActor("lea", account="ops"), **signing)
    review_actions.sign_off(workspace, session_id, actor=ShellActor("lea", account="lea"), **signing)


def test_nobody_takes_a_flag_back_under_somebody_elses_name(workspace: Workspace) -> None:
    proposal = first(workspace)
    for flagger in (ShellActor("ana", account="ana"), "ana"):
        review_actions.decide_proposal(workspace, proposal, Verdict.FLAG, actor=flagger, reason="whose?")
        with pytest.raises(FlaggedForLead):
            posing = ShellActor("ana", account="ben")
            review_actions.decide_proposal(workspace, proposal, Verdict.OPEN, actor=posing, reason="x")
        own = ShellActor("ana", account="ana")
        review_actions.decide_proposal(workspace, proposal, Verdict.OPEN, actor=own, reason="x")
