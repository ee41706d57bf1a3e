"""The command against a real server: what comes, how it goes on where it broke off, and what it says when it cannot."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pipeline.fetch.tokens import TokenAccess
from pipeline.ingest import ingest
from pipeline.records import Session
from pipeline.store import Workspace
from tests.clock import LAUNCH
from tests.fetch.conftest import ROOT, SECRETS, Fetcher
from tests.fetch.worlds import TITLE, UUID

PLATFORMS = ("zoom", "teams", "meet")
VIDEO = {"zoom": r"zoom\.mp4\?sign", "teams": r"teams\.mp4\?temp", "meet": r"drive-video\?alt"}
NAMES = {
    "zoom": [
        *("GMT20261118-150000_Participant_own-1.m4a", "GMT20261118-150000_Participant_own-2.m4a"),
        *("GMT20261118-150000_Participant_own-3.m4a", "GMT20261118-150000_Participants.json"),
        *("GMT20261118-150000_Recording.json", "GMT20261118-150000_Recording.m4a", "GMT20261118-150000_Recording.mp4"),
        *("GMT20261118-150000_Recording.timeline.json", "GMT20261118-150000_Recording.transcript.vtt"),
        "GMT20261118-150000_RecordingnewChat.txt",
    ],
    "teams": [
        *(f"{TITLE} metadata.vtt", f"{TITLE}-20261118_150000UTC-Meeting Recording.mp4", f"{TITLE}.vtt"),
        "attendance-1.json",
    ],
    "meet": [
        *(f"{TITLE} (2026-11-18 at 15_00_00 GMT+0) - {name}" for name in ("Recording.mp4", "Transcript.docx")),
        *(f"{TITLE} (2026-11-18 at 15_00_00 GMT+0) - Transcript.vtt", "participants.json"),
    ],
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_recording_comes_whole_private_and_once(platform: str, fetcher: Fetcher) -> None:
    done = fetcher.fetch(platform)
    assert (done.returncode, fetcher.statuses(done)) == (0, ["fetched"]), done.stderr
    (folder,) = fetcher.folders()
    assert folder.name.startswith(f"{platform}-20261118-150000-")
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES[platform])
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (fetcher.site / "files").iterdir()}
    media = [path for path in folder.iterdir() if path.suffix in (".mp4", ".m4a")]
    assert media and all(hashlib.sha256(path.read_bytes()).hexdigest() in stored for path in media)
    assert fetcher.leaks(done) == []
    asked = len(fetcher.requests(VIDEO[platform]))
    again = fetcher.fetch(platform)
    assert (again.returncode, fetcher.statuses(again)) == (0, ["known"])
    assert len(fetcher.requests(VIDEO[platform])) == asked


def test_the_chat_of_teams_comes_where_it_is_asked_for(fetcher: Fetcher) -> None:
    """That of the recording's time alone, without what nothing needs, and no page of it beyond that."""
    fetcher.with_chat()
    done = fetcher.fetch("teams")
    assert fetcher.statuses(done) == ["fetched"], done.stderr
    (folder,) = fetcher.folders()
    chat = (folder / f"{TITLE} chat.json").read_text()
    assert [message["body"]["content"] for message in json.loads(chat)["value"]] == [
        "<p>Pasted the <b>link</b></p>",
        "<p>Hello</p>",
    ]
    assert fetcher.leaks(done) == [] and len(fetcher.requests("/chats/")) == 2
    session = ingest(folder, workspace=Workspace.open(fetcher.workspace))
    assert isinstance(session, Session), session
    assert [(line.text, line.participant_id) for line in session.chat] == [("Pasted the link", "p1"), ("Hello", "p1")]


def test_a_chat_that_the_app_may_not_read_names_the_permission(fetcher: Fetcher) -> None:
    fetcher.with_chat()
    fetcher.order({"path": "/chats/", "status": 403, "times": 9})
    done = fetcher.fetch("teams")
    assert done.returncode == 4 and "Chat.Read.All" in done.stderr and fetcher.folders() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_dry_run_lists_and_fetches_nothing(platform: str, fetcher: Fetcher) -> None:
    done = fetcher.fetch(platform, "--dry-run")
    assert (done.returncode, fetcher.statuses(done)) == (0, ["new"]), done.stderr
    assert fetcher.folders() == [] and fetcher.requests("rec/download") == fetcher.requests("alt=media") == []
    assert TITLE not in done.stdout


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_download_goes_on_where_the_connection_broke(platform: str, fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO[platform], "cut": 5000, "times": 2})
    done = fetcher.fetch(platform)
    assert fetcher.statuses(done) == ["fetched"], (done.stdout, done.stderr)
    ranges = [each["range"] for each in fetcher.requests() if each["range"] and each["if_range"]]
    assert "bytes=5000-" in ranges and "bytes=10000-" in ranges
    assert fetcher.part() is None


@pytest.mark.slow
def test_a_part_outlasts_a_platform_that_has_the_file_not_for_a_while(fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO["teams"], "cut": 5000}, {"path": VIDEO["teams"], "status": 404})
    done = fetcher.fetch("teams")
    assert done.returncode == 9 and "does not have it" in done.stderr
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]
    assert [each["range"] for each in fetcher.requests(VIDEO["teams"])][-1] == "bytes=5000-"


@pytest.mark.slow
def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(fetcher: Fetcher) -> None:
    fetcher.order({"path": "teams.mp4", "hang": 5000})
    fetcher.killed("teams", lambda: (part := fetcher.part()) is not None and part.stat().st_size == 5000)
    (fetcher.site / "files" / "teams.mp4").write_bytes((fetcher.site / "files" / "meet.mp4").read_bytes())
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]
    assert is_as_served(fetcher, "meet.mp4")


def test_without_a_tag_of_the_file_its_part_counts_for_nothing(fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO["teams"], "cut": 5000, "untagged": True})
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]
    assert [each["range"] for each in fetcher.requests(VIDEO["teams"])] == ["", ""]
    assert is_as_served(fetcher, "teams.mp4")


def test_another_part_than_was_asked_for_is_not_put_behind_what_is_there(fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO["teams"], "cut": 5000}, {"path": VIDEO["teams"], "shift": 1})
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]
    assert is_as_served(fetcher, "teams.mp4")


def test_a_part_of_a_file_whose_end_nobody_says_is_not_taken_for_the_whole(fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO["teams"], "cut": 5000, "unsized": True})
    done = fetcher.fetch("teams")
    assert done.returncode == 9 and "where a file ends" in done.stderr
    assert fetcher.folders() == []
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]


def is_as_served(fetcher: Fetcher, name: str) -> bool:
    """Whether the one recording that came has the bytes of a file of the server."""
    (video,) = fetcher.inbox.glob("*/*.mp4")
    return video.read_bytes() == (fetcher.site / "files" / name).read_bytes()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_busy_servers_are_asked_again(platform: str, fetcher: Fetcher) -> None:
    fetcher.order(
        {"path": "token", "status": 503, "headers": {"Retry-After": "0"}},
        {"path": "ecording|onference", "status": 429, "headers": {"Retry-After": "0"}, "times": 2},
        {"path": "articipants|eport", "status": 503, "headers": {"Retry-After": "Wed, 18 Nov 2026 15:00:00 GMT"}},
        {"path": VIDEO[platform], "status": 500},
    )
    done = fetcher.fetch(platform)
    assert (done.returncode, fetcher.statuses(done)) == (0, ["fetched"]), done.stderr


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_token_that_ends_in_the_middle_is_renewed(platform: str, fetcher: Fetcher) -> None:
    fetcher.change(lambda world: world.update(token_requests=2))
    done = fetcher.fetch(platform)
    assert (done.returncode, fetcher.statuses(done)) == (0, ["fetched"]), done.stderr
    assert len([each for each in fetcher.requests() if each["method"] == "POST"]) > 1


@pytest.mark.parametrize("platform", ["zoom", "teams"])
def test_the_token_goes_to_no_other_host(platform: str, fetcher: Fetcher) -> None:
    fetcher.fetch(platform)
    elsewhere = [each for each in fetcher.requests() if each["port"] == fetcher.ports[1]]
    assert elsewhere and {each["token"] for each in elsewhere} == {""}
    assert not [each for each in fetcher.requests() if "secret-token" in each["path"]]


def test_no_log_of_any_library_has_a_secret(fetcher: Fetcher, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    fetcher.fetch("zoom")
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize(
    ("url", "is_for"),
    [
        *((f"https://{host}/rec/download/x", True) for host in ("zoom.us", "us02web.zoom.us", "file.zoomgov.com")),
        *(
            (f"https://{host}/x", False)
            for host in ("zoom.us.x.example", "evilzoom.us", "x.example", "zoom.us:80@x.example")
        ),
        ("http://us02web.zoom.us/x", False),
        ("https://api.example/v2/x", True),
        ("https://api.example:444/v2/x", False),
        ("http://api.example/v2/x", False),
    ],
)
def test_which_hosts_the_token_is_for(url: str, is_for: bool) -> None:
    access = TokenAccess(lambda: (200, {}), origins=("https://api.example/v2",), domains=("zoom.us", "zoomgov.com"))
    assert access.is_for(url) is is_for


def many(count: int) -> Any:
    """Has Zoom list as many meetings, each with a sound of its own."""

    def alter(world: dict[str, Any]) -> None:
        meetings = world["zoom"]["users"]["hannah.berg@lumenlabs.example"]
        first = json.dumps(meetings[0])
        for number in range(1, count):
            meeting = json.loads(first.replace(json.dumps(UUID)[1:-1], f"uuid-{number}"))
            start = f"2026-11-18T15:{number:02}:00Z"
            meeting["start_time"] = start
            meeting["recording_files"] = [
                {**each, "recording_start": start} for each in meeting["recording_files"] if each["file_type"] == "M4A"
            ]
            meeting["recording_files"][0]["download_url"] += f"?number={number}"
            meeting["participant_audio_files"] = []
            meetings.append(meeting)

    return alter


def test_every_page_of_a_list_is_read(fetcher: Fetcher) -> None:
    fetcher.change(many(7))
    done = fetcher.fetch("zoom", "--dry-run")
    assert fetcher.statuses(done) == ["new"] * 7
    assert len(fetcher.requests("next_page_token")) == 3


def test_a_longer_time_is_asked_for_in_months(fetcher: Fetcher) -> None:
    done = fetcher.fetch("zoom", "--dry-run", "--since", "2026-08-01")
    assert fetcher.statuses(done) == ["new"], done.stderr
    assert len(fetcher.requests(r"/recordings\?")) == 4


def test_where_some_fail_the_others_are_there_and_the_code_says_so(fetcher: Fetcher) -> None:
    fetcher.change(many(4))
    fetcher.order({"path": r"meetings/uuid-[12]/", "status": 404, "times": 9})
    done = fetcher.fetch("zoom")
    assert done.returncode == 3
    assert sorted(fetcher.statuses(done)) == ["failed", "failed", "fetched", "fetched"]
    assert len(fetcher.folders()) == 2
    fetcher.order()
    assert sorted(fetcher.statuses(fetcher.fetch("zoom"))) == ["fetched", "fetched", "known", "known"]


def test_what_the_platform_still_works_on_waits(fetcher: Fetcher) -> None:
    def processing(world: dict[str, Any]) -> None:
        world["zoom"]["users"]["hannah.berg@lumenlabs.example"][0]["recording_files"][3]["status"] = "processing"

    fetcher.change(processing)
    done = fetcher.fetch("zoom")
    assert (done.returncode, fetcher.statuses(done), fetcher.folders()) == (0, ["waiting"], [])


PAGE = {"Content-Type": "text/html"}
NO_SCOPE = "Invalid access token, does not contain scopes:[cloud_recording:read:list_user_recordings:admin]."
UNKNOWN = {"code": 1001, "message": "User does not exist: somebody@x.example"}


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ({"path": "token", "status": 401, "body": {"error": "invalid_client"}}, 4, "does not accept the credentials"),
        ({"path": "recordings", "status": 401}, 4, "no longer accepts the credentials"),
        ({"path": "recordings", "status": 400, "body": {"code": 4711, "message": NO_SCOPE}}, 4, "list_user_recordings"),
        ({"path": "report", "status": 403, "body": {"code": 403}}, 4, "report:read"),
        ({"path": "users", "status": 404, "body": UNKNOWN}, 4, "user 1 of the credentials file"),
        ({"path": "recordings", "status": 200, "headers": PAGE, "body": "<html>Log in</html>"}, 4, "page"),
        ({"path": "download", "status": 200, "headers": PAGE, "body": "<html>Log in</html>"}, 9, "page"),
        ({"path": "download/own1", "status": 200, "body": "short"}, 9, "size"),
        ({"path": "download", "redirect": "http://platform.example/x"}, 9, "https"),
        ({"path": "download", "redirect": "file:///etc/passwd"}, 9, "https"),
        ({"path": "recordings", "redirect": "/v2/recordings"}, 9, "circle"),
        ({"path": "recordings", "status": 429, "headers": {"Retry-After": "86400"}}, 75, "429"),
    ],
)
def test_one_clear_line_and_the_right_code(fault: dict[str, Any], code: int, says: str, fetcher: Fetcher) -> None:
    fetcher.order({**fault, "times": 99})
    done = fetcher.fetch("zoom")
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stderr.count("\n") == 1 and TITLE not in done.stderr
    assert says in done.stderr
    assert fetcher.folders() == [] and fetcher.leaks(done) == []


def test_without_a_network_it_is_to_be_tried_again(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fetcher.credentials.read_text().replace(f":{fetcher.ports[0]}/", ":9/")
    fetcher.credentials.write_text(text)
    monkeypatch.setattr("pipeline.fetch.backoff.ATTEMPTS", 2)
    done = fetcher.fetch("zoom")
    assert (done.returncode, done.stderr.count("\n")) == (75, 1), done.stderr


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[int]:
    """The port of a server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    pem = built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "stranger.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "stranger.pem")
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_a_certificate_that_is_not_trusted_is_said_at_once(fetcher: Fetcher, stranger: int) -> None:
    text = fetcher.credentials.read_text()
    fetcher.credentials.write_text(
        text.replace(f"http://127.0.0.1:{fetcher.ports[0]}", f"https://127.0.0.1:{stranger}")
    )
    done = fetcher.fetch("teams")
    assert (done.returncode, done.stderr.count("\n")) == (4, 1) and "certificate" in done.stderr


def test_a_disk_without_room_for_what_is_to_come_ends_it_at_once(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=64 << 20))
    done = fetcher.fetch("zoom")
    assert (done.returncode, done.stderr.count("\n")) == (75, 1) and "MB are free" in done.stderr
    assert fetcher.requests("download") == []


@pytest.mark.slow
def test_what_came_before_the_disk_was_full_is_not_fetched_again(fetcher: Fetcher) -> None:
    (fetcher.site / "files" / "teams.mp4").write_bytes(os.urandom(400_000))
    words = [sys.executable, "-c", LAUNCH, *fetcher.words("teams")]
    limited = f"ulimit -f 200; exec {shlex.join(words)}"
    done = subprocess.run(["bash", "-c", limited], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (75, 1) and "space" in done.stderr, done.stderr
    part = fetcher.part()
    assert part is not None and part.stat().st_size > 0
    assert fetcher.statuses(fetcher.fetch("teams")) == ["fetched"]
    assert f"bytes={200 * 1024}-" in [each["range"] for each in fetcher.requests()]


def test_a_wrong_digest_is_refused(fetcher: Fetcher) -> None:
    fetcher.change(lambda world: world["drive"]["drive-video"].update(sha256Checksum="0" * 64))
    done = fetcher.fetch("meet")
    assert (done.returncode, fetcher.folders()) == (9, []) and "digest" in done.stderr


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_credentials_that_others_may_read_are_refused(mode: int, fetcher: Fetcher) -> None:
    fetcher.credentials.chmod(mode)
    done = fetcher.fetch("zoom")
    assert done.returncode == 4 and "chmod 600" in done.stderr and fetcher.requests() == []


def test_the_folder_of_systemd_may_have_other_modes(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher.credentials.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(fetcher.root))
    assert fetcher.fetch("zoom").returncode == 0


@pytest.mark.slow
def test_two_fetches_into_one_inbox_do_not_meet(fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO["zoom"], "hang": 5000})

    def is_second_refused() -> bool:
        part = fetcher.part()
        return part is not None and part.stat().st_size == 5000 and fetcher.fetch("teams").returncode == 5

    fetcher.killed("zoom", is_second_refused)


def test_hostile_names_lead_nowhere(fetcher: Fetcher) -> None:
    evil = "../../\u202eetc/passwd\x00\n(2020-01-01 at 10:00 GMT) " + "x" * 300

    def alter(world: dict[str, Any]) -> None:
        world["teams"]["organiser-1"]["subject"] = evil
        world["drive"]["drive-video"]["name"] = evil
        meeting = world["zoom"]["users"]["hannah.berg@lumenlabs.example"][0]
        meeting["topic"] = evil
        meeting["participant_audio_files"][0].update(id="../../x", file_name="Audio only - ../../y")

    fetcher.change(alter)
    before = set(fetcher.root.iterdir())
    for platform in PLATFORMS:
        assert fetcher.statuses(fetcher.fetch(platform)) == ["fetched"]
    assert set(fetcher.root.iterdir()) == before
    for folder in fetcher.folders():
        for path in folder.iterdir():
            assert path.is_file() and path.name.isprintable() and len(path.name.encode()) < 200
            assert "2020-01-01" not in path.name
