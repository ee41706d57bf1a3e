"""Who is who where a provider or a proxy says it: every route, role and mode, and every answer that does not fit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline.cli import main
from pipeline.errors import ConfigurationError, Exit, RefusedByPolicy, TryAgain
from pipeline.settings.review_app import WebSettings
from pipeline.store import Workspace
from pipeline.web import serve
from pipeline.web.app import staff_app
from pipeline.web.guard import OPENED_BY
from pipeline.web.logins import LINK_S, Logins
from pipeline.web.modes import PROXY_SECRET, host_of, user_of
from pipeline.web.oidc import OidcProvider
from pipeline.web.roles import WebRole
from tests.clock import now
from tests.web.making import session_id_of
from tests.web.oidc.running import SECRET, answer_for, keep_secret, log_in, provider, settings
from tests.web.test_routes import HOST, OURS, check_table

ADDRESS = f"http://{HOST}"
GROUPS = {"roles": {role.value: (f"offrecord-{role.value}",) for role in WebRole}}
Copied = Callable[[str], Workspace]


def app_of(workspace: Workspace, logins: Logins | None = None) -> Starlette:
    hosts = {host_of(workspace.settings.web)}
    return staff_app(workspace, serve.access_of(workspace, logins or Logins()), hosts=hosts, now=now)


def client_of(app: Starlette, **headers: str) -> TestClient:
    return TestClient(
        app,
        base_url=ADDRESS,
        headers={**OURS, **headers},
        raise_server_exceptions=False,
        client=("127.0.0.1", 40_000),
    )


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(f"{ADDRESS}/login/callback") as found:
        yield found


@pytest.fixture
def by_provider(issuer: str, with_settings: Copied) -> Workspace:
    workspace = with_settings(settings(issuer, ADDRESS))
    keep_secret(workspace.root)
    return workspace


@pytest.fixture
def by_proxy(with_settings: Copied) -> Workspace:
    lines = settings("", ADDRESS).replace('"oidc"', '"proxy"', 1)
    workspace = with_settings(lines)
    keep_secret(workspace.root)
    return workspace


@pytest.mark.parametrize("role", [None, *WebRole])
def test_every_route_for_every_role_by_a_provider(by_provider: Workspace, role: WebRole | None) -> None:
    client = client_of(app_of(by_provider))
    if role:
        assert log_in(client, f"ana.{role.value}") == 303
    check_table(client, role, session_id_of(by_provider))


@pytest.mark.parametrize("role", [None, *WebRole])
def test_every_route_for_every_role_by_a_proxy(by_proxy: Workspace, role: WebRole | None) -> None:
    named = {"x-forwarded-user": "ana@lumen.example", "x-forwarded-groups": f"staff, offrecord-{role}"}
    client = client_of(app_of(by_proxy), **({**named, PROXY_SECRET: SECRET} if role else named))
    check_table(client, role, session_id_of(by_proxy))


def test_a_login_at_a_provider_is_of_one_browser_and_its_session_ends(by_provider: Workspace) -> None:
    logins = Logins()
    client = client_of(app_of(by_provider, logins))
    page = client.get("/queue", headers={"accept": "text/html"})
    assert "/login/start" in page.text
    answer = answer_for(client, "ana.reviewer.lead")
    assert client_of(app_of(by_provider, logins)).get(answer).status_code == 403, "another browser"
    first = client.get(answer, follow_redirects=False)
    cookie = next(value.lower() for value in first.headers.get_list("set-cookie") if value.startswith("offrecord="))
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert "ana@lumen.example" in client.get("/queue").text
    session = client.cookies["offrecord"]
    assert client.get(answer).status_code == 403, "an answer counts once"
    client.post("/logout", follow_redirects=False)
    client.cookies.set("offrecord", session)
    assert client.get("/queue").status_code == 401


@pytest.mark.parametrize("account", ["eve", "eve.strangers", "unverified.lead"])
def test_whoever_has_no_role_or_no_verified_name_stays_outside(by_provider: Workspace, account: str) -> None:
    client = client_of(app_of(by_provider))
    assert log_in(client, account) == 403
    assert client.get("/queue").status_code == 401 and "offrecord" not in client.cookies


def test_an_answer_to_another_login_is_refused(by_provider: Workspace) -> None:
    client = client_of(app_of(by_provider))
    answer = answer_for(client, "ana.lead")
    for changed in (answer.replace("state=", "state=x"), f"{answer}&state=y", "/login/callback", "/login/callback?x=1"):
        client.get("/login/start", follow_redirects=False)
        assert client.get(changed, follow_redirects=False).status_code == 403, changed
        assert client.get("/queue").status_code == 401


@dataclass
class Hostile:
    """A provider that says what it likes."""

    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    id_token: str = ""
    userinfo: dict[str, Any] = field(default_factory=dict)
    issuer: str = ""

    def metadata(self, _: Request) -> JSONResponse:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
        return JSONResponse({"issuer": self.issuer, **{name: f"{self.address}/{name}" for name in names}})

    def keys(self, _: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def token(self, _: Request) -> JSONResponse:
        return JSONResponse({"access_token": "t", "token_type": "Bearer", "id_token": self.id_token})

    def more(self, _: Request) -> JSONResponse:
        return JSONResponse(self.userinfo)


@contextmanager
def hostile() -> Iterator[Hostile]:
    said = Hostile()
    routes = [
        Route("/.well-known/openid-configuration", said.metadata),
        Route("/jwks_uri", said.keys),
        Route("/token_endpoint", said.token, methods=["POST"]),
        Route("/userinfo_endpoint", said.more),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    said.address = said.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield said
    finally:
        server.should_exit = True
        thread.join()


def claims_of(said: Hostile, nonce: str) -> dict[str, Any]:
    at = int(time.time())
    person = {"sub": "ana", "email": "ana@x.example", "email_verified": True, "groups": ["offrecord-lead"]}
    return {"iss": said.address, "aud": "offrecord", "iat": at, "exp": at + 300, "nonce": nonce, **person}


WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "others"},
    "another party": {"aud": ["offrecord", "others"]},
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "over": {"iat": 1, "exp": 2},
    "another nonce": {"nonce": "n"},
    "no nonce": {"nonce": None},
    "no end": {"exp": None},
    "an address that nobody verified": {"email_verified": False},
    "verified in words": {"email_verified": "true"},
    "no address": {"email": None},
    "groups that are none": {"groups": {"offrecord-lead": True}},
    "another group": {"groups": ["lead"]},
}


@pytest.fixture(scope="module")
def said() -> Iterator[Hostile]:
    with hostile() as running:
        yield running


def provider_of(said: Hostile) -> OidcProvider:
    web = WebSettings(
        login="oidc",
        staff_url=ADDRESS,
        oidc_issuer=said.address,
        oidc_client_id="offrecord",
        **GROUPS,
    )
    return OidcProvider(web, SECRET)


def finished(said: Hostile, claims: Callable[[str], dict[str, Any]], sign: Callable[[dict[str, Any]], str]) -> Any:
    asked = provider_of(said)
    _, pending = asked.begin()
    said.id_token = sign({name: value for name, value in claims(pending.nonce).items() if value is not None})
    return asked.finish(pending, {"state": pending.state, "code": "c"})


def signed(said: Hostile) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, said.key)


def test_a_right_answer_is_taken_so_that_the_wrong_ones_mean_something(said: Hostile) -> None:
    user = finished(said, lambda nonce: claims_of(said, nonce), signed(said))
    assert (user.actor, user.roles) == ("ana@x.example", {WebRole.LEAD})


@pytest.mark.parametrize("wrong", list(WRONG))
def test_a_claim_that_does_not_fit_is_refused(said: Hostile, wrong: str) -> None:
    said.userinfo = {"sub": "ana"}
    with pytest.raises(RefusedByPolicy):
        finished(said, lambda nonce: {**claims_of(said, nonce), **WRONG[wrong]}, signed(said))


def test_only_the_providers_own_key_signs(said: Hostile) -> None:
    other = RSAKey.generate_key(2048, {"kid": "k1"})

    def unsigned(claims: dict[str, Any]) -> str:
        head, body, _ = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other).split(".")
        del head
        return f"eyJhbGciOiJub25lIn0.{body}."

    ways: list[Callable[[dict[str, Any]], str]] = [
        lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other),
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), algorithms=["HS256"]),
        unsigned,
        lambda _: "no token",
        lambda _: "",
    ]
    for way in ways:
        with pytest.raises(RefusedByPolicy):
            finished(said, lambda nonce: claims_of(said, nonce), way)


def test_keys_that_the_provider_changed_are_read_anew(said: Hostile) -> None:
    asked = provider_of(said)
    _, pending = asked.begin()
    said.key = RSAKey.generate_key(2048, {"kid": "k2"})
    said.id_token = jwt.encode({"alg": "RS256", "kid": "k2"}, claims_of(said, pending.nonce), said.key)
    assert asked.finish(pending, {"state": pending.state, "code": "c"}).actor == "ana@x.example"
    said.key = RSAKey.generate_key(2048, {"kid": "k1"})


def test_userinfo_is_of_the_same_person(said: Hostile) -> None:
    for sub in ("ana", "ben"):
        said.userinfo = {"sub": sub, "groups": ["offrecord-lead"]}

        def bare(nonce: str) -> dict[str, Any]:
            return {**claims_of(said, nonce), "groups": None}

        if sub == "ana":
            assert finished(said, bare, signed(said)).roles == {WebRole.LEAD}
        else:
            with pytest.raises(RefusedByPolicy):
                finished(said, bare, signed(said))


def test_another_issuer_or_none_that_answers_is_said(said: Hostile) -> None:
    asked = provider_of(said)
    _, pending = asked.begin()
    with pytest.raises(RefusedByPolicy, match="another provider"):
        asked.finish(pending, {"state": pending.state, "code": "c", "iss": "https://evil.example"})
    said.issuer = "https://evil.example"
    with pytest.raises(ConfigurationError):
        provider_of(said).begin()
    said.issuer = said.address
    gone = replace(said, address="http://127.0.0.1:1")
    with pytest.raises(TryAgain):
        provider_of(gone).begin()


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([(PROXY_SECRET, SECRET)], ("10.0.0.7", 1)),
        ([(PROXY_SECRET, "a-secret-of-the-testz")], ("127.0.0.1", 1)),
        ([], ("127.0.0.1", 1)),
        ([(PROXY_SECRET, SECRET), (PROXY_SECRET, SECRET)], ("127.0.0.1", 1)),
        ([(PROXY_SECRET, SECRET), ("x-forwarded-user", "lea@lumen.example")], ("127.0.0.1", 1)),
        ([(PROXY_SECRET, SECRET), ("x-forwarded-groups", "offrecord-dpo")], ("127.0.0.1", 1)),
        ([(PROXY_SECRET, SECRET), ("x-forwarded-for", "127.0.0.1")], ("10.0.0.7", 1)),
    ],
)
def test_only_the_proxy_on_this_machine_names_somebody_and_only_once(
    by_proxy: Workspace, headers: list[tuple[str, str]], client: tuple[str, int]
) -> None:
    named = [("x-forwarded-user", "ana@lumen.example"), ("x-forwarded-groups", "offrecord-lead")]
    app = app_of(by_proxy)
    browser = TestClient(app, base_url=ADDRESS, client=client)
    assert browser.get("/queue", headers=[*named, *headers]).status_code == 401
    right = TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 1))
    assert right.get("/queue", headers=[*named, (PROXY_SECRET, SECRET)]).status_code == 200
    assert right.get("/login/start").status_code == 404


def test_a_page_is_of_who_opened_it_whatever_signs_the_name_has(by_proxy: Workspace) -> None:
    named = {"x-forwarded-user": "ana%40lumen", "x-forwarded-groups": "offrecord-lead", PROXY_SECRET: SECRET}
    client = client_of(app_of(by_proxy), **named)
    assert client.get("/queue").status_code == 200
    for actor, status in (("ana%40lumen", 200), ("ana@lumen", 401), ("", 401)):
        assert client.get("/queue", headers={OPENED_BY: quote(actor)}).status_code == status, actor


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_that_cannot_be_kept_is_nobody(name: str) -> None:
    assert user_of(name, ["g"], {"lead": ("g",)}) is None and user_of("ana", ["g"], {"lead": ("g",)}) is not None


def test_logins_that_began_do_not_fill_the_memory_and_end() -> None:
    time_s = [0.0]
    logins = Logins(clock=lambda: time_s[0])
    first = logins.hold("first")
    for number in range(1_500):
        last = logins.hold(number)
    assert logins.take(first) is None and logins.take(last) == 1_499 and logins.take(last) is None
    late = logins.hold("late")
    time_s[0] += LINK_S + 1
    assert logins.take(late) is None


def test_behind_tls_the_cookie_is_bound_to_its_host(with_settings: Copied) -> None:
    workspace = with_settings(settings("https://id.example", "https://review.example"))
    keep_secret(workspace.root)
    cookie = serve.access_of(workspace, Logins()).cookie
    assert (cookie.name, cookie.secure, cookie.samesite) == ("__Host-offrecord", True, "lax")


@pytest.mark.parametrize(
    ("changed", "to", "said"),
    [
        (ADDRESS, "http://review.example", "not https"),
        (f'staff_url = "{ADDRESS}"', "", "staff_url is missing"),
        ("https://id.example", "http://id.example", "oidc_issuer is not https"),
        ('oidc_client_id = "offrecord"', "", "oidc_client_id is missing"),
        ('secret_file = "keys/oidc"', "", "no secret"),
        ("keys/oidc", "keys/nothing", "cannot be read"),
        ("[web.roles]\n", "[web.roles]\n#", ""),
    ],
)
def test_settings_that_are_not_whole_are_said_before_anything_is_served(
    with_settings: Copied, monkeypatch: pytest.MonkeyPatch, changed: str, to: str, said: str
) -> None:
    workspace = with_settings(settings("https://id.example", ADDRESS).replace(changed, to))
    keep_secret(workspace.root)
    monkeypatch.setattr(serve, "_run", lambda *_, **__: None)
    done = CliRunner().invoke(main, ["serve", "-w", str(workspace.root)])
    assert done.exit_code == (Exit.CONFIGURATION if said else Exit.DONE) and said in done.output, done.output
    if not said:
        assert ADDRESS in done.output and "/login/" not in done.output
        (workspace.root / "keys" / "oidc").chmod(0o644)
        assert "may be read by others" in CliRunner().invoke(main, ["serve", "-w", str(workspace.root)]).output
        linked = CliRunner().invoke(main, ["serve", "-w", str(workspace.root), "--person", "ana=lead"])
        assert linked.exit_code == Exit.USAGE
    assert Path(workspace.root).is_dir()
