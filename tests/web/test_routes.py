"""Who may get what: every route, every role, and nobody; and what every answer has in common."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.records import Audience, ReviewHold
from pipeline.records.session import UNKNOWN_PLATFORM
from pipeline.records.speaker_turns import SpeakerDispute
from pipeline.review.holds import speaker_questions
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.web.app import participant_app, staff_app
from pipeline.web.guard import MAX_BODY
from pipeline.web.logins import IDLE_S, LINK_S, LONGEST_S, Logins, WebUser
from pipeline.web.modes import COOKIE
from pipeline.web.roles import WebRole
from pipeline.web.routes import PARTICIPANT_ROUTES, STAFF_ROUTES
from pipeline.web.site import Access, Site
from pipeline.workflow.consent_form import invite
from pipeline.workflow.request_review import GroupLine
from pipeline.workflow.review_holds import lift_holds
from tests.clock import now
from tests.web.making import FORM, decide_alike, session_id_of

HOST = "127.0.0.1:8484"
OURS = {"sec-fetch-site": "same-origin"}
R, L, P, D, A, U = WebRole.REVIEWER, WebRole.LEAD, WebRole.PM, WebRole.DPO, WebRole.ADMIN, WebRole.AUDITOR
ALL = {R, L, P, D, A, U}
# Written by hand and not taken from the code: who may get what.
TABLE = {
    "GET /static/{name}": None,
    "GET /consent/{secret}": None,
    "POST /consent/{secret}": None,
    "GET /withdraw/{secret}": None,
    "POST /withdraw/{secret}": None,
    "GET /preview/{secret}": None,
    "POST /preview/{secret}": None,
    "GET /preview/{secret}/sound/{number:int}": None,
    "GET /preview/{secret}/still/{number:int}": None,
    "GET /login": None,
    "GET /login/start": None,
    "GET /login/callback": None,
    "GET /login/{secret}": None,
    "POST /logout": ALL,
    "GET /": ALL,
    "GET /queue": {R, L},
    "POST /queue/next": {R, L},
    "POST /sessions/{session}/lease": {R, L},
    "GET /sessions/{session}/review": {R, L},
    "GET /sessions/{session}/review.json": {R, L},
    "GET /sessions/{session}/audio": {R, L},
    "GET /sessions/{session}/picture": {R, L},
    "GET /sessions/{session}/covers": {R, L},
    "GET /sessions/{session}/same-words": {R, L},
    "POST /sessions/{session}/proposals/{proposal}/decision": {R, L},
    "POST /sessions/{session}/proposals/{proposal}/reveal": {R, L},
    "POST /sessions/{session}/proposals/{proposal}/category": {R, L},
    "POST /sessions/{session}/findings": {R, L},
    "POST /sessions/{session}/findings/{finding}/edges": {R, L},
    "POST /sessions/{session}/edits/{number:int}/undo": {R, L},
    "POST /sessions/{session}/speakers/{speaker}": {R, L},
    "POST /sessions/{session}/search": {R, L},
    "POST /sessions/{session}/submit": {R, L},
    "GET /sessions/{session}/voices": {R, L, D},
    "POST /sessions/{session}/voices": {R, L, D},
    "GET /sessions/{session}/voices/{number:int}/clip": {R, L, D},
    "GET /sessions/{session}/sign-off": {R, L},
    "POST /sessions/{session}/sign-off": {L},
    "GET /sessions/{session}/rendition/{audience}/{name}": ALL - {A},
    "GET /sessions/{session}/consent": {D, L, U},
    "GET /holds": {D, L, U},
    "POST /holds": {D},
    "GET /matches": {D, L, U},
    "POST /matches": {D},
    "GET /rules": {L},
    "POST /rules": {L},
    "GET /quality": {L},
    "GET /withdrawals": {D, U},
    "GET /requests": {P, L, R},
    "POST /requests": {R, L},
    "GET /ledger": {D, U, A},
    "GET /reports": ALL - {P},
    "GET /settings": {A, U},
}
ORIGINALS = (
    "/review",
    "/audio",
    "/picture",
    "/covers",
    "/same-words",
    "/proposals/",
    "/findings",
    "/edits/",
    "/speakers/",
    "/search",
    "/submit",
    "/voices",
    "/clip",
)


@pytest.fixture
def site(workspace: Workspace) -> Iterator[Site]:
    app = staff_app(workspace, Access.by_links(Logins()), hosts={HOST}, now=now)
    yield app.state.site


def client_of(site: Site, *roles: WebRole) -> TestClient:
    """A browser of somebody with these roles; of nobody without any."""
    app = staff_app(site.workspace, site.access, hosts={HOST}, now=now)
    client = TestClient(app, base_url=f"http://{HOST}", headers=OURS, raise_server_exceptions=False)
    if roles:
        client.get(
            f"/login/{site.access.logins.link(WebUser(actor='ana', roles=frozenset(roles)))}", follow_redirects=False
        )
    return client


def address(row: str, session_id: str) -> tuple[str, str]:
    method, _, path = row.partition(" ")
    path = path.replace("{session}", session_id).replace("{number:int}", "1").replace("{audience}", "internal")
    return method, re.sub(r"\{\w+\}", "x", path)


def test_the_table_is_whole() -> None:
    routes = (*PARTICIPANT_ROUTES, *STAFF_ROUTES)
    served = {f"{((route.methods or set()) - {'HEAD'}).pop()} {route.path}" for route in routes}
    assert served == set(TABLE)
    assert not any(row.partition(" ")[2].endswith(ORIGINALS) and P in (roles or ()) for row, roles in TABLE.items())


@pytest.mark.parametrize("role", [None, *WebRole])
def test_every_route_for_every_role(site: Site, role: WebRole | None) -> None:
    check_table(client_of(site, *([role] if role else [])), role, session_id_of(site.workspace))


def check_table(client: TestClient, role: WebRole | None, session_id: str) -> None:
    """Tries every route as somebody with one role, or as nobody."""
    for row, roles in TABLE.items():
        if row == "POST /logout":
            continue
        method, path = address(row, session_id)
        answer = client.request(method, path, follow_redirects=False)
        if roles is None or (role and role in roles):
            assert answer.status_code not in (401, 500) and "Your role" not in answer.text, (row, answer.text)
        else:
            assert answer.status_code == (403 if role else 401), row
            assert len(answer.content) < 100, row


def test_whoever_is_not_logged_in_is_led_to_the_login_and_a_link_works_once(site: Site) -> None:
    client = client_of(site)
    answer = client.get("/queue", headers={"accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    link = f"/login/{site.access.logins.link(WebUser(actor='ana', roles=frozenset({R})))}"
    first = client.get(link, follow_redirects=False)
    cookie = first.headers["set-cookie"].lower()
    assert first.status_code == 303 and "httponly" in cookie and "samesite=strict" in cookie
    assert client_of(site).get(link).status_code == 403
    assert client.get("/queue").status_code == 200
    client.post("/logout", follow_redirects=False)
    client.cookies.set(COOKIE, first.cookies[COOKIE])
    assert client.get("/queue").status_code == 401, "the session itself is over, not its cookie alone"


def test_logins_end_when_idle_and_when_old() -> None:
    time_s = [0.0]
    logins = Logins(clock=lambda: time_s[0])
    ana = WebUser(actor="ana", roles=frozenset({R}))
    late = logins.link(ana)
    time_s[0] += LINK_S + 1
    assert logins.redeem(late) is None
    session = logins.redeem(logins.link(ana))
    assert session and logins.person(session) == ana
    time_s[0] += IDLE_S + 1
    assert logins.person(session) is None
    busy, began_s = logins.redeem(logins.link(ana)), time_s[0]
    assert busy
    while time_s[0] - began_s < LONGEST_S:
        assert logins.person(busy) == ana
        time_s[0] += IDLE_S / 2
    time_s[0] += 1
    assert logins.person(busy) is None


@pytest.mark.parametrize("path", ["/queue", "/login", "/nothing", "/sessions/x/review.json", "/static/app.css"])
def test_every_answer_has_the_strict_headers(site: Site, path: str) -> None:
    headers = client_of(site, R).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["referrer-policy"] == "no-referrer" and headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store" or path.startswith("/static/")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "", "origin": f"http://{HOST}"},
    ],
)
def test_no_other_site_can_send_a_request(site: Site, headers: dict[str, str]) -> None:
    client = client_of(site, L)
    answer = client.post(f"/sessions/{session_id_of(site.workspace)}/sign-off", headers=headers)
    assert answer.status_code == 403 and "another site" in answer.text


def test_another_host_name_and_a_large_body_are_refused(site: Site) -> None:
    client = client_of(site, R)
    assert client.get("/queue", headers={"host": "evil.example"}).status_code == 421
    assert client.post("/logout", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_a_page_holds_no_address_of_another_site_and_nothing_inline(site: Site) -> None:
    client = client_of(site, *WebRole)
    session_id = session_id_of(site.workspace)
    for path in ("/queue", "/holds", "/ledger", "/settings", f"/sessions/{session_id}/review", "/login"):
        page = client.get(path).text
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page), path
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", page), path


def test_the_page_of_holds_asks_who_speaks_until_somebody_answers(site: Site) -> None:
    session_id, client = session_id_of(site.workspace), client_of(site, L)
    assert "Questions" not in client.get("/holds").text
    dispute = SpeakerDispute(start_s=754.0, end_s=758.0, captioned="p1", heard="p2")
    site.workspace.stages.put("holds", session_id, tuple(speaker_questions([dispute])), tuple[ReviewHold, ...])
    page = client.get("/holds").text
    assert "captions name p1 where the voice is that of p2, for 4 s in 1 place, first at 0:12:34" in page
    assert f"offrecord review lift {session_id} speakers-p1-p2" in page
    lift_holds(site.workspace, session_id, ["speakers-p1-p2"], actor="ana", reason="listened: it is p2")
    assert "Questions" not in client.get("/holds").text


def test_a_product_manager_reaches_only_files_that_a_proof_lists(site: Site, tmp_path: Path) -> None:
    session_id = session_id_of(site.workspace)
    folder = site.workspace.out / session_id / Audience.INTERNAL
    folder.mkdir(parents=True)
    (folder / "original.flac").write_bytes(b"secret")
    client = client_of(site, P)
    for name in ("original.flac", "../../vault", "..%2f..%2fofffrecord.db", "proof.json"):
        answer = client.get(f"/sessions/{session_id}/rendition/internal/{name}")
        assert answer.status_code in (403, 404) and b"secret" not in answer.content, name


def test_a_reviewer_sees_what_consent_allows_and_not_by_which_rule(site: Site) -> None:
    path = f"/sessions/{session_id_of(site.workspace)}"
    for role, sees_rules in ((R, False), (L, True)):
        page = client_of(site, role).get(f"{path}/sign-off").text
        assert "<strong>proceed</strong>" in page and ("Rule and reason" in page) is sees_rules
    badges = client_of(site, R).get(f"{path}/review.json").json()["badges"]
    assert badges and {key for badge in badges for key in badge} == {"participant_id", "role", "internal", "public"}


def test_participants_reach_the_form_and_nothing_else(workspace: Workspace) -> None:
    client = TestClient(participant_app(workspace, now=now), headers=OURS, raise_server_exceptions=False)
    link = invite(session_id_of(workspace), FORM, emails=(), url="", workspace=workspace, now=now())[0].link
    assert client.get(link).status_code == 200
    for row in TABLE:
        method, path = address(row, session_id_of(workspace))
        if row.partition(" ")[2] not in {route.path for route in PARTICIPANT_ROUTES}:
            assert client.request(method, path).status_code == 404, row


def test_what_is_vendored_is_what_npm_has() -> None:
    folder = Path(__file__).with_name("vendor")
    for name, entry in tomllib.loads((folder / "vendor.toml").read_text("utf-8")).items():
        assert hashlib.sha256((folder / f"{name}.js").read_bytes()).hexdigest() == entry["sha256"]


def test_a_lead_makes_a_rule_of_what_decisions_say(site: Site) -> None:
    workspace, client = site.workspace, client_of(site, L)
    assert "No decisions suggest a rule" in client.get("/rules").text
    decide_alike(workspace)
    page = client.get("/rules").text
    assert "Never a name" in page and "cache" not in page and "Halcyon" not in page
    shown = client.post("/rules", data={"act": "reveal"}).text
    assert "cache" in shown and "Halcyon Freight" in shown and workspace.ledger.under("reveal", "rules")
    suggestion = re.search(r'name="suggestion" value="([^"]+)"', shown)
    assert suggestion
    sent = {"act": "make", "suggestion": suggestion.group(1), "until": "2027-01-01", "reason": "a word of theirs"}
    assert client.post("/rules", data={**sent, "until": "soon"}).status_code == 409
    assert client.post("/rules", data={**sent, "reason": ""}).status_code == 409
    assert client.post("/rules", data=sent, follow_redirects=False).status_code == 303
    (entry,) = [each for each in workspace.listed().entries() if each.text == "cache"]
    assert entry.owner == "ana: a word of theirs"


def test_the_queue_is_filtered_by_platform_and_an_unknown_one_is_no_choice(site: Site) -> None:
    registry, session_id = Registry(site.workspace.db), session_id_of(site.workspace)
    client, known = client_of(site, R), registry.session(session_id)
    registry.rewrite(replace(known, platform="zoom", host="Lumen Labs"))
    assert "<option>zoom</option>" in client.get("/queue").text
    assert session_id in client.get("/queue?platform=zoom").text
    assert session_id not in client.get("/queue?platform=teams").text
    registry.rewrite(replace(known, platform=UNKNOWN_PLATFORM, host="Lumen Labs"))
    page = client.get("/queue").text
    assert session_id in page and "<option>Lumen Labs" not in page and "<option>other" not in page


@pytest.mark.parametrize(("role", "told"), [(P, "fewer than 3"), (R, ">2<")])
def test_the_page_of_requests_tells_product_managers_no_smaller_numbers_than_exports(
    site: Site, monkeypatch: pytest.MonkeyPatch, role: WebRole, told: str
) -> None:
    def lines(*_: object, least: int, **__: object) -> list[GroupLine]:
        counted = 2 if least <= 2 else None
        return [
            GroupLine(
                group="g-1",
                kind="request",
                title="Dry run",
                area="docs",
                source="both",
                wordings=7,
                customers=counted,
                sessions=counted,
                unsure=0,
                requests=("q-1",),
            )
        ]

    monkeypatch.setattr("pipeline.web.pages_requests.request_review.lines", lines)
    page = client_of(site, role).get("/requests").text
    assert "Dry run" in page and told in page
    assert (">2<" in page) == (role is R)
