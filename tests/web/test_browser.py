"""The review app in a browser, as its users use it: keyboard, crash, two people at once, a phone without scripts."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from pipeline.records import SoundPlace, Verdict
from pipeline.review import decision_log
from pipeline.store import Workspace
from pipeline.store.previews import events
from pipeline.store.registry import Registry
from pipeline.web.logins import Logins
from pipeline.web.roles import WebRole
from pipeline.web.serve import access_of
from pipeline.workflow.consent_form import invite
from pipeline.workflow.speaker_actions import list_speakers
from tests.clock import now
from tests.web.chromium import AXE, ColorScheme, browser
from tests.web.making import FORM, SAID, SCRIPT, Server, analyse_by_hand, decide_alike, preview_by_hand, serving
from tests.web.oidc.running import keep_secret, provider, settings
from tests.workflow.test_names_out import with_concerns

__all__ = ["browser"]


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with serving(workspace) as running:
        yield running


class Watched:
    """A page whose console errors, policy violations and foreign requests are an error at the end of its test."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.problems: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._request(request.url, address))

    def _console(self, message: ConsoleMessage) -> None:
        kind, text = message.type, message.text
        expected = "409" in text or "ERR_INTERNET_DISCONNECTED" in text or "ERR_CONNECTION" in text
        if kind in ("error", "warning") and not expected:
            self.problems.append(text)

    def _request(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.problems.append(f"foreign request: {url}")


@pytest.fixture
def watched(browser: Browser, server: Server) -> Iterator[list[Watched]]:
    opened: list[Watched] = []
    yield opened
    for each in opened:
        assert each.problems == []
        each.page.context.close()


def person(
    browser: Browser,
    server: Server,
    watched: list[Watched],
    actor: str,
    *roles: WebRole,
    color_scheme: ColorScheme | None = None,
    bypass_csp: bool = False,
) -> Page:
    """Somebody who is logged in, on the page that the login leads to."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=color_scheme, bypass_csp=bypass_csp
    )
    watched.append(Watched(context, server.address))
    page = watched[-1].page
    page.goto(server.link(actor, *roles))
    return page


def open_review(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/sessions/{server.session_id}/review")
    page.wait_for_selector("[data-ready]")


def decided(server: Server) -> dict[str, tuple[str, str]]:
    """By entity what holds, and who decided it."""
    from pipeline.workflow.review_material import open_review as opened

    review = opened(server.workspace, server.session_id, now=now())
    names = {each.proposal_id: each.entity for each in review.proposals}
    decisions = decision_log.decisions(server.workspace.db, server.session_id)
    return {names[each.proposal_id]: (each.verdict.value, each.actor) for each in decisions}


def wait_saved(page: Page, count: int) -> None:
    page.wait_for_function(
        "text => document.getElementById('progress').textContent.startsWith(text)", arg=f"{count} of"
    )
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('offrecord 2'))")


def test_a_whole_review_by_keyboard_alone(browser: Browser, server: Server, watched: list[Watched]) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    page.wait_for_selector("tbody a")
    page.keyboard.press("Tab")
    page.evaluate("document.querySelector('tbody a').focus()")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready]")
    assert "hannah" not in page.content(), "masked until revealed"
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("r")
    page.wait_for_function("() => document.getElementById('message').textContent.startsWith('Revealed')")
    assert "hannah" in page.inner_text("#detail")
    with page.expect_response("**/audio?**"):  # the next proposal is played when the page goes on to it
        page.keyboard.press("a")
    page.wait_for_selector("#detail:has-text('[person 2]')")
    page.keyboard.press("x")
    page.keyboard.type("they agreed to be named")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('progress').textContent.startsWith('2 of')")
    page.keyboard.press("Control+z")
    wait_saved(page, 1)
    page.keyboard.press("Control+Shift+Z")
    wait_saved(page, 2)
    page.focus("#filter")
    page.focus("#transcript")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("n")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Saved.")
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Submitted.")
    made = decided(server)
    assert made["person:hannah berg"] == ("redact", "ana") and made["person:priya raman"] == ("keep", "ana")
    assert len(made) == 7 and sum(entity.startswith("marked:") for entity in made) == 1
    ledger = [body for _, body in server.workspace.ledger.under("reveal", "")]
    assert len(ledger) == 1, "who revealed is in the ledger"
    assert server.workspace.ledger.under("listen", ""), "and who heard the original"


def test_a_crash_loses_nothing_and_a_lost_connection_waits(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("a")
    wait_saved(page, 1)
    page.context.set_offline(True)
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_selector("#offline:not([hidden])")
    page.context.set_offline(False)
    page.goto("about:blank")  # the page is gone with the decision unsent
    open_review(page, server)
    wait_saved(page, 2)
    assert [each[0] for each in decided(server).values()] == ["redact", "redact"]


def test_a_mark_says_whose_no_is_touched_before_anything_is_kept(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    marks = with_concerns(server.workspace)
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    shown = page.locator("#proposals .concerns").all_inner_texts()
    assert sorted(shown) == sorted(f"⚠ {mark}" for mark in marks.values())
    assert "Raman" not in " ".join(shown)
    company = marks["company:halcyon freight"]
    page.locator("#proposals [role=option]", has_text=company).click()
    page.wait_for_selector(f"#detail:has-text('Concerns: {company}')")
    page.keyboard.press("w")
    page.wait_for_selector(f"#ask-text:has-text('It concerns {company}.')")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.wait_for_selector(f"#ask-text:has-text('It concerns {company}.')")
    page.keyboard.type("they are in the press")
    page.keyboard.press("Enter")
    wait_saved(page, 1)
    assert decided(server) == {"company:halcyon freight": ("keep", "ana")}
    page.locator("#proposals [role=option]", has_text="Cannot be kept: may be the name of p2").click()
    page.keyboard.press("x")
    page.wait_for_selector("#message:has-text('cannot be kept: may be the name of p2, who said no')")
    assert len(decided(server)) == 1


def test_sound_that_cannot_be_had_is_no_silence(browser: Browser, server: Server, watched: list[Watched]) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    page.route("**/audio?**", lambda route: route.abort("internetdisconnected"))
    open_review(page, server)
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("a")
    page.wait_for_selector("#message:has-text('Redacted'):has-text('The sound cannot be had now')")
    page.unroute("**/audio?**")
    with page.expect_response("**/audio?**") as heard:
        page.keyboard.press("h")
    assert heard.value.ok
    wait_saved(page, 1)


def test_two_reviewers_cannot_overwrite_each_other(browser: Browser, server: Server, watched: list[Watched]) -> None:
    ana = person(browser, server, watched, "ana", WebRole.REVIEWER)
    ben = person(browser, server, watched, "ben", WebRole.REVIEWER)
    for page in (ana, ben):
        open_review(page, server)
        page.focus("#proposals [tabindex='0']")
    ana.keyboard.press("a")
    wait_saved(ana, 1)
    ben.keyboard.press("w")
    ben.wait_for_function("() => document.getElementById('message').textContent.includes('ana was quicker')")
    assert list(decided(server).values()) == [("redact", "ana")]
    ben.keyboard.press("k")
    ben.keyboard.press("w")
    wait_saved(ben, 1)
    assert list(decided(server).values()) == [("redact", "ana"), ("keep", "ben")] or list(decided(server).values()) == [
        ("keep", "ben")
    ]


def test_a_speaker_is_assigned_by_keyboard(browser: Browser, server: Server, watched: list[Watched]) -> None:
    analyse_by_hand(server.workspace, Registry(server.workspace.db).session(server.session_id), unknown=SAID[3][2])
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    page.click("text=unknown speaker >> xpath=.. >> .w >> nth=0")
    page.keyboard.press("s")
    page.wait_for_selector("#ask[open]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=as a reviewer said")
    (turn,) = list_speakers(server.workspace, server.session_id, now=now())
    assert turn.participant == "p2"
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=unknown speaker")


def test_staff_log_in_at_a_provider_on_another_site(
    browser: Browser, with_settings: Callable[[str], Workspace]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with provider(f"{address}/login/callback") as issuer:
        workspace = with_settings(settings(issuer, address))
        keep_secret(workspace.root)
        with serving(workspace, access_of(workspace, Logins()), port=port):
            page = browser.new_page()
            page.goto(f"{address}/queue")
            page.click("#start")
            assert page.url.startswith(issuer), "it is localhost, and so another site than 127.0.0.1"
            page.fill("[name=login]", "ana.reviewer")
            page.fill("[name=password]", "any")
            page.click("button[type=submit]")
            page.click("button[type=submit]")
            page.wait_for_url(f"{address}/queue")
            assert "ana@lumen.example" in page.inner_text("header")
            page.close()


def test_edges_move_by_words_and_by_ten_milliseconds(browser: Browser, server: Server, watched: list[Watched]) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    page.focus("#proposals [tabindex='0']")
    end = page.locator("[data-edge='end_s']")
    before = float(end.input_value())

    def pressed(keys: str, answer: str) -> float:
        with page.expect_response(lambda response: answer in response.url) as waiting:
            page.keyboard.press(keys)
        waiting.value.finished()
        page.wait_for_timeout(100)
        return float(end.input_value())

    word = pressed("Shift+Alt+ArrowRight", "/edges")
    assert word == pytest.approx(before + 0.4, abs=0.02)
    assert pressed("Control+Shift+Alt+ArrowLeft", "/edges") == pytest.approx(word - 0.01)
    assert pressed("z", "/undo") == pytest.approx(word)


def test_the_edges_of_every_mention_move(browser: Browser, server: Server, watched: list[Watched]) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    page.uncheck("#autoplay")
    page.locator(".turn").nth(2).locator(".w").first.click()
    page.focus("#proposals [tabindex='0']")
    assert "TERM" in page.inner_text("#detail") and "Mention 1 of 3" in page.inner_text("#detail")
    start, before = page.locator("[data-edge='start_s']"), edges_of_term(server)
    for number in (2, 3):
        page.keyboard.press("m")
        assert f"Mention {number} of 3" in page.inner_text("#detail")
        assert float(start.input_value()) == pytest.approx(before[number - 1][0], abs=0.01)
    assert page.locator(".turn").nth(2).locator(".w.here").count() == 1, "the transcript shows it"
    with page.expect_response(lambda response: "/edges" in response.url) as waiting:
        page.keyboard.press("Control+Alt+ArrowLeft")
    waiting.value.finished()
    page.wait_for_function("() => document.getElementById('message').textContent === 'Saved.'")
    assert "Mention 3 of 3" in page.inner_text("#detail"), "it stays the one that is chosen"
    after = edges_of_term(server)
    assert after[:2] == before[:2] and after[2] == pytest.approx((before[2][0] - 0.01, before[2][1]), abs=0.002)
    page.keyboard.press("m")
    assert "Mention 1 of 3" in page.inner_text("#detail")
    page.keyboard.press("b")
    assert "Mention 3 of 3" in page.inner_text("#detail")


def edges_of_term(server: Server) -> list[tuple[float, float]]:
    """From where to where the term is said, in order."""
    from pipeline.workflow.review_material import open_review as opened

    review = opened(server.workspace, server.session_id, now=now())
    (term,) = (each for each in review.proposals if each.entity == "term:project falcon")
    places = (finding.place for finding in term.findings)
    return sorted((place.start_s, place.end_s) for place in places if isinstance(place, SoundPlace))


def test_consent_is_given_and_withdrawn_on_a_phone_without_scripts(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    links = invite(server.session_id, FORM, emails=(), url=server.address, workspace=server.workspace, now=now())
    mine = next(link.link for link in links if link.email.startswith("tomasz"))
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="en-US")
    watched.append(Watched(context, server.address))
    page = watched[-1].page
    page.goto(mine)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for question in page.locator("fieldset").all():
        question.locator("input[value=yes]").check()
    page.fill("#name", SCRIPT)
    page.fill("#place", "Poland")
    page.click("main button")
    assert page.inner_text("h1") == "Your answer is filed."
    page.click("#withdraw")
    page.click("main button")
    assert "is withdrawn" in page.inner_text("[role=status]")
    page.goto(f"{server.address}/queue")
    assert page.url.endswith("/login"), "nothing else can be reached"


PAGES = ("queue", "rules", "quality", "holds", "matches", "withdrawals", "requests", "ledger", "reports", "settings")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, server: Server, watched: list[Watched], scheme: ColorScheme
) -> None:
    page = person(browser, server, watched, "lea", color_scheme=scheme, bypass_csp=True)
    session = f"sessions/{server.session_id}"
    links = invite(server.session_id, FORM, emails=(), url=server.address, workspace=server.workspace, now=now())
    pages = [f"{server.address}/{name}" for name in (*PAGES, f"{session}/sign-off", f"{session}/consent")]
    decide_alike(server.workspace)
    preview = f"{server.address}{preview_by_hand(server.workspace, 'p2')}"
    for address in [*pages, links[0].link, preview, f"{server.address}/{session}/review", f"{server.address}/login"]:
        page.goto(address)
        if address.endswith("/review"):
            page.wait_for_selector("[data-ready]")
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate("async () => (await axe.run()).violations")
        serious = [
            (each["id"], each["nodes"][0]["html"]) for each in result if each["impact"] in ("serious", "critical")
        ]
        assert serious == [], address


def test_a_preview_is_answered_on_a_phone_without_scripts(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="de-DE")
    watched.append(Watched(context, server.address))
    page = watched[-1].page
    page.goto(f"{server.address}{preview_by_hand(server.workspace, 'p2')}")
    assert SCRIPT in page.inner_text("main") and "hello [person 1]" in page.inner_text("main")
    assert page.locator("nav").count() == 0, "nothing of staff"
    page.fill("#reason", "meine Stimme")
    page.click("text=Ich widerspreche")
    page.wait_for_selector("text=Sie widersprechen.")
    acts = events(server.workspace.db, server.session_id)
    assert [(act.act.value, act.reason) for act in acts][-1] == ("objected", "meine Stimme")


def test_a_script_in_a_name_or_term_stays_text(browser: Browser, server: Server, watched: list[Watched]) -> None:
    page = person(browser, server, watched, "ana")
    open_review(page, server)
    assert SCRIPT in page.inner_text("#review")
    page.keyboard.press("End")
    chat = next(each for each in page.locator("#proposals li").all() if "chat" in each.inner_text())
    chat.click()
    page.keyboard.press("r")
    page.wait_for_function("() => document.getElementById('message').textContent.startsWith('Revealed')")
    assert SCRIPT in page.inner_text("#detail")
    assert page.title().endswith("Offrecord") and page.evaluate("document.scripts.length") == 1


def test_what_waits_in_a_browser_holds_no_text_of_the_session(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.REVIEWER)
    open_review(page, server)
    page.context.set_offline(True)
    page.focus("#proposals [tabindex='0']")
    page.keyboard.press("a")
    page.wait_for_selector("#offline:not([hidden])")
    kept = json.loads(page.evaluate("JSON.stringify(localStorage)"))
    assert "hannah" not in json.dumps(kept) and Verdict.REDACT.value in json.dumps(kept)
    page.context.set_offline(False)
    wait_saved(page, 1)
