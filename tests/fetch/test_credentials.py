"""The credentials file: what is wrong with it is named by its key, and nothing that it holds is ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ConfigurationError
from pipeline.fetch import read_credentials
from tests.fetch.conftest import Fetcher

ZOOM = '[zoom]\naccount_id = "hidden-a"\nclient_id = "hidden-b"\nclient_secret = "hidden-c"\n'
TEAMS = '[teams]\ntenant_id = "t"\nclient_id = "hidden-b"\nclient_secret = "hidden-c"\nusers = ["u"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "fetch.toml"
    path.touch(0o600)
    path.write_text(text)
    return path


def test_secrets_are_not_in_what_python_shows_of_them(tmp_path: Path) -> None:
    assert "hidden" not in repr(read_credentials(written(tmp_path, ZOOM), "zoom"))


@pytest.mark.parametrize(
    ("platform", "text", "says"),
    [
        ("zoom", TEAMS, "no table [zoom]"),
        ("zoom", ZOOM + "[webex]\n", "webex"),
        ("zoom", ZOOM + 'secret = "hidden-d"\n', "zoom.secret: unknown key"),
        ("zoom", ZOOM.replace("client_secret", "#"), "zoom.client_secret: it is missing"),
        ("zoom", ZOOM.replace('"hidden-a"', "[7]"), "zoom.account_id"),
        ("zoom", ZOOM + 'api = "http://api.zoom.us/v2"\n', "is not https"),
        ("zoom", ZOOM + 'api = "https://user:hidden-pw@zoom.us/v2"\n', "is not a plain address"),
        ("zoom", ZOOM + "x = [\n", "TOML"),
        ("teams", TEAMS.replace('["u"]', "[]"), "teams.users"),
        ("meet", '[meet]\nusers = ["u"]\n', "service_account_file"),
        ("meet", '[meet]\nservice_account_file = "key.json"\n', "service_account_file with users"),
        ("meet", '[meet]\nservice_account_file = "gone.json"\nusers = ["u"]\n', "cannot be read"),
        ("meet", '[meet]\nservice_account_file = "fetch.toml"\nusers = ["u"]\n', "form that Google hands out"),
        ("meet", '[meet]\n[meet.service_account]\nclient_email = "x"\n', "meet.service_account: unknown key"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_key(platform: str, text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_credentials(written(tmp_path, text), platform)
    assert says in str(caught.value) and "hidden" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_key_file_that_others_may_read_is_refused(fetcher: Fetcher) -> None:
    (fetcher.root / "key.json").chmod(0o644)
    done = fetcher.fetch("meet")
    assert done.returncode == 4 and "key file may be read by others" in done.stderr


def test_a_refresh_token_serves_too(fetcher: Fetcher) -> None:
    port = fetcher.ports[0]
    addresses = f'api = "http://127.0.0.1:{port}/v2"\ndrive = "http://127.0.0.1:{port}/drive/v3"\n'
    owner = 'client_id = "google-client-secret"\nclient_secret = "client-secret-secret"\n'
    login = f'refresh_token = "refresh-secret"\nlogin = "http://127.0.0.1:{port}/token"\n'
    fetcher.credentials.write_text(f"[meet]\n{addresses}{owner}{login}")
    done = fetcher.fetch("meet")
    assert fetcher.statuses(done) == ["fetched"], done.stderr
    fetcher.credentials.write_text(f"[meet]\n{addresses}{owner}{login.replace('refresh-', 'ended-')}")
    done = fetcher.fetch("meet", "--again")
    assert (done.returncode, done.stderr.count("\n")) == (4, 1) and "ended" not in done.stderr


def test_a_user_whom_the_platform_does_not_know_leaves_the_others_alone(fetcher: Fetcher) -> None:
    text = fetcher.credentials.read_text()
    fetcher.credentials.write_text(text.replace('["organiser-1"]', '["somebody-gone", "organiser-1"]'))
    done = fetcher.fetch("teams")
    assert (done.returncode, fetcher.statuses(done)) == (3, ["fetched"])
    assert "user 1 of the credentials file" in done.stderr and "somebody" not in done.stderr + done.stdout


def test_a_user_for_whom_the_service_account_may_not_act_is_one_line(fetcher: Fetcher) -> None:
    def nobody(world: dict[str, Any]) -> None:
        world["meet"] = {}

    fetcher.change(nobody)
    done = fetcher.fetch("meet")
    assert (done.returncode, done.stderr.count("\n")) == (4, 1) and "does not accept" in done.stderr
