"""Requests that were typed into the chat: they follow their writer's own consent as what is said does."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import review
from pipeline.embeddings import encoder_name
from pipeline.errors import UsageProblem
from pipeline.export import Selection, report
from pipeline.export.formats import render
from pipeline.export.formats.options import ExportOptions
from pipeline.export.mentions import PURPOSE, QUOTED, Mention, may_quote, may_use, mentions_of, request_id_of
from pipeline.ingest import session_texts
from pipeline.ingest.draft import Person
from pipeline.ingest.listing import listing
from pipeline.ingest.participants import Speakers
from pipeline.ingest.surfaces import chat_lines
from pipeline.records import (
    Answer,
    ApprovedPlan,
    Audience,
    Cell,
    ChatLine,
    Context,
    Interval,
    Outcome,
    Participant,
    Purpose,
    ReadingPlan,
    RequestSource,
    Role,
    Ruling,
    Session,
    Tag,
    Transcript,
    Turn,
)
from pipeline.render.chat_turns import chat_turns
from pipeline.render.terms import TermReplacer
from pipeline.settings import RedactSettings
from pipeline.store import Workspace
from pipeline.store.codec import encode
from pipeline.tag import read_taxonomy, tag_chat
from pipeline.workflow import request_clip, tagging
from pipeline.workflow.readable_turns import ReadableTurns, published_turns, readable, unshared_speakers
from pipeline.workflow.request_ids import with_earlier_ids
from pipeline.workflow.request_report import Gathered
from tests.export.made import KEY, NOW, grouped, mention
from tests.render.making import LENGTH_S, session
from tests.workflow.conftest import HandMadeRuling
from tests.workflow.test_unshared_turns import Unshared

ASKED = "Please add single sign on for our contractors."
PEOPLE = ("p1", "p2", "p3", "p4")


class Typed(Unshared):
    """The customer types a request; nobody says one."""

    def __init__(self, workspace: Workspace, sounds: Path) -> None:
        super().__init__(workspace, sounds)
        self.outcomes = {}
        self.type(("p1", ASKED))

    def type(self, *lines: tuple[str | None, str], direct: bool = False) -> None:
        chat = tuple(
            ChatLine(at_s=0.5 + 0.1 * at, participant_id=who, text=text, direct=direct)
            for at, (who, text) in enumerate(lines)
        )
        self.session = replace(self.session, chat=chat)

    @property
    def transcript(self) -> Transcript:
        return replace(super().transcript, words=super().transcript.words[-1:])

    def read(self) -> list[tuple[str | None, str]]:
        """Publishes the session; who asked for what."""
        assert self.publish().stop is None
        return [(tag.participant_id, tag.quote) for tag in self.tags.tags]


@pytest.fixture
def typed(
    new_workspace: Callable[[Path], Workspace], tmp_path: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> Typed:
    made = Typed(new_workspace(tmp_path / "ws"), sounds)
    monkeypatch.setattr("pipeline.workflow.session_context.consent.rule", lambda *_, **__: made.ruling)
    monkeypatch.setattr("pipeline.workflow.render_planned.speech.relisten", lambda *_, **__: [])
    return made


def test_a_typed_request_is_read_from_the_proved_chat_of_the_rendition(typed: Typed) -> None:
    assert typed.read() == [("p1", ASKED)]
    (tag,) = typed.tags.tags
    assert (tag.source, tag.start_s, tag.end_s) == (RequestSource.CHAT, 0.5, 0.5)
    turns = published_turns(typed.workspace.out / "s1" / Audience.INTERNAL)
    assert turns is not None and [turn.text for turn in turns.typed] == [ASKED]
    assert typed.tags.unshared_chat == ()


def test_who_lets_nothing_be_shown_is_counted_by_what_they_typed_and_is_in_no_rendition(typed: Typed) -> None:
    typed.outcomes = {Purpose.INTERNAL_SHARE: Outcome.MINUS}
    assert typed.read() == [("p1", ASKED)]
    written = typed.out()
    assert written is not None and "single" not in written
    mentions = mentions_of(typed.session, typed.ruling, typed.tags.tags, key=KEY, now=NOW)
    assert isinstance(mentions, tuple) and not mentions[0].is_quoted and "contractors" not in mentions[0].quote
    (row,) = report(mentions, [grouped("x", *mentions)], [], Selection(min_customers=1)).mentions
    assert (row.source, row.at, row.session) == ("", "", "")


@pytest.mark.parametrize("outcome", [Outcome.MINUS, Outcome.HOLD, Outcome.REFUSE])
@pytest.mark.parametrize("shared", [Outcome.PROCEED, Outcome.MINUS])
def test_who_does_not_proceed_for_product_work_types_nothing_that_is_read(
    typed: Typed, outcome: Outcome, shared: Outcome
) -> None:
    typed.outcomes = {Purpose.INTERNAL_IMPROVE: outcome, Purpose.INTERNAL_SHARE: shared}
    assert typed.read() == []
    assert typed.tags.unshared_chat == ()
    assert b"single" not in encode(typed.tags)


@pytest.mark.parametrize("who", ["p1", None])
def test_a_private_message_and_what_somebody_unknown_typed_are_never_read(typed: Typed, who: str | None) -> None:
    typed.type((who, ASKED), direct=who is not None)
    assert typed.read() == []


def test_a_confidential_term_is_in_no_typed_request_however_it_is_typed(typed: Typed) -> None:
    typed.type(
        ("p1", "please add better Fal\u200bcon-Secret settings."), ("p1", "We need FALCON"), ("p1", "secret logs.")
    )
    quotes = " ".join(quote for _, quote in typed.read())
    assert quotes
    for part in ("fal", "falcon", "secret"):
        assert part not in quotes.casefold()
    assert b"falcon" not in encode(typed.tags).lower()


def test_what_is_said_is_tagged_the_same_with_and_without_a_chat(typed: Typed) -> None:
    said = Turn(start_s=0.0, end_s=2.0, participant_id="p1", speaker="x", text="We need an audit log for exports.")
    typed.type(("p1", ASKED))
    context, taxonomy = typed.analysed.context, read_taxonomy(None)
    tagging.tag_session(context, ReadableTurns(spoken=(said,)), taxonomy)
    alone = [tag for tag in typed.tags.tags if tag.source is RequestSource.SPEECH]
    typed_turns = (Turn(start_s=1.0, end_s=1.0, participant_id="p1", speaker="x", text=ASKED),)
    tagging.tag_session(context, ReadableTurns(spoken=(said,), typed=typed_turns), taxonomy)
    both = typed.tags.tags
    assert [replace(tag, request_id="") for tag in both if tag.source is RequestSource.SPEECH] == [
        replace(tag, request_id="") for tag in alone
    ]
    assert [tag.source for tag in both] == [RequestSource.SPEECH, RequestSource.CHAT]


def test_it_keeps_its_id_when_its_chat_is_read_anew_and_so_does_what_is_unshared(typed: Typed) -> None:
    typed.outcomes = {Purpose.INTERNAL_SHARE: Outcome.MINUS}
    typed.publish()
    before = typed.tags
    (typed.workspace.root / "taxonomy.toml").write_text('[[area]]\nname = "logins"\nphrases = ["sign"]\n')
    turns = published_turns(typed.workspace.out / "s1" / Audience.INTERNAL)
    assert turns is not None and before.unshared_chat
    taxonomy = tagging.read_taxonomy(typed.workspace)
    tagging.tag_session(typed.analysed.context, turns, taxonomy, unshared=before.kept_back)
    again = typed.tags
    key = typed.workspace.key(tagging.ALIAS_KEY)
    ids = [{request_id_of(tag, "s1", key) for tag in kept.tags} for kept in (before, again)]
    assert ids[0] == ids[1] and again.tags[0].area == "logins" and again.encoder == encoder_name()


def test_a_typed_request_keeps_its_id_by_its_words_and_no_other_one_gets_it() -> None:
    def asked(quote: str, at_s: float, source: RequestSource = RequestSource.CHAT) -> Tag:
        return Tag(
            label="request",
            score=0.9,
            area="",
            quote=quote,
            start_s=at_s,
            end_s=at_s if source is RequestSource.CHAT else at_s + 1,
            participant_id="p1",
            source=source,
        )

    before = [asked("please add [product 1] logs", 5.0), asked("add dark mode", 5.0)]
    after = [asked("add dark mode", 5.0), asked("please add Falcon logs", 5.0), asked("add dark mode", 9.0)]
    named = with_earlier_ids(before, after, lambda tag: f"q {tag.quote}")
    assert [tag.request_id for tag in named[:2]] == ["q add dark mode", "q please add [product 1] logs"]
    assert len({tag.request_id or f"q {tag.quote}" for tag in named}) == 3
    spoken = asked("add dark mode", 5.0, RequestSource.SPEECH)
    assert with_earlier_ids(before, [spoken], lambda tag: f"x {tag.quote}")[0].request_id == ""


def test_an_answer_of_staff_may_read_out_what_was_just_typed() -> None:
    told = Answer(
        text="Dana types that Leeds is waiting, you can do it.", start_s=50.0, end_s=52.0, participant_id="p2"
    )
    asked = Tag(
        label="request", score=0.9, area="", quote=ASKED, start_s=40.0, end_s=42.0, participant_id="p1", answer=told
    )
    said = [Turn(start_s=40.0, end_s=42.0, participant_id="p1", speaker="x", text=ASKED)]
    for line, behind in [
        (ChatLine(at_s=45.0, participant_id="p3", text="Leeds is waiting"), {"p1", "p3"}),
        (ChatLine(at_s=45.0, participant_id="p3", text="Leeds is waiting", direct=True), {"p1", "p3"}),
        (ChatLine(at_s=45.0, participant_id=None, text="Leeds is waiting"), {"p1", ""}),
        (ChatLine(at_s=45.0, participant_id="p2", text="it is staff's own"), {"p1"}),
        (ChatLine(at_s=500.0, participant_id="p3", text="later"), {"p1"}),
    ]:
        (tag,) = tagging.with_speakers_before_answers([asked], said, ["p2"], chat=[line], earlier=())
        assert tag.answer and set(tag.answer.behind) == behind


def test_what_staff_type_may_answer_anybody_who_wrote_or_spoke_in_the_minutes_before() -> None:
    told = Answer(text="You can use the zebra theme.", start_s=400.0, end_s=400.0, participant_id="p2")
    asked = Tag(
        label="request", score=0.9, area="", quote=ASKED, start_s=390.0, end_s=390.0, participant_id="p1", answer=told,
        source=RequestSource.CHAT,
    )  # fmt: skip
    lines = [
        ChatLine(at_s=100.0, participant_id="p3", text="Please add a zebra theme."),
        ChatLine(at_s=390.0, participant_id="p1", text=ASKED),
    ]
    said = [
        Turn(start_s=340.0, end_s=345.0, participant_id="p4", speaker="x", text="A zebra theme, please."),
        Turn(start_s=380.0, end_s=385.0, participant_id="p1", speaker="x", text="Hello."),
    ]
    (tag,) = tagging.with_speakers_before_answers([asked], said, ["p2"], chat=lines, earlier=())
    assert tag.answer and set(tag.answer.behind) == {"p1", "p3", "p4"}
    (again,) = tagging.with_speakers_before_answers([asked], said[1:], ["p2"], chat=lines[1:], earlier=[tag])
    assert again.answer and set(again.answer.behind) == {"p1", "p3", "p4"}, "who said no later is behind it still"


CONSENTS = st.fixed_dictionaries(
    {
        who: st.fixed_dictionaries({purpose: st.sampled_from(list(Outcome)) for purpose in (PURPOSE, QUOTED)})
        for who in PEOPLE
    }
)
LINES = st.lists(
    st.tuples(
        st.sampled_from([*PEOPLE, None]),
        st.booleans(),
        st.sampled_from(["own", "own", "reply", "cut", "paste", "quote", "react"]),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=9,
)


def chat_of(lines: Sequence[tuple[str | None, bool, str, int]]) -> tuple[ChatLine, ...]:
    """Messages of which each has a word that only its writer wrote; some quote, answer or paste an earlier one."""
    texts: list[str] = []
    chat: list[ChatLine] = []
    for at, (who, direct, form, other) in enumerate(lines):
        asks = f"Please add the nonce{at}x{who} report to our weekly exports."
        earlier = texts[other % len(texts)] if texts else ""
        first = earlier.split("\n")[0]
        forms = {
            "own": asks,
            "reply": f'Replying to "{first}"\n\n{asks}',
            "cut": f'Replying to "{first[:40]}..."\n\n{asks}',
            "paste": f"{earlier}\n{asks}",
            "quote": f"> {first}\n{asks}",
            "react": f'Reacted to "{first}" with 👍',
        }
        text = forms[form] if earlier else asks
        texts.append(text)
        chat.append(ChatLine(at_s=float(at), participant_id=who, text=text, direct=direct))
    return tuple(chat)


def ruling_for(consents: dict[str, dict[Purpose, Outcome]]) -> Ruling:
    cells = tuple(
        Cell(
            participant_id=who,
            interval=Interval(start_s=0.0, end_s=LENGTH_S),
            purpose=purpose,
            outcome=outcomes.get(purpose, Outcome.PROCEED),
            rule_id="R1",
            reason="test",
        )
        for who, outcomes in consents.items()
        for purpose in Purpose
    )
    return HandMadeRuling(session_id="s1", cells=cells, log_head="", valid_until=NOW.replace(year=2099))


def exported(here: Session, ruling: Ruling) -> tuple[tuple[Mention, ...], str]:
    """What every export of a session's chat holds, by the way that a night goes."""
    settled = {"settings": RedactSettings(), "context": Context()}
    transcript = Transcript(engine="by hand", words=())
    shown = review.review(here, ruling, transcript, (), (), Audience.INTERNAL, **settled)  # type: ignore[arg-type]
    if not isinstance(shown, ApprovedPlan):
        return (), ""
    hidden = review.reading_plan(here, ruling, transcript, (), (), PURPOSE, **settled)  # type: ignore[arg-type]
    unshared = ReadableTurns()
    if isinstance(hidden, ReadingPlan):
        typed = chat_turns(here, hidden, {}, TermReplacer(hidden.terms))
        unshared = ReadableTurns(typed=typed).of(unshared_speakers(here, ruling))
    published = ReadableTurns(typed=chat_turns(here, shown, {}, TermReplacer(shown.terms)))
    turns = readable(here, ruling, published, unshared)
    tags = tag_chat(turns.typed, staff=("p4",), taxonomy=read_taxonomy(None))
    mentions = mentions_of(here, ruling, tags, key=KEY, now=NOW)
    assert isinstance(mentions, tuple)
    made = report(mentions, [grouped(one.title, one) for one in mentions], [], Selection(min_customers=1))
    files = [
        render(made, name, ExportOptions(grouped=by_group)).decode()
        for name in ("csv", "jsonl", "html")
        for by_group in (False, True)
    ]
    return mentions, "\n".join(files)


@given(consents=CONSENTS, lines=LINES)
@settings(max_examples=80, deadline=None)
def test_no_typed_word_of_who_does_not_consent_is_in_any_export(
    consents: dict[str, dict[Purpose, Outcome]], lines: list[tuple[str | None, bool, str, int]]
) -> None:
    people = tuple(
        Participant(participant_id=who, name=f"Person {who}", role=Role.STAFF if who == "p4" else Role.CUSTOMER)
        for who in PEOPLE
    )
    here = replace(session(), participants=people, tracks=(), chat=chat_of(lines), duration_s=LENGTH_S)
    ruling = ruling_for(consents)
    mentions, content = exported(here, ruling)
    assert all(one.source is RequestSource.CHAT for one in mentions)
    for at, line in enumerate(here.chat):
        nonce = f"nonce{at}x{line.participant_id}"
        allowed = line.participant_id is not None and not line.direct and may_quote(ruling, here, line.participant_id)
        if not allowed:
            assert nonce not in content
    for one in mentions:
        assert all(f"x{who} " not in one.wording or may_use(ruling, here, who, PURPOSE) for who in PEOPLE)


GRAPH_AT = "2026-11-18T16:00:0{}Z"


def graph(*messages: tuple[str, str]) -> str:
    return json.dumps(
        {
            "value": [
                {
                    "createdDateTime": GRAPH_AT.format(at),
                    "from": {"user": {"displayName": name}},
                    "body": {"contentType": "html", "content": content},
                }
                for at, (name, content) in enumerate(messages)
            ]
        }
    )


HERS, NOT_HIS = "Please add an audit log.", "Please add a grey nonceb theme."
PRIVATE = "please add noncep, only for you"
CHATS = {
    "local.txt": (
        f"10:00:01 From Ana Diaz to Everyone:\n\t{HERS}\n10:00:03 From Bo Li to Everyone:\n\t{NOT_HIS}\n"
        f'10:00:05 From Ana Diaz to Everyone:\n\tReplying to "{NOT_HIS[:20]}..."\n\t\n\tno idea\n'
        f"10:00:07 From Ana Diaz to Bo Li(Direct Message):\n\t{PRIVATE}\n"
    ),
    "old.txt": (
        f"10:00:01\t From  Ana Diaz : {HERS}\n10:00:03\t From  Bo Li : {NOT_HIS}\n"
        f"10:00:07\t From  Ana Diaz to Bo Li (Privately) : {PRIVATE}\n"
    ),
    "GMT_RecordingnewChat.txt": f"00:00:01\tAna Diaz:\t{HERS}\n00:00:02\tBo Li:\t{NOT_HIS}\n",
    "deutsch.txt": (
        f"10:00:01 Von Ana Diaz an Alle:\n\t{HERS}\n10:00:02 Von Bo Li an Alle:\n\t{NOT_HIS}\n"
        f"10:00:03 Von Ana Diaz an Bo Li (Direktnachricht):\n\t{PRIVATE}\n"
    ),
    "teams.json": graph(
        ("Ana Diaz", f"<p>{HERS}</p>"), ("Bo Li", NOT_HIS), ("Ana Diaz", f"<blockquote>{NOT_HIS}</blockquote>no idea")
    ),
    "meet.sbv": (
        f"00:00:01.000,00:00:04.000\nAna Diaz: {HERS}\n\n00:00:02.000,00:00:05.000\nBo Li: {NOT_HIS}\n\n"
        f"00:00:03.000,00:00:05.000\nAna Diaz: {NOT_HIS}\nno idea\n"
    ),
}


@pytest.mark.parametrize("name", CHATS)
def test_the_chat_of_every_platform_is_read_by_each_writers_own_consent(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(CHATS[name], "utf-8")
    speakers = Speakers((Person(name="Ana Diaz"), Person(name="Bo Li")))
    lines = chat_lines(session_texts.chat_of(listing(tmp_path), name).messages, speakers)
    people = tuple(Participant(participant_id=who, name=of) for who, of in (("p1", "Ana Diaz"), ("p2", "Bo Li")))
    here = replace(session(), participants=people, tracks=(), chat=tuple(replace(line, at_s=1.0) for line in lines))
    agreed = dict.fromkeys((PURPOSE, QUOTED), Outcome.PROCEED)
    for refused in ({PURPOSE: Outcome.MINUS, QUOTED: Outcome.PROCEED}, dict.fromkeys(agreed, Outcome.REFUSE)):
        mentions, content = exported(here, ruling_for({"p1": agreed, "p2": {**agreed, **refused}}))
        if Outcome.REFUSE not in refused.values():
            assert [one.quote for one in mentions] == [HERS]
        assert "nonceb" not in content and "noncep" not in content
    both, content = exported(here, ruling_for({"p1": agreed, "p2": agreed}))
    assert [one.quote for one in both] == [HERS, NOT_HIS] and "noncep" not in content


def test_what_may_be_shown_is_in_every_export_with_its_source() -> None:
    everybody = {who: dict.fromkeys((PURPOSE, QUOTED), Outcome.PROCEED) for who in PEOPLE}
    people = tuple(Participant(participant_id=who, name=f"Person {who}") for who in PEOPLE)
    chat = chat_of([("p1", False, "own", 0), ("p2", False, "reply", 0), ("p3", False, "paste", 0)])
    here = replace(session(), participants=people, tracks=(), chat=chat)
    mentions, content = exported(here, ruling_for(everybody))
    assert [one.quote for one in mentions] == [
        f"Please add the nonce{at}x{who} report to our weekly exports." for at, who in enumerate(("p1", "p2", "p3"))
    ]
    assert '"source": "chat"' in content and '"chat"' in content and "Typed into the chat." in content


def test_a_typed_request_has_no_clip_and_that_is_said(typed: Typed) -> None:
    asked = mention(1, source=RequestSource.CHAT)
    gathered = Gathered(mentions=(asked,), groups=(), sessions=(), rejected=(), valid_until=0.0)
    with pytest.raises(UsageProblem, match="typed into the chat, so there is no sound"):
        request_clip.quotable_mention(typed.workspace, gathered, asked.request_id)
