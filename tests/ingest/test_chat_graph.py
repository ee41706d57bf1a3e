"""Chat of Microsoft Graph: messages, replies and reactions, each with who wrote it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import chat_graph, ingest
from pipeline.ingest.json_objects import is_empty
from pipeline.records import Session
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, Media

AT = "2026-11-18T16:00:01.123Z"


def message(name: str, content: str, **more: object) -> dict[str, object]:
    sender = {"user": {"displayName": name, "id": "1"}}
    return {"createdDateTime": AT, "from": sender, "body": {"contentType": "html", "content": content}, **more}


CHAT = {
    "value": [
        message(
            "Ana Diaz",
            "<div>Hello <b>you</b> &amp; all<br>second <emoji alt='🙂'></emoji></div>",
            reactions=[{"reactionType": "like", "user": {"user": {"displayName": "Bo Li"}}}],
            replies=[message("Cy Dee", "<blockquote>Hello you</blockquote><p>thanks</p>")],
        ),
        {**message("Polls", "results"), "from": {"application": {"displayName": "Polls"}}},
        {"createdDateTime": AT, "from": None, "body": {"contentType": "html", "content": "<systemEventMessage/>"}},
    ]
}


def test_replies_and_reactions_are_messages_of_who_wrote_them() -> None:
    chat = chat_graph.parse(json.dumps(CHAT))
    assert [(each.sender, each.text) for each in chat.messages] == [
        ("Ana Diaz", "Hello you & all\nsecond 🙂"),
        ("Bo Li", 'Reacted to "Hello you & all second 🙂" with like'),
        ("Cy Dee", "> Hello you\nthanks"),
    ]
    assert chat.messages[0].moment == datetime(2026, 11, 18, 16, 0, 1, 123000, UTC)
    assert chat.unread == 2


NOTICE = {"createdDateTime": AT, "from": None, "body": {"contentType": "html", "content": "<systemEventMessage/>"}}
BARE_NOTICE = {**NOTICE, "messageType": "systemEventMessage", "body": {"contentType": "html", "content": ""}}


def test_a_chat_of_notices_alone_is_one_in_which_nobody_wrote() -> None:
    chat = chat_graph.parse(json.dumps({"value": [NOTICE, BARE_NOTICE]}))
    assert (chat.messages, chat.unread) == ((), 2)


@pytest.mark.parametrize(
    "other",
    [
        {**message("", "I say no"), "from": None},
        {**message("Ana Diaz", "Hello"), "createdDateTime": "yesterday"},
        {**NOTICE, "body": {"contentType": "html", "content": "<systemEventMessage/>I say no"}},
        {**NOTICE, "reactions": [{"user": {"user": {"displayName": "Bo Li"}}}]},
        {"body": {}},
    ],
)
def test_a_notice_beside_what_cannot_be_read_makes_no_chat(other: object) -> None:
    with pytest.raises(InputRefused, match="no messages of Microsoft Graph"):
        chat_graph.parse(json.dumps({"value": [NOTICE, other]}))


@pytest.mark.parametrize(
    "body", ["", '<attachment id="f1"></attachment>', '<p><img src="x" alt=""></p>'], ids=["deleted", "file", "picture"]
)
def test_whoever_sends_no_words_took_part_and_so_did_who_reacts(body: str) -> None:
    sent = message("Ana Diaz", "") | {"body": {"contentType": "html", "content": body}}
    chat = chat_graph.parse(json.dumps({"value": [{**sent, "reactions": [{"user": {"displayName": "Bo Li"}}]}]}))
    assert [each.sender for each in chat.messages] == ["Ana Diaz", "Bo Li"]


def test_whoever_only_reacts_took_part(media: Media, make: MakeFolder, workspace: Workspace) -> None:
    files: Files = {
        "Office hours-20261118_160000UTC-Meeting Recording.mp4": media["video.mp4"],
        "chat.json": json.dumps(CHAT),
        "poll.csv": "ID,Start time,Completion time,Email,Name,Which one?\n1,a,b,d@x,Dee Poll,SECRET\n",
        "AI recap.docx": b"SECRET",
        "thumbnail.jpg": b"SECRET",
        "chapters.json": "{}",
    }
    session = ingest(make(files), workspace=workspace)
    assert isinstance(session, Session), session
    assert [who.name for who in session.participants] == ["Ana Diaz", "Bo Li", "Cy Dee", "Dee Poll"]
    assert [line.participant_id for line in session.chat] == ["p1", "p2", "p3"]
    assert [line.at_s for line in session.chat] == pytest.approx([1.123] * 3)
    assert session.unrecognised_kinds == ("chapters", "pictures", "summaries"), "an empty one, and one that is no text"
    assert "SECRET" not in repr(session)


VALUES = st.recursive(
    st.none() | st.text() | st.sampled_from([AT, "<p>x</p>"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["value", "body", "content", "from", "user", "displayName", "reactions", "createdDateTime"]
            ),
            inner,
        )
    ),
)


@given(VALUES.map(json.dumps) | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert chat_graph.parse(text).messages or is_empty(text)
    except InputRefused as error:
        assert error.action


def test_a_quote_ends_where_its_block_ends() -> None:
    content = "before<blockquote>one<p>two</p><blockquote>three</blockquote>\nfour</blockquote>own words<br>&gt; typed"
    (sent,) = chat_graph.parse(json.dumps({"value": [message("Ana Diaz", content)]})).messages
    assert sent.text == "before\n> one\n> two\n> three\n> four\nown words\n> typed"
