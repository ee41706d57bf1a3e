"""A workspace with one session that is analysed by hand, behind a server of its own: real consent, real sound."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from pipeline import consent, ingest, review
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.staff.withdraw import Erasure
from pipeline.records import (
    Audience,
    Context,
    DetectionRule,
    Finding,
    PicturePlace,
    Proposal,
    Purpose,
    Region,
    Ruling,
    Session,
    SessionResult,
    SoundPlace,
    TextPlace,
    Transcript,
    Turn,
    UncoveredSpeech,
    Verdict,
    Video,
    Word,
)
from pipeline.render.file_names import TRANSCRIPT_JSONL
from pipeline.review.decision_log import decide
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.store import previews as preview_acts
from pipeline.store.codec import encode
from pipeline.store.previews import PreviewAct
from pipeline.store.registry import Registry, SessionState
from pipeline.web.app import staff_app
from pipeline.web.logins import Logins, WebUser
from pipeline.web.roles import WebRole
from pipeline.web.site import Access
from pipeline.workflow import previews, speaker_marks, tagging
from pipeline.workflow.consent_actions import withdraw_consent
from pipeline.workflow.customer_rules import NOT_A_NAME
from pipeline.workflow.preview_parts import MATERIAL, material_key
from pipeline.workflow.preview_records import PreviewMaterial, PreviewPart, PreviewTerms
from pipeline.workflow.review_material import store_material
from pipeline.workflow.sealed_links import seal
from pipeline.workflow.session_context import SessionContext
from tests.clock import now
from tests.media.making import H264, ffmpeg

SAMPLES = Path(__file__).parents[2] / "sample_media"
FOLDER = SAMPLES / "sessions" / "2026-11-18-a-own-tracks"
SETTINGS = '[speech]\nengine = "sphinx"\n[run]\nstable_for_s = 0\n'
FORM = SAMPLES / "consent-form.toml"
SCRIPT = "<script>document.title='run'</script>"
SAID = (
    ("t1", "p1", "welcome everyone this is hannah berg from lumen"),
    ("t2", "p2", "hello hannah priya here from halcyon freight we love project falcon"),
    ("t1", "p1", "falcon is not announced yet so we speak of it as the bird"),
    ("t2", "p2", "the zebra build is slow and the zebra cache is cold"),
)
MENTIONS = (
    ("person:hannah berg", "PERSON", "hannah berg", 0.99, DetectionRule.KNOWN_NAME),
    ("person:hannah berg", "PERSON", "hannah", 0.95, DetectionRule.KNOWN_NAME),
    ("person:priya raman", "PERSON", "priya", 0.97, DetectionRule.KNOWN_NAME),
    ("company:halcyon freight", "COMPANY", "halcyon freight", 0.96, DetectionRule.KNOWN_COMPANY),
    ("term:project falcon", "TERM", "project falcon", 0.99, DetectionRule.TERM_LIST),
    ("term:project falcon", "TERM", "falcon", 0.99, DetectionRule.TERM_LIST),
    ("person:~cache", "PERSON", "cache", 0.45, DetectionRule.NAME_MODEL),
)


IN_PICTURE = Finding(
    finding_id="f-seen",
    entity="picture:person:priya raman",
    label="PICTURE",
    text="Priya Raman",
    rule=DetectionRule.TEXT_IN_PICTURE,
    score=0.9,
    place=PicturePlace(region=Region(left=0.0, top=0.0, right=0.5, bottom=1.0), start_s=2.0, end_s=4.0),
)


def word(index: int, track_id: str, participant_id: str | None, text: str) -> Word:
    start_s = 0.5 + 0.4 * index
    return Word(
        start_s=start_s,
        end_s=start_s + 0.35,
        time_uncertainty_s=0.02,
        text=text,
        probability=0.3 if text == "cold" else 0.95,
        track_id=track_id,
        participant_id=participant_id,
    )


def transcript_of(session: Session, *, unknown: str = "") -> Transcript:
    spoken = [(line, who, text) for _, who, line in SAID for text in line.split()]
    tracks = {track.participant_id: track.track_id for track in session.tracks}
    words = tuple(
        word(index, tracks[who] or "", None if line == unknown else who, text)
        for index, (line, who, text) in enumerate(spoken)
    )
    gap = UncoveredSpeech(track_id=words[0].track_id, start_s=22.0, end_s=24.0)
    return Transcript(engine="by hand", words=words, unheard=(gap,))


def findings_in(
    transcript: Transcript, mentions: Sequence[tuple[str, str, str, float, DetectionRule]]
) -> Iterator[Finding]:
    """A finding for each place where the words of a mention are said, and a script in the chat that must stay text."""
    texts = [each.text for each in transcript.words]
    for entity, label, text, score, rule in mentions:
        wanted = text.split()
        for at in range(len(texts) - len(wanted) + 1):
            if texts[at : at + len(wanted)] == wanted:
                own = transcript.words[at : at + len(wanted)]
                place = SoundPlace(
                    track_id=own[0].track_id,
                    start_s=own[0].start_s,
                    end_s=own[-1].end_s,
                    time_uncertainty_s=0.02,
                    words=(at, at + len(wanted)),
                )
                yield _finding(entity, label, text, score, rule, place)
    chat = TextPlace(surface="chat", index=0, start_char=0, end_char=len(SCRIPT))
    yield _finding("term:script", "TERM", SCRIPT, 0.9, DetectionRule.TERM_LIST, chat)


def _finding(
    entity: str, label: str, text: str, score: float, rule: DetectionRule, place: SoundPlace | TextPlace
) -> Finding:
    return Finding(
        finding_id=f"f-{hash((entity, text, str(place))) & 0xFFFFFF:06x}",
        entity=entity,
        label=label,
        text=text,
        rule=rule,
        score=score,
        place=place,
    )


def make_workspace(root: Path, settings: str = SETTINGS, *, script: str = SCRIPT) -> Workspace:
    """A workspace with the consent of the samples, and one session that is analysed, with a script in its texts."""
    workspace = Workspace.create(root, settings)
    import_answers(SAMPLES / "consent.csv", FORM, workspace=workspace, now=now())
    session = ingest.ingest(FOLDER, workspace=workspace)
    assert isinstance(session, Session)
    people = (session.participants[0], replace(session.participants[1], aliases=(script,)), *session.participants[2:])
    session = replace(session, title=f"Office hours {script}", participants=people)
    Registry(workspace.db).take(FOLDER, "fingerprint", session)
    analyse_by_hand(workspace, session)
    return workspace


def analyse_by_hand(workspace: Workspace, session: Session, *, unknown: str = "", more: Sequence[Finding] = ()) -> None:
    """Stores transcript, findings and proposals, as a run does; nobody knows who says the words of ``unknown``."""
    ruling = consent.rule(session, workspace=workspace, now=now())
    assert isinstance(ruling, Ruling), ruling
    context = SessionContext(session=session, workspace=workspace, ruling=ruling, known=Context(), now=now())
    heard = transcript_of(session, unknown=unknown)
    said = speaker_marks.attributed(workspace, session, heard, ruling, review.edits(workspace.db, session.session_id))
    findings = (*findings_in(said.transcript, MENTIONS), *more)
    store_material(context, said, findings)
    proposals = review.propose(session.session_id, findings)
    context.put("proposals", session.session_id, proposals, tuple[Proposal, ...], purpose=Purpose.TRANSCRIBE)


def add_picture(workspace: Workspace, *, length_s: float = 24.0) -> Session:
    """Gives the session a picture that is lighter each second, with a name in its left half from 2 to 4 s."""
    session = Registry(workspace.db).session(session_id_of(workspace))
    path = workspace.scratch / "picture.mp4"
    lighter = f"color=black:s=320x180:r=10:d={length_s},geq=lum='60+7*floor(T)':cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", lighter, *H264, path)
    video = Video(digest=workspace.vault.seal(path, kind="media").digest, duration_s=length_s)
    path.unlink()
    session = replace(session, video=video)
    Registry(workspace.db).rewrite(session)
    analyse_by_hand(workspace, session, more=(IN_PICTURE,))
    return session


def analyse_more(workspace: Workspace, count: int) -> list[str]:
    """More sessions like the one that there is, each analysed by hand; gives their ids."""
    first = Registry(workspace.db).session(session_id_of(workspace))
    ids = [f"2026-11-1{9 - number}-more" for number in range(count)]
    for name in ids:
        session = replace(first, session_id=name, source_digest=name, started_at=first.started_at + timedelta(hours=1))
        Registry(workspace.db).take(Path(name), "f", session)
        analyse_by_hand(workspace, session)
    return ids


def session_id_of(workspace: Workspace) -> str:
    return next(iter(Registry(workspace.db).digests()))


def decide_alike(workspace: Workspace) -> None:
    """Two more sessions, of one customer, in which somebody said of the same word that it is no name."""
    session_id = session_id_of(workspace)
    first = Registry(workspace.db).session(session_id)
    people = (replace(first.participants[1], company="Halcyon Freight"),)
    for name in ("2026-11-17-one", "2026-11-17-two"):
        other = replace(first, session_id=name, source_digest=name, participants=people)
        Registry(workspace.db).take(Path(name), "f", other)
        proposals = tuple(replace(each, session_id=name) for each in proposals_of(workspace, session_id))
        workspace.stages.put("proposals", name, proposals, tuple[Proposal, ...])
        (word_id,) = (each.proposal_id for each in proposals if each.entity == "person:~cache")
        decide(workspace.db, name, [word_id], verdict=Verdict.KEEP, actor="ana", reason=NOT_A_NAME)


def publish_by_hand(workspace: Workspace, said: Sequence[str]) -> None:
    """What a customer says in the internal rendition of the session, as a night leaves it, and the requests in it."""
    session_id = session_id_of(workspace)
    folder = workspace.out / session_id / Audience.INTERNAL
    folder.mkdir(parents=True)
    turns = [
        Turn(start_s=10.0 * at, end_s=10.0 * at + 9, participant_id="p2", speaker="guest 1", text=text)
        for at, text in enumerate(said)
    ]
    (folder / TRANSCRIPT_JSONL).write_bytes(b"".join(encode(turn) + b"\n" for turn in turns))
    renditions = (f"{session_id}/internal",)
    result = SessionResult(session_id=session_id, status="done", reason="", action="", renditions=renditions)
    until = (now() + timedelta(days=2)).timestamp()
    Registry(workspace.db).conclude(SessionState(state_key="k", valid_until=until, attempts=1, result=result))
    tagging.retag(workspace, now=now())


def preview_by_hand(workspace: Workspace, participant_id: str, *, said: str = SCRIPT) -> str:
    """The address of a preview whose parts nobody cut: a real one is rendered and proved first."""
    session_id = session_id_of(workspace)
    session = Registry(workspace.db).session(session_id)
    ruling = consent.current_ruling(session, workspace=workspace, now=now())
    assert isinstance(ruling, Ruling)
    part = PreviewPart(start_s=3.0, end_s=9.5, lines=("hello [person 1]", said), has_picture=False)
    material = PreviewMaterial(state=previews.consent_state(ruling), parts=(part,), chat=("[0:00:05] guest 1: hi",))
    workspace.stages.put(MATERIAL, material_key(session_id, participant_id), material)
    terms = PreviewTerms(until=now() + timedelta(days=3), scope="{}")
    who: dict[str, Any] = {"actor": "lea", "reason": "by hand", "now": now(), "body": encode(terms).decode()}
    number = preview_acts.record(workspace.db, session_id, participant_id, PreviewAct.MADE, **who)
    body = {"preview": str(number), "session_id": session_id, "participant_id": participant_id}
    return f"/preview/{seal(workspace, body)}"


class Server:
    """The review app of a workspace on a port of its own."""

    def __init__(self, workspace: Workspace, app: Starlette, logins: Logins, address: str) -> None:
        self.workspace = workspace
        self.app = app
        self.logins = logins
        self.address = address
        self.session_id = session_id_of(workspace)

    def link(self, actor: str, *roles: WebRole) -> str:
        """A one-time address for somebody; without roles for one who may everything."""
        person = WebUser(actor=actor, roles=frozenset(roles or WebRole))
        return f"{self.address}/login/{self.logins.link(person)}"


@contextmanager
def serving(workspace: Workspace, access: Access | None = None, *, port: int = 0) -> Iterator[Server]:
    """The app on a free port of this machine, until the block is left."""
    logins, hosts = Logins(), set[str]()
    app = staff_app(workspace, access or Access.by_links(logins), hosts=hosts, now=now)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Server(workspace, app, logins, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join()


def withdraw_transcription(workspace: Workspace) -> None:
    """Tomasz Nowak withdraws that he may be transcribed, in every session."""
    withdraw_consent(
        "tomasz.nowak@northwind.example",
        purposes=[Purpose.TRANSCRIBE],
        session_id=None,
        erasure=Erasure(),
        actor="dpo",
        reason="by mail",
        workspace=workspace,
        now=now(),
    )
