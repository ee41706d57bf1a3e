"""Who speaks in mixed sound, on a page: a clip for each voice, a key for each person, the cost first, and back."""

from __future__ import annotations

import io
import json
import re
import shutil
import wave
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from pipeline import consent
from pipeline.records import Held, Ruling, SessionResult
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry, SessionState
from pipeline.web.app import staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole
from pipeline.web.site import Access
from tests.clock import now
from tests.once import made_once
from tests.web.chromium import AXE, browser
from tests.web.making import Server, serving, session_id_of
from tests.web.mixed import HANNAH, OPEN, PETER, REFUSER, TOLD, make_mixed
from tests.web.test_browser import Watched, person

__all__ = ["browser"]


@pytest.fixture
def mixed(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Workspace:
    """A workspace with a session in mixed sound, its voices told apart by hand."""
    made = made_once(tmp_path_factory, "voices", lambda folder: make_mixed(folder / "ws").db.dispose())
    return Workspace.open(shutil.copytree(made / "ws", tmp_path / "mixed"))


@pytest.fixture
def server(mixed: Workspace) -> Iterator[Server]:
    with serving(mixed) as running:
        yield running


@pytest.fixture
def watched(server: Server) -> Iterator[list[Watched]]:
    opened: list[Watched] = []
    yield opened
    for each in opened:
        assert each.problems == []
        each.page.context.close()


@pytest.fixture
def client_of(mixed: Workspace, client_for: Callable[..., TestClient]) -> Callable[..., TestClient]:
    return partial(client_for, mixed)


@pytest.fixture
def client_for() -> Callable[..., TestClient]:
    def made(workspace: Workspace, actor: str, role: WebRole = WebRole.DPO) -> TestClient:
        logins = Logins()
        app = staff_app(workspace, Access.by_links(logins), hosts=(), now=now)
        client = TestClient(app, headers={"sec-fetch-site": "same-origin"})
        person = WebUser(actor=actor, roles=frozenset({role}))
        client.get(f"/login/{logins.link(person)}", follow_redirects=False)
        return client

    return made


def named(workspace: Workspace) -> dict[int, tuple[str, str]]:
    """By voice who it is and who said so."""
    current = voices.latest_names(workspace.db, session_id_of(workspace), voices.mark_of(TOLD))
    return {number: (name.participant_id, name.actor) for number, name in current.items()}


def ruled(workspace: Workspace) -> object:
    return consent.rule(Registry(workspace.db).session(session_id_of(workspace)), workspace=workspace, now=now())


def heading(page: Page) -> str:
    return page.inner_text("#voice")


def test_every_voice_is_named_by_keyboard_with_its_cost_first_and_back(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    workspace = server.workspace
    page = person(browser, server, watched, "ana", WebRole.DPO)
    page.goto(f"{server.address}/sessions/{server.session_id}/voices")
    assert "Voice 1" in heading(page) and "Rachel" not in page.content(), "people are ids until somebody asks"
    with page.expect_response(lambda answer: answer.url.endswith("/clip")):
        page.keyboard.press("h")
    page.wait_for_function("() => !document.querySelector('#clip').paused")
    page.keyboard.press("n")
    page.wait_for_selector("text=Rachel Hayes")
    assert workspace.ledger.under("reveal", ""), "who sees the names is in the ledger"
    page.keyboard.press("1")
    page.wait_for_selector("#voice:has-text('Voice 2')")
    assert named(workspace) == {1: (HANNAH, "ana")}
    page.keyboard.press(str(keys(page)[REFUSER]))
    page.wait_for_selector("[role=alert]:has-text('1.8 s')")
    assert 2 not in named(workspace), "nothing is kept before the cost is confirmed"
    page.keyboard.press("q")
    page.wait_for_selector("#voice:has-text('Voice 2')")
    page.keyboard.press(str(keys(page)[REFUSER]))
    page.wait_for_selector("[role=alert]:has-text('1.8 s')")
    page.keyboard.press("y")
    page.wait_for_selector("#voice:has-text('Voice 3')")
    assert named(workspace)[2] == (REFUSER, "ana") and isinstance(ruled(workspace), Ruling)
    page.keyboard.press("0")
    page.wait_for_selector("#voice:has-text('Every voice')")
    assert isinstance(ruled(workspace), Held), "somebody who is not on the list holds the session"
    page.keyboard.press("u")
    page.wait_for_selector("#voice:has-text('Voice 3')")
    assert set(named(workspace)) == {1, 2} and isinstance(ruled(workspace), Ruling)
    acts = [json.loads(body)["act"] for _, body in workspace.ledger.under("voice name", "")]
    assert acts == ["name", "name", "unlisted", "undo"], "each act stays on record"


def keys(page: Page) -> dict[str, int]:
    """By participant the key that names them."""
    buttons = page.locator("button[name=who][value^=p]").all()
    return {str(each.get_attribute("value")): int(each.get_attribute("data-key") or 0) for each in buttons}


def test_single_keys_can_be_switched_off_and_do_nothing_in_a_field(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.DPO)
    page.goto(f"{server.address}/sessions/{server.session_id}/voices")
    page.focus("#reason")
    page.keyboard.type("1")
    page.uncheck("#keys")
    page.keyboard.press("1")
    page.wait_for_timeout(200)
    assert named(server.workspace) == {}


def test_axe_finds_nothing_serious_on_the_page_of_voices(
    browser: Browser, server: Server, watched: list[Watched]
) -> None:
    page = person(browser, server, watched, "ana", WebRole.DPO, bypass_csp=True)
    for query in ("", "?voice=2&who=p3"):
        page.goto(f"{server.address}/sessions/{server.session_id}/voices{query}")
        page.evaluate(AXE.read_text("utf-8"))
        violations = page.evaluate("async () => (await axe.run()).violations")
        assert [each["id"] for each in violations if each["impact"] in ("serious", "critical")] == []


def fields(text: str) -> dict[str, str]:
    """The hidden fields of a page's first form about a voice."""
    form = re.search(r'<form method="post" class="who">.*?</form>', text, re.DOTALL)
    assert form
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(0)))


def test_two_reviewers_cannot_overwrite_each_other_and_a_resent_form_is_kept_once(
    mixed: Workspace, client_of: Callable[..., TestClient]
) -> None:
    path = f"/sessions/{session_id_of(mixed)}/voices"
    ana, ben = client_of("ana"), client_of("ben")
    seen = {**fields(ana.get(path).text), "reason": "heard its clip"}
    for _ in range(2):
        assert ana.post(path, data={**seen, "who": HANNAH}, follow_redirects=False).status_code == 303
    late = ben.post(path, data={**seen, "who": PETER}, follow_redirects=False)
    assert late.status_code == 409 and "meanwhile" in late.text and "ana" in late.text
    assert named(mixed) == {1: (HANNAH, "ana")} and len(mixed.ledger.under("voice name", "")) == 1
    again = {**fields(ben.get(f"{path}?voice=1").text), "who": PETER, "reason": "I know him"}
    assert ben.post(path, data=again, follow_redirects=False).status_code == 303
    assert named(mixed) == {1: (PETER, "ben")}


def test_what_a_form_says_of_other_voices_or_another_cost_is_not_kept(
    mixed: Workspace, client_of: Callable[..., TestClient]
) -> None:
    path = f"/sessions/{session_id_of(mixed)}/voices"
    ana = client_of("ana")
    seen = {**fields(ana.get(f"{path}?voice=2").text), "reason": "heard its clip"}
    asked = ana.post(path, data={**seen, "who": REFUSER}, follow_redirects=False)
    assert asked.status_code == 303 and "who=p3" in asked.headers["location"]
    assert ana.post(path, data={**seen, "who": REFUSER, "confirmed": "0.2"}, follow_redirects=False).status_code == 303
    assert ana.post(path, data={**seen, "who": "p9"}).status_code == 409
    assert ana.post(path, data={**seen, "who": HANNAH, "reason": " "}).status_code == 409
    assert ana.post(path, data={**seen, "who": HANNAH, "mark": "0" * 64}).status_code == 409
    assert named(mixed) == {}
    assert ana.post(path, data={**seen, "who": REFUSER, "confirmed": "1.8"}, follow_redirects=False).status_code == 303
    assert named(mixed) == {2: (REFUSER, "ana")}


def seconds(content: bytes) -> float:
    """How long a clip is that can be heard."""
    with wave.open(io.BytesIO(content)) as clip:
        sound = np.frombuffer(clip.readframes(clip.getnframes()), "<i2")
        assert clip.getframerate() == 16_000 and np.abs(sound).max() > 1000
    return len(sound) / 16_000


def test_a_clip_is_the_voice_itself_and_the_ledger_has_who_heard_it(
    tmp_path: Path, client_for: Callable[..., TestClient]
) -> None:
    mixed = make_mixed(tmp_path / "open", OPEN)
    client_of = partial(client_for, mixed)
    session_id = session_id_of(mixed)
    answer = client_of("ana", WebRole.REVIEWER).get(f"/sessions/{session_id}/voices/1/clip")
    assert answer.headers["content-type"] == "audio/wav" and answer.headers["cache-control"] == "no-store"
    assert 8 < seconds(answer.content) < 10
    ((_, noted),) = mixed.ledger.under("listen", session_id)
    assert "closed" not in json.loads(noted)
    assert client_of("ana", WebRole.REVIEWER).get(f"/sessions/{session_id}/voices/9/clip").status_code == 404
    assert client_of("dee").get(f"/sessions/{session_id}/voices/1/clip").status_code == 403, "no originals for a dpo"
    assert "Reviewers and leads" in client_of("dee").get(f"/sessions/{session_id}/voices").text


@pytest.mark.parametrize("role", [WebRole.REVIEWER, WebRole.LEAD])
def test_who_does_not_settle_consent_hears_and_names_nobody_where_somebody_may_not_be_heard(
    mixed: Workspace, client_of: Callable[..., TestClient], role: WebRole
) -> None:
    path, ana = f"/sessions/{session_id_of(mixed)}/voices", client_of("ana", role)
    seen = {**fields(client_of("dee").get(path).text), "reason": "heard its clip"}
    page = ana.get(path).text
    assert REFUSER in page and "nobody hear" in page and "/clip" not in page and 'name="who"' not in page
    assert ana.get(f"{path}/1/clip").status_code == 403
    assert ana.post(path, data={**seen, "who": HANNAH}, follow_redirects=False).status_code == 403
    assert named(mixed) == {} and mixed.ledger.under("listen", "") == []


def test_who_settles_consent_hears_no_more_of_a_voice_than_says_whose_it_is(
    mixed: Workspace, client_of: Callable[..., TestClient]
) -> None:
    session_id, dee = session_id_of(mixed), client_of("dee")
    path = f"/sessions/{session_id}/voices"
    assert REFUSER in dee.get(path).text and "three places of a second and a half" in dee.get(path).text
    assert seconds(dee.get(f"{path}/2/clip").content) < 3 * (1.5 + 0.5)
    ((_, noted),) = mixed.ledger.under("listen", session_id)
    assert json.loads(noted).items() >= {"closed": True, "voice": 2}.items()
    seen = {**fields(dee.get(f"{path}?voice=2").text), "who": REFUSER, "reason": "her voice", "confirmed": "1.8"}
    assert dee.post(path, data=seen, follow_redirects=False).status_code == 303
    assert dee.get(f"{path}/2/clip").status_code == 403, "whose it is is known"
    assert "/voices/2/clip" not in dee.get(f"{path}?voice=2").text
    assert len(mixed.ledger.under("listen", session_id)) == 1


def test_a_session_whose_voices_nobody_told_apart_says_what_to_do(
    mixed: Workspace, client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path / "none"))
    mixed.stages.drop(mixed.stages.files()[0])
    path = f"/sessions/{session_id_of(mixed)}/voices"
    ana = client_of("ana")
    assert "not told apart yet" in ana.get(path).text
    answer = ana.post(path, data={"act": "diarize"})
    assert answer.status_code == 409 and "offrecord models pull voices" in answer.text
    assert ana.post(path, data={"act": "nothing"}).status_code == 409


def test_the_queue_leads_to_held_sessions_whose_voices_can_be_named(
    mixed: Workspace, client_of: Callable[..., TestClient]
) -> None:
    session_id = session_id_of(mixed)
    assert "/voices" not in client_of("ana", WebRole.REVIEWER).get("/queue").text
    result = SessionResult(session_id=session_id, status="held", reason="mixed sound", action="name the voices")
    Registry(mixed.db).conclude(SessionState(state_key="", valid_until=0.0, attempts=0, result=result))
    assert f'href="/sessions/{session_id}/voices"' in client_of("ana", WebRole.REVIEWER).get("/queue").text


def test_the_review_page_leads_to_the_voices_of_mixed_sound_alone(
    mixed: Workspace, client_of: Callable[..., TestClient], workspace: Workspace
) -> None:
    path = f"/sessions/{session_id_of(mixed)}"
    assert f'href="{path}/voices"' in client_of("ana", WebRole.REVIEWER).get(f"{path}/review").text
    logins = Logins()
    own = TestClient(
        staff_app(workspace, Access.by_links(logins), hosts=(), now=now), headers={"sec-fetch-site": "same-origin"}
    )
    ana = WebUser(actor="ana", roles=frozenset({WebRole.REVIEWER}))
    own.get(f"/login/{logins.link(ana)}", follow_redirects=False)
    path = f"/sessions/{session_id_of(workspace)}"
    assert "/voices" not in own.get(f"{path}/review").text
    assert own.get(f"{path}/voices").status_code == 404, "nobody's voices are told apart where each has a track"
