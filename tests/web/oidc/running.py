"""Starts the provider that npm has, and logs somebody in at it as a browser does."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SECRET = "a-secret-of-the-tests"
ROLES = "\n".join(f'{role} = ["offrecord-{role}"]' for role in ("reviewer", "lead", "pm", "dpo", "admin", "auditor"))


@contextmanager
def provider(callback: str) -> Iterator[str]:
    """Its issuer, for an app that is called back there; skips the test where npm cannot get it."""
    done = subprocess.run(
        [sys.executable, ".ci/prepare.py", "provider"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "ok" not in done.stdout:
        pytest.skip(done.stdout.strip())
    command = ["node", str(HERE / "provider.mjs"), callback]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as running,
    ):
        try:
            assert running.stdout is not None
            issuer = running.stdout.readline().strip()
            errors.seek(0)
            assert issuer, f"the provider did not start: {errors.read()}"
            yield issuer
        finally:
            running.kill()


def settings(issuer: str, staff_url: str) -> str:
    """The settings of a workspace whose staff log in there."""
    lines = {
        "login": "oidc",
        "staff_url": staff_url,
        "oidc_issuer": issuer,
        "oidc_client_id": "offrecord",
        "oidc_scopes": "openid email groups",
        "secret_file": "keys/oidc",
    }
    named = "\n".join(f'{key} = "{value}"' for key, value in lines.items())
    return f"\n[web]\n{named}\n[web.roles]\n{ROLES}\n"


def keep_secret(root: Path, secret: str = SECRET) -> None:
    """Puts the client's secret where the settings say."""
    path = root / "keys" / "oidc"
    path.write_text(secret, "utf-8")
    path.chmod(0o600)


def answer_for(client: TestClient, account: str) -> str:
    """Begins a login and does at the provider what somebody does in a browser: the address of its answer."""
    began = client.get("/login/start", follow_redirects=False)
    assert began.status_code == 303, began.text
    place, callback = began.headers["location"], ""
    with httpx2.Client(timeout=20) as browser:
        answer = browser.get(place)
        for _ in range(20):
            while answer.is_redirect:
                place = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(place).path == "/login/callback":
                    callback = place
                    break
                answer = browser.get(place)
            if callback:
                break
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form, answer.text
            prompt = "login" if 'name="login"' in answer.text else "consent"
            fields = {"prompt": prompt, "login": account, "password": "any"}
            answer = browser.post(urljoin(str(answer.url), form.group(1)), data=fields)
    assert callback
    parts = urlsplit(callback)
    return f"{parts.path}?{parts.query}"


def log_in(client: TestClient, account: str) -> int:
    """Logs somebody in; the status of what the app answers to the provider's word."""
    return client.get(answer_for(client, account), follow_redirects=False).status_code
