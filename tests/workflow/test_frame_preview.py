"""A person who decides about a picture sees a frame of it: under its covers, or with their edges alone."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

from pipeline.cli import main
from pipeline.media.frames import frame_at
from pipeline.records import DetectionRule, Finding, PicturePlace, Proposal, RedactionBox, Region, Verdict, Video
from pipeline.review import decision_log, propose
from pipeline.review.picture import decisions as picture_decisions
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.media.making import H264, ffmpeg
from tests.web.making import make_workspace, session_id_of, withdraw_transcription

SESSION_ID = "s1"
LEFT = Region(left=0.0, top=0.0, right=0.5, bottom=1.0)
READ = Finding(
    finding_id="f-seen",
    entity="picture:person:priya raman",
    label="PICTURE",
    text="Priya Raman",
    rule=DetectionRule.TEXT_IN_PICTURE,
    score=0.9,
    place=PicturePlace(region=LEFT, start_s=1.0, end_s=2.0),
)


@pytest.fixture
def proposals() -> tuple[Proposal, ...]:
    return propose(SESSION_ID, (READ,))


@pytest.fixture(scope="module")
def consented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session to which everybody agreed, whose picture is noise at ten frames a second, for three seconds."""
    folder = tmp_path_factory.mktemp("frames")
    made = make_workspace(folder / "ws")
    noise = "nullsrc=s=160x96:r=10:d=3,geq=random(1)*255:128:128"
    ffmpeg("-f", "lavfi", "-i", noise, *H264, "-crf", "10", folder / "a.mp4")
    digest = made.vault.seal(folder / "a.mp4", kind="media").digest
    video = Video(digest=digest, duration_s=3.0)
    session = replace(Registry(made.db).session(session_id_of(made)), session_id=SESSION_ID, source_digest="1")
    Registry(made.db).take(folder / "inbox", "1", replace(session, video=video))
    made.db.dispose()
    return folder / "ws"


@pytest.fixture
def workspace(consented: Path, tmp_path: Path, proposals: tuple[Proposal, ...]) -> Workspace:
    made = Workspace.open(shutil.copytree(consented, tmp_path / "ws"))
    made.stages.put("proposals", SESSION_ID, proposals, tuple[Proposal, ...])
    return made


def frame(workspace: Workspace, at_s: float, out: Path, *words: str) -> Result:
    arguments = ["review", "frame", SESSION_ID, "--at", str(at_s), "--out", str(out), "-w", str(workspace.root)]
    return CliRunner().invoke(main, [*arguments, *words])


def seen(path: Path) -> NDArray[np.uint8]:
    """The brightness of a PNG, as ffmpeg reads it."""
    raw = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1")
    return np.frombuffer(raw, np.uint8).reshape(96, 160)


def test_a_frame_shows_what_a_rendition_would(
    workspace: Workspace, proposals: tuple[Proposal, ...], tmp_path: Path
) -> None:
    shown = []
    for number, (at_s, from_s) in enumerate(((0.5, 0.5), (1.55, 1.5), (2.55, 2.5))):
        done = frame(workspace, at_s, tmp_path / f"{number}.png", "--json")
        assert done.exit_code == 0, done.output
        told = json.loads(done.output)
        assert (round(told["from_s"], 3), told["covers"]) == (from_s, int(number == 1))
        shown.append(seen(tmp_path / f"{number}.png"))
        assert stat.S_IMODE((tmp_path / f"{number}.png").stat().st_mode) == 0o600
    assert [image[:, :80].std() < 1 for image in shown] == [False, True, False]
    assert all(image[:, 80:].std() > 20 for image in shown)
    assert not (shown[0] == shown[2]).all()
    decision_log.decide(
        workspace.db, SESSION_ID, [proposals[0].proposal_id], verdict=Verdict.KEEP, actor="ana", reason="ours"
    )
    assert frame(workspace, 1.55, tmp_path / "kept.png").output.endswith("0 covers\n")
    session = Registry(workspace.db).session(SESSION_ID)
    picture_decisions.cover(workspace.db, session, RedactionBox(start_s=1.5, end_s=1.6, reason="a badge"), actor="ana")
    assert frame(workspace, 1.55, tmp_path / "laid.png").exit_code == 0
    assert seen(tmp_path / "laid.png").std() < 1


def test_what_is_under_a_cover_is_shown_on_request_and_that_is_noted(workspace: Workspace, tmp_path: Path) -> None:
    before = workspace.ledger.verify()
    assert frame(workspace, 1.55, tmp_path / "a.png").exit_code == 0
    assert workspace.ledger.verify() == before
    assert frame(workspace, 1.55, tmp_path / "b.png", "--outline").exit_code == 0
    assert workspace.ledger.verify() == before + 1
    image = seen(tmp_path / "b.png").astype(int)
    assert image[8:88, 8:72].std() > 20, "what is under it"
    assert min(image[:4, :80].min(), image[:, :4].min(), image[:, 76:80].min(), image[-4:, :80].min()) > 220


def test_nobody_sees_a_frame_where_consent_closes_the_session(workspace: Workspace, tmp_path: Path) -> None:
    withdraw_transcription(workspace)
    refused = frame(workspace, 1.55, tmp_path / "a.png", "--outline")
    assert refused.exit_code == 7 and "consent" in refused.stderr and not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("at_s", "out"),
    [(-1.0, "a.png"), (3.5, "a.png"), (float("nan"), "a.png"), (1.0, "a.jpg"), (1.0, "there.png"), (1.0, "no/a.png"),
     (1.0, "link.png"), (1.0, "ws/out/a.png"), (1.0, "out/a.png")],
)  # fmt: skip
def test_a_frame_is_never_put_where_it_does_not_belong(
    workspace: Workspace, tmp_path: Path, at_s: float, out: str
) -> None:
    (tmp_path / "there.png").write_text("precious")
    (tmp_path / "link.png").symlink_to(tmp_path / "new.png")
    (tmp_path / "out").symlink_to(workspace.out)
    assert frame(workspace, at_s, tmp_path / out).exit_code == 2
    assert (tmp_path / "there.png").read_text() == "precious"
    assert list(workspace.out.iterdir()) == []
    assert not (tmp_path / "new.png").exists()


def test_the_frame_of_a_time_is_the_one_that_is_shown_then(tmp_path: Path) -> None:
    steps = "color=black:s=32x32:r=10:d=30,geq=lum='40+10*floor(T/8)':cb=128:cr=128"
    slow = ("-vf", "select='eq(n,3)+eq(n,80)+eq(n,240)'", "-fps_mode", "vfr")
    ffmpeg("-f", "lavfi", "-i", steps, "-f", "lavfi", "-i", "sine=d=30", *slow, *H264, "-shortest", tmp_path / "a.mp4")
    found = [frame_at(tmp_path / "a.mp4", at_s) for at_s in (0.0, 0.3, 7.9, 8.0, 23.9, 24.0, 29.0)]
    assert [round(float(frame.planes[0].mean()) / 10) for frame, _ in found] == [4, 4, 4, 5, 5, 7, 7]
    assert [until_s for _, until_s in found] == [8.0, 8.0, 8.0, 24.0, 24.0, float("inf"), float("inf")]


def review(workspace: Workspace, *words: str) -> Result:
    return CliRunner().invoke(main, ["review", *words, "-w", str(workspace.root)])


def test_a_picture_is_covered_approved_and_any_change_voids_the_approval(workspace: Workspace) -> None:
    by = ("--by", "ana", "--reason", "a slide of theirs")
    masked, revealed = review(workspace, "picture", SESSION_ID), review(workspace, "picture", SESSION_ID, "--reveal")
    assert masked.exit_code == revealed.exit_code == 0
    assert "Priya" not in masked.output and "Priya Raman" in revealed.output
    (proposal,) = propose(SESSION_ID, (READ,))
    refused = review(workspace, "approve-picture", SESSION_ID, *by)
    assert refused.exit_code != 0 and "undecided" in refused.stderr
    decision_log.decide(
        workspace.db, SESSION_ID, [proposal.proposal_id], verdict=Verdict.REDACT, actor="ana", reason="theirs"
    )
    assert review(workspace, "approve-picture", SESSION_ID, *by).exit_code == 0
    approved = review(workspace, "picture", SESSION_ID, "--json").output
    added = review(workspace, "cover", SESSION_ID, "--from", "0.5", "--to", "1.5", "--box", "0.5,0,1,1", *by)
    assert added.exit_code == 0, added.output
    cover_id = added.output.split()[0]
    assert cover_id in review(workspace, "picture", SESSION_ID).output
    assert review(workspace, "picture", SESSION_ID, "--json").output != approved
    assert review(workspace, "uncover", SESSION_ID, cover_id, *by).exit_code == 0
    assert cover_id not in review(workspace, "picture", SESSION_ID).output


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("cover", SESSION_ID, "--from", "2", "--to", "1"), "no time within the session"),
        (("cover", SESSION_ID, "--from", "0", "--to", "1", "--box", "0,0,1"), "four numbers"),
        (("cover", "nowhere", "--from", "0", "--to", "1"), "no session of that id"),
        (("uncover", SESSION_ID, "c-none"), "no such cover"),
    ],
)
def test_what_makes_no_sense_about_a_picture_is_one_line_and_2(
    workspace: Workspace, words: tuple[str, ...], problem: str
) -> None:
    done = review(workspace, *words, "--by", "ana", "--reason", "a slide")
    assert done.exit_code == 2 and done.stderr.count("\n") == 1
    assert problem in done.stderr
