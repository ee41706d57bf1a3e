"""Reviewers at work in a browser: sessions handed out, leases that end, flags, search, keys of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route
from sqlalchemy import QueuePool

from pipeline.records import Proposal, SoundPlace, Verdict
from pipeline.review import decision_log
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.web.roles import WebRole
from pipeline.workflow.review_actions import decide_proposal
from pipeline.workflow.review_leases import running_leases
from pipeline.workflow.review_material import open_review as opened
from tests.clock import now
from tests.web.chromium import browser
from tests.web.making import Server, analyse_more, serving, session_id_of
from tests.web.test_browser import Watched, decided, open_review, person, wait_saved

__all__ = ["browser"]

ANSWER_MS, RETRY_MS = 60_000, 3_000
"""How long the page waits for an answer, and until it sends a decision again."""


@pytest.fixture
def workspace(analysed_three: Path, tmp_path: Path) -> Workspace:
    """Three sessions."""
    return Workspace.open(shutil.copytree(analysed_three, tmp_path / "ws"))


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with serving(workspace) as running:
        yield running


@pytest.fixture
def watched(server: Server) -> Iterator[list[Watched]]:
    pages: list[Watched] = []
    yield pages
    for each in pages:
        assert each.problems == []
        each.page.context.close()


def holders(server: Server) -> dict[str, str]:
    return {each.session_id: each.actor for each in running_leases(server.workspace, now=now()).values()}


def wait_for_text(page: Page, element: str, text: str) -> None:
    page.wait_for_function(
        "([id, text]) => document.getElementById(id).textContent.includes(text)", arg=[element, text]
    )


def test_the_next_session_is_one_that_nobody_else_has(browser: Browser, server: Server, watched: list[Watched]) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ben = person(browser, server, watched, "ben", WebRole.REVIEWER)
    ana.keyboard.press("q")
    ana.wait_for_url(f"**/sessions/{server.session_id}/review")
    wait_for_text(ana, "lease", "yours until")
    ben.keyboard.press("q")
    ben.wait_for_url("**/sessions/2026-11-18-more/review")
    assert holders(server) == {server.session_id: "ana", "2026-11-18-more": "ben"}
    ana.goto(f"{server.address}/queue")
    assert "ben until" in ana.inner_text("tbody")


def test_a_lease_warns_is_extended_and_a_lead_takes_it_over(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ana.clock.install()
    open_review(ana, server)
    wait_for_text(ana, "lease", "yours until")
    ana.clock.fast_forward("13:30")
    wait_for_text(ana, "lease-text", "only")
    ana.click("#lease-act")
    ana.wait_for_selector("#lease-ends", state="hidden")
    ben = person(browser, server, watched, "ben", WebRole.REVIEWER)
    open_review(ben, server)
    wait_for_text(ben, "lease-text", "ana reviews this session")
    assert ben.is_hidden("#lease-act"), "only a lead takes over"
    ben.focus("#proposals [tabindex='0']")
    ben.keyboard.press("a")
    wait_saved(ben, 1)
    lea = person(browser, server, watched, "lea", WebRole.LEAD)
    open_review(lea, server)
    lea.click("#lease-act:has-text('Take it over')")
    wait_for_text(lea, "lease", "yours until")
    assert holders(server) == {server.session_id: "lea"}
    ana.clock.fast_forward("02:00")
    ana.keyboard.press("Shift")
    wait_for_text(ana, "lease-text", "lea reviews this session")
    ana.clock.fast_forward("16:00")
    wait_for_text(ana, "lease-text", "session is over")


def state_of(server: Server, entity: str) -> tuple[str, str]:
    """What holds of a proposal and who said so; flagged ones too."""
    session = opened(server.workspace, server.session_id, now=now())
    (wanted,) = (each.proposal_id for each in session.proposals if each.entity == entity)
    held = {each.proposal_id: each for each in decision_log.decisions(server.workspace.db, server.session_id)}
    act = held.get(wanted) or decision_log.flags(server.workspace.db, server.session_id).get(wanted)
    return (act.verdict.value, act.actor) if act else ("", "")


def flag_first(page: Page, server: Server, reason: str) -> None:
    """Opens the review and flags its first proposal for a lead, by keyboard; it is shown again at the end."""
    open_review(page, server)
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("f")
    page.keyboard.type(reason)
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail:has-text('[person 2]')")
    page.keyboard.press("k")
    page.wait_for_selector(f"#detail:has-text('For a lead: redacted by ana: {reason}')")


def test_what_is_flagged_is_a_leads_to_decide_and_stays_redacted_when_others_submit(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    flag_first(ana, server, "is she a customer?")
    ana.keyboard.press("x")
    ana.keyboard.type("she agreed")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "message", "left this to a lead")
    ana.keyboard.press("Control+Enter")
    wait_for_text(ana, "ask-text", "1 flagged proposal waits for a lead")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "message", "Submitted.")
    assert state_of(server, "person:hannah berg") == ("flag", "ana")
    assert state_of(server, "person:priya raman") == ("redact", "ana")
    lea = person(browser, server, watched, "lea", WebRole.LEAD)
    lea.goto(f"{server.address}/queue?show=flagged")
    assert "1 for a lead" in lea.inner_text("tbody")
    assert lea.locator("tbody tr").count() == 1
    lea.click("tbody a")
    lea.wait_for_selector("[data-ready]")
    lea.select_option("#filter", "flagged")
    lea.focus("#proposals [tabindex='0']")
    lea.keyboard.press("a")
    lea.wait_for_selector("text=Redacted by lea")
    lea.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('offrecord 2'))")
    assert state_of(server, "person:hannah berg") == ("redact", "lea")


def confirm_with_a_decision_on_its_way(page: Page, server: Server) -> Route:
    """Decides the first proposal and confirms the submission before the decision has arrived; gives what holds it."""
    open_review(page, server)
    on_their_way: list[Route] = []
    page.route("**/decision", lambda route: on_their_way.append(route))
    page.focus("#proposals [tabindex='0']")
    with page.expect_request("**/decision"):
        page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    wait_for_text(page, "ask-text", "undecided, and submitted as redacted")
    page.keyboard.press("Enter")
    wait_for_text(page, "message", "Submitting when 1 decision is saved.")
    [decision] = on_their_way
    return decision


def test_a_submission_waits_for_the_decision_that_is_on_its_way(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    decision = confirm_with_a_decision_on_its_way(ana, server)
    ana.keyboard.press("Control+Enter")
    wait_for_text(ana, "message", "Submitting when the last decisions are saved.")
    assert decided(server) == {}
    decision.continue_()
    wait_for_text(ana, "message", "Submitted.")
    assert {verdict for verdict, _ in decided(server).values()} == {"redact"}
    assert len(decided(server)) == len(opened(server.workspace, server.session_id, now=now()).proposals)


def test_a_submission_stops_where_the_decision_on_its_way_is_refused(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ben = person(browser, server, watched, "ben", WebRole.REVIEWER)
    decision = confirm_with_a_decision_on_its_way(ana, server)
    open_review(ben, server)
    ben.focus("#proposals [tabindex='0']")
    ben.keyboard.press("a")
    wait_saved(ben, 1)
    decision.continue_()
    wait_for_text(ana, "message", "ben was quicker")
    assert list(decided(server).values()) == [("redact", "ben")]
    ana.keyboard.press("Control+Enter")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "message", "Submitted.")


def mark_something_missed(page: Page) -> None:
    """Marks the speech without words as missed, up to the answer of the server."""
    page.keyboard.press("g")
    wait_for_text(page, "message", "Speech without words")
    page.keyboard.press("n")
    page.wait_for_selector("#ask[open] #ask-text:has-text('speech without words')")
    page.keyboard.press("Enter")


def test_a_decision_made_while_an_edit_is_on_its_way_is_kept_and_shown(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    on_their_way: list[tuple[Route, APIResponse]] = []
    ana.route("**/findings", lambda route: on_their_way.append((route, route.fetch())))
    mark_something_missed(ana)
    while not on_their_way:
        ana.wait_for_timeout(50)
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("a")
    wait_for_text(ana, "progress", "1 of 6")
    ana.wait_for_timeout(500)
    [(route, answer)] = on_their_way
    route.fulfill(response=answer)
    wait_for_text(ana, "progress", "2 of 7")
    wait_saved(ana, 2)
    ana.keyboard.press("u")
    ana.keyboard.press("a")
    wait_saved(ana, 3)
    assert len(decided(server)) == 3


def test_an_edit_made_while_a_decision_is_on_its_way_follows_it(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    on_their_way: list[Route] = []
    ana.route("**/decision", lambda route: on_their_way.append(route))
    ana.focus("#proposals [tabindex='0']")
    with ana.expect_request("**/decision"):
        ana.keyboard.press("a")
    ana.keyboard.press("g")
    ana.keyboard.press("n")
    ana.wait_for_timeout(500)
    on_their_way[0].continue_()
    wait_for_text(ana, "ask-text", "speech without words")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "progress", "2 of 7")
    ana.keyboard.press("z")
    wait_for_text(ana, "message", "Undone.")
    wait_saved(ana, 1)


def test_an_edit_that_cannot_reach_the_server_says_so_and_loses_no_decision(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("g")
    ana.keyboard.press("n")
    wait_for_text(ana, "ask-text", "speech without words")
    ana.context.set_offline(True)
    ana.keyboard.press("Enter")
    wait_for_text(ana, "message", "Not saved: the server cannot be reached")
    ana.keyboard.press("a")
    wait_for_text(ana, "offline", "1 decision")
    ana.context.set_offline(False)
    wait_saved(ana, 1)
    mark_something_missed(ana)
    wait_for_text(ana, "progress", "2 of 7")


def test_a_server_that_does_not_answer_is_given_up_and_said_and_loses_no_decision(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ana.clock.install()
    open_review(ana, server)
    unanswered: list[Route] = []
    ana.route("**/findings", lambda route: unanswered.append(route))
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("g")
    ana.keyboard.press("n")
    wait_for_text(ana, "ask-text", "speech without words")
    with ana.expect_request("**/findings"):
        ana.keyboard.press("Enter")
    ana.clock.fast_forward(ANSWER_MS // 2)
    assert not ana.get_by_text("does not answer").count(), "it has its time"
    ana.clock.fast_forward(ANSWER_MS)
    wait_for_text(ana, "message", "Not saved: the server does not answer; it may have done this all the same")
    ana.unroute("**/findings")
    ana.route("**/decision", lambda route: unanswered.append(route))
    with ana.expect_request("**/decision"):
        ana.keyboard.press("a")
    ana.clock.fast_forward(ANSWER_MS)
    wait_for_text(ana, "offline", "The server does not answer: 1 decision is kept")
    ana.unroute("**/decision")
    ana.clock.fast_forward(RETRY_MS)
    wait_saved(ana, 1)
    ana.wait_for_selector("#offline", state="hidden")


def test_a_decision_that_a_proxy_answers_for_the_server_is_kept_and_sent_again(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ana.clock.install()
    open_review(ana, server)
    ana.route("**/decision", lambda route: route.fulfill(status=504, body="<h1>Gateway time-out</h1>"), times=1)
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("a")
    wait_for_text(ana, "offline", "The server does not answer: 1 decision")
    ana.clock.fast_forward(RETRY_MS)
    wait_saved(ana, 1)
    watched[0].problems[:] = [each for each in watched[0].problems if "504" not in each]


def test_what_was_decided_last_is_kept_and_sent_when_the_page_is_closed_before(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    ana.route("**/decision", lambda route: route.fulfill(status=504, body="<h1>Gateway time-out</h1>"))
    ana.uncheck("#advance")
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("w")
    wait_for_text(ana, "offline", "1 decision")
    for key in "awa":
        ana.keyboard.press(key)
    wait_for_text(ana, "offline", "2 decisions")
    ana.unroute("**/decision")
    ana.reload()
    wait_saved(ana, 1)
    assert state_of(server, "person:hannah berg") == ("redact", "ana")
    watched[0].problems[:] = [each for each in watched[0].problems if "504" not in each]


def test_decisions_of_a_login_that_ran_out_are_sent_after_the_next_login_of_the_same_person_alone(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ana.clock.install()
    open_review(ana, server)
    (cookie,) = ana.context.cookies()
    server.logins.end(cookie.get("value", ""))
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("a")
    wait_for_text(ana, "offline", "Your login is over, log in again in another tab of this browser: 1 decision is kept")
    assert "/review" in ana.url, "the page keeps its place"
    other = ana.context.new_page()
    other.goto(server.link("bob", WebRole.REVIEWER))
    with ana.expect_response("**/decision") as refused:
        ana.clock.fast_forward(RETRY_MS)
    assert refused.value.status == HTTPStatus.UNAUTHORIZED
    wait_for_text(ana, "offline", "Somebody else has logged in in this browser since you opened this page")
    assert state_of(server, "person:hannah berg") == ("", "")
    other.goto(server.link("ana", WebRole.REVIEWER))
    ana.clock.fast_forward(RETRY_MS)
    wait_saved(ana, 1)
    assert state_of(server, "person:hannah berg") == ("redact", "ana")
    watched[0].problems[:] = [each for each in watched[0].problems if "401" not in each]


def test_whoever_flagged_takes_it_back_and_undo_flags_again(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    flag_first(ana, server, "who is it?")
    ana.keyboard.press("f")
    ana.wait_for_selector("#detail:has-text('Undecided')")
    ana.keyboard.press("z")
    ana.wait_for_selector("#detail:has-text('For a lead')")
    ana.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('offrecord 2'))")
    assert state_of(server, "person:hannah berg") == ("flag", "ana")


def test_search_finds_what_is_shown_and_what_is_masked_only_on_record(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    addresses: list[str] = []
    ana.on("request", lambda request: addresses.append(request.url))
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("/")
    ana.keyboard.type("the zeb")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "search-count", "1 of 2")
    assert ana.inner_text("#transcript .chosen >> nth=0") == "the"
    ana.keyboard.press("Enter")
    wait_for_text(ana, "search-count", "2 of 2")
    ana.fill("#search", "falcon")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "search-count", "Nowhere.")
    assert not server.workspace.ledger.under("reveal", "")
    ana.check("#search-hidden")
    ana.focus("#search")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "search-count", "1 of 3")
    assert len(server.workspace.ledger.under("reveal", "")) == 1
    assert "falcon" not in ana.inner_text("#review"), "found, and still masked"
    ana.keyboard.press("Escape")
    assert ana.evaluate("document.activeElement.role || document.activeElement.getAttribute('role')") == "option"
    assert not any("falcon" in each or "zeb" in each for each in addresses), "no address holds what was searched for"


def test_each_key_can_be_changed_or_taken_away(browser: Browser, server: Server, watched: list[Watched]) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    ana.keyboard.press("?")
    ana.focus("[data-action='a']")
    ana.keyboard.press("Enter")
    ana.keyboard.press("j")
    wait_for_text(ana, "help-message", "taken: next proposal")
    ana.keyboard.press("Enter")
    ana.keyboard.press("e")
    ana.focus("[data-action='w']")
    ana.keyboard.press("Enter")
    ana.keyboard.press("Backspace")
    ana.keyboard.press("Escape")
    for _ in range(2):
        ana.wait_for_selector("#detail:has-text('Redact (E)')")
        ana.focus("#proposals [tabindex='0']")
        ana.keyboard.press("a")
        ana.keyboard.press("w")
        assert ana.inner_text("#progress").startswith("0 of"), "neither does anything now"
        open_review(ana, server)
    ana.focus("#proposals [tabindex='0']")
    ana.keyboard.press("e")
    wait_saved(ana, 1)
    ana.keyboard.press("?")
    ana.click("#help-reset")
    ana.wait_for_selector("[data-action='a']:has-text('A')")


def test_a_reveal_lasts_as_long_as_its_key_and_a_held_key_decides_once(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    assert ana.evaluate("document.activeElement.getAttribute('role')") == "option", "keys work at once"
    ana.keyboard.down("r")
    ana.wait_for_selector("#detail:has-text('hannah')")
    ana.keyboard.down("r")
    ana.wait_for_timeout(450)
    ana.keyboard.up("r")
    ana.wait_for_selector("#detail:has-text('••••••')")
    assert "hannah" not in ana.inner_text("#review"), "in the transcript neither"
    assert len(server.workspace.ledger.under("reveal", "")) == 1, "one look is on record once"
    ana.keyboard.press("r")
    ana.wait_for_selector("#detail:has-text('hannah')")
    ana.keyboard.press("r")
    ana.wait_for_selector("#detail:has-text('••••••')")
    for _ in range(4):
        ana.keyboard.down("a")
    ana.keyboard.up("a")
    wait_saved(ana, 1)
    assert "[person 2]" in ana.inner_text("#detail"), "and goes on to the next"


def test_speech_without_words_and_dragged_words_are_marked_as_missed(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(ana, server)
    assert "p1 (staff): internal proceed, public hold" in ana.inner_text("#badges")
    assert "Said by p1 (staff)" in ana.inner_text("#detail")
    ana.keyboard.press("g")
    ana.keyboard.press("n")
    wait_for_text(ana, "ask-text", "speech without words")
    ana.keyboard.press("Tab")
    ana.keyboard.press("Enter")
    wait_for_text(ana, "message", "Saved.")
    words = ana.locator("#transcript .w")
    first, last = (words.filter(has_text=text).first.bounding_box() for text in ("welcome", "everyone"))
    assert first and last
    ana.mouse.move(first["x"] + 4, first["y"] + 4)
    ana.mouse.down()
    ana.mouse.move(last["x"] + 4, last["y"] + 4, steps=4)
    ana.mouse.up()
    ana.keyboard.press("n")
    wait_for_text(ana, "ask-text", "These 2 words")
    ana.keyboard.press("Escape")
    session = opened(server.workspace, server.session_id, now=now())
    places = [each.findings[0].place for each in session.proposals if each.entity.startswith("marked:")]
    assert [(each.start_s, each.end_s) for each in places if isinstance(each, SoundPlace)] == [(22.0, 24.0)]


def test_a_server_keeps_its_connections_and_many_requests_at_once_are_answered(workspace: Workspace) -> None:
    kept = Workspace.open(workspace.root)
    proposals = proposals_of(kept, session_id_of(kept))

    def decide(proposal: Proposal) -> int:
        return decide_proposal(kept, proposal, Verdict.REDACT, actor="ana", reason="x", version=0)

    with ThreadPoolExecutor(12) as threads:
        numbers = list(threads.map(decide, proposals * 4))
    assert len(set(numbers)) == len(proposals), "each is kept once, whoever sends it again"
    kept.ledger.verify()
    assert isinstance(kept.db.pool, QueuePool) and kept.db.pool.checkedout() == 0 and kept.db.pool.checkedin() > 0
    kept.db.dispose()


def test_five_sessions_by_keyboard_alone(browser: Browser, server: Server, watched: list[Watched]) -> None:
    ids = [server.session_id, *analyse_more(server.workspace, 4)]
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ana.set_viewport_size({"width": 1280, "height": 720})
    ana.keyboard.press("q")
    for number in range(len(ids)):
        ana.wait_for_selector("[data-ready]")
        assert ana.evaluate("document.activeElement.getAttribute('role')") == "option", "keys work at once"
        assert review_of_one(ana) <= 12, "key presses for six proposals, something missed and the submission"
        ana.wait_for_function("() => document.activeElement.id === 'next-session'")
        with ana.expect_navigation():
            ana.keyboard.press("Enter")
        assert number == len(ids) - 1 or "/review" in ana.url
    assert "Nothing waits for you" in ana.inner_text("main")
    for session_id in ids:
        proposals = proposals_of(server.workspace, session_id)
        decisions = decision_log.decisions(server.workspace.db, session_id)
        left = decision_log.undecided(proposals, decisions)
        assert [each.proposal_id for each in left] == list(decision_log.flags(server.workspace.db, session_id))
        assert len(proposals) == 7 and len(left) == 1


def review_of_one(page: Page) -> int:
    """Reviews one session, and gives how many keys that took, without the letters of a reason or a search."""
    presses = 0

    def press(key: str, until: str, element: str = "progress") -> None:
        nonlocal presses
        presses += 1
        page.keyboard.press(key)
        wait_for_text(page, element, until)
        assert page.evaluate("scrollY") == 0, f"{key} scrolls the page"

    press("a", "1 of 6")
    press("a", "2 of 6")
    press("x", "1 not confidential", "ask-quick")
    press("2", "3 of 6")
    press("f", "stays redacted", "ask-text")
    page.keyboard.type("may we say this?")
    press("Enter", "1 for a lead")
    press("w", "4 of 6")
    press("g", "Speech without words", "message")
    press("n", "speech without words", "ask-text")
    press("Enter", "5 of 7")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "option", "focus is where it was"
    press("Control+Enter", "1 proposal is undecided", "ask-text")
    press("Enter", "Submitted.", "message")
    return presses
