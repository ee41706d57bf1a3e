"""A participant sees what would be public of them and nothing else; what they object to waits for a person."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.media import probe
from pipeline.records import Audience
from pipeline.store import Workspace, previews
from pipeline.store.registry import Registry
from pipeline.web.app import participant_app
from tests.clock import NIGHT
from tests.end_to_end.conftest import INLINE, SPHINX, offrecord, prepared
from tests.samples import shortened

pytestmark = pytest.mark.slow

FOLDER = "2026-11-18-j-public"
GUEST = "martin.keller@cedar.example"
OURS = {"sec-fetch-site": "same-origin"}


class Release:
    """A workspace with one session that is reviewed, signed off, and not public yet."""

    def __init__(self, folder: Path) -> None:
        shortened(FOLDER, folder / "inbox", seconds=29.2)
        settings = f"{SPHINX}[review]\npreview_required = true\npreview_days = 3\n"
        self.root = prepared(folder / "ws", settings)
        assert offrecord("run", folder / "inbox", "--workspace", self.root, *INLINE).returncode == 0
        (self.session_id,) = (path.name for path in (self.root / "out").iterdir() if path.name != "exports")
        decide = ["review", "decide", self.session_id, "--all-undecided", "--redact", "--by", "ann", "--reason", "x"]
        assert self.done(*decide) == 0
        assert self.done("review", "sign-off", self.session_id, "--by", "lead") == 0
        people = Registry(Workspace.open(self.root).db).session(self.session_id).participants
        self.guest = next(person.participant_id for person in people if person.email == GUEST)
        self.time = NIGHT + timedelta(hours=1)

    def done(self, *arguments: str) -> int:
        return offrecord(*arguments, "--workspace", self.root).returncode

    def shown(self, *arguments: str) -> str:
        done = offrecord(*arguments, "--workspace", self.root)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def blocking(self) -> str:
        told = offrecord("release", self.session_id, "--dry-run", "--json", "--workspace", self.root)
        return str(json.loads(told.stdout)["blocking_reason"])

    def preview(self, participant_id: str) -> str:
        made = self.shown("consent", "preview", self.session_id, participant_id, "--by", "lead", "--json")
        return str(json.loads(made)["link"]).removeprefix("http://127.0.0.1:8484")

    def client(self) -> TestClient:
        app = participant_app(Workspace.open(self.root), now=lambda: self.time)
        return TestClient(app, headers=OURS, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(tmp_path_factory.mktemp("preview"))


def speakers(release: Release) -> set[str]:
    turns = (release.root / "out" / release.session_id / "internal" / "transcript.jsonl").read_text("utf-8")
    return {who for line in turns.splitlines() if (who := json.loads(line)["participant_id"])}


def test_from_a_required_preview_over_an_objection_to_the_release(release: Release, tmp_path: Path) -> None:
    assert "has seen no preview" in release.blocking()
    assert release.done("consent", "preview", release.session_id, "p99", "--by", "lead") == 2
    links = {who: release.preview(who) for who in sorted(speakers(release))}
    assert not (release.root / "out" / release.session_id / "public").exists(), "a preview publishes nothing"
    assert "may object until" in release.blocking()

    client, link = release.client(), links[release.guest]
    page = client.get(link)
    assert page.status_code == 200 and "<script" not in page.text and "I object" in page.text
    sources = re.findall(r'<audio [^>]*src="([^"]+)"', page.text)
    assert sources, "they hear themselves"
    transcript = (release.root / "out" / release.session_id / "internal" / "transcript.jsonl").read_text("utf-8")
    for turn in map(json.loads, transcript.splitlines()):
        is_theirs = turn["participant_id"] == release.guest
        words = turn["text"].split()
        if is_theirs or len(words) > 5:
            assert (f"<p>{turn['text']}</p>" in page.text) is is_theirs, "theirs, and nobody else's"
    sound = client.get(sources[0], headers={"range": "bytes=0-"})
    assert sound.status_code == 206 and sound.headers["cache-control"] == "no-store"
    (tmp_path / "part.m4a").write_bytes(sound.content)
    assert 0 < (probe(tmp_path / "part.m4a").audio[0].duration_s or 0.0) < 29
    assert client.get(f"{link}/sound/99").status_code == 404
    assert client.get(f"{link[:-4]}AAAA").status_code == 404

    for other in links:
        if other != release.guest:
            assert "You said that it may" in client.post(links[other], data={"answer": "agree"}).text
    assert f"{release.guest} may object until" in release.blocking()
    answered = client.post(link, data={"answer": "object", "reason": "<b>my voice</b>"})
    assert "You object" in answered.text
    assert f"{release.guest} objects" in release.blocking()
    acts = previews.events(Workspace.open(release.root).db, release.session_id)
    assert (acts[-1].act, acts[-1].reason) == (previews.PreviewAct.OBJECTED, "<b>my voice</b>")
    let_out = ["release", release.session_id, "--by", "lead"]
    assert release.done(*let_out) == 7
    settle = ["consent", "settle-objection", release.session_id, release.guest, "--by", "dana", "--reason", "we spoke"]
    assert release.done(*settle) == 0 and release.done(*settle) == 2, "nothing is left to settle"
    assert release.blocking() == ""
    assert release.done(*let_out) == 0
    public = release.root / "out" / release.session_id / "public"
    assert public.is_dir()

    assert release.done("consent", "object", release.session_id, release.guest, "--by", "ana", "--reason", "mail") == 0
    assert not public.exists(), "an objection takes back what is public"
    assert release.done("run", *INLINE) == 0 and not public.exists()
    report = json.loads((release.root / "reports" / "report.json").read_text("utf-8"))
    assert "objects to the public release" in report["lines"][0]["reason"]
    assert release.done(*let_out) == 7


def test_what_consent_closes_is_shown_no_longer_and_links_end(release: Release) -> None:
    workspace = Workspace.open(release.root)
    link = release.preview(release.guest)
    client = release.client()
    assert client.get(link).status_code == 200
    release.time += timedelta(days=3, hours=1)
    assert client.get(link).status_code == 403, "its days are over"
    assert client.post(link, data={"answer": "agree"}).status_code == 403
    release.time -= timedelta(days=3, hours=1)
    withdraw = ["consent", "withdraw", "--email", GUEST, "--purpose", "public_recording", "--by", "ana"]
    assert release.done(*withdraw, "--reason", "mail") == 0
    assert client.get(link).status_code == 403, "they withdrew"
    assert release.done("consent", "preview", release.session_id, release.guest, "--by", "lead") == 7
    kinds = {artefact.kind for artefact in workspace.artefacts.of(release.session_id)}
    assert {"preview", "preview-sound"} <= kinds, "an erasure finds them"


def test_an_answer_is_of_one_participant_and_the_latest_counts(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")

    def file(who: str, act: previews.PreviewAct) -> list[str]:
        at = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
        previews.record(workspace.db, "s1", who, act, actor="ana", reason="why", now=at)
        return previews.objecting(previews.events(workspace.db, "s1"))

    assert file("p1", previews.PreviewAct.OBJECTED) == ["p1"]
    assert file("p2", previews.PreviewAct.AGREED) == ["p1"]
    assert file("p1", previews.PreviewAct.MADE) == ["p1"], "another preview settles nothing"
    assert file("p1", previews.PreviewAct.SETTLED) == []
    assert file("p1", previews.PreviewAct.OBJECTED) == ["p1"], "they may object again"
    assert Audience.PUBLIC and set(previews.heads(workspace.db)) == {"s1"}
