"""What is typed in short is read as it would be said, and quoted as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Tag, Turn
from pipeline.tag import read_taxonomy, tag_chat
from pipeline.tag.shorthand import as_said, as_typed


def tagged(text: str, who: str = "p1") -> tuple[Tag, ...]:
    message = Turn(start_s=1.0, end_s=1.0, participant_id=who, speaker="x", text=text)
    return tag_chat([message], staff=("p9",), taxonomy=read_taxonomy(None))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("+1 for dark mode", "Dark mode"),
        ("+1 dark mode", "Dark mode"),
        ("big +1 on the Terraform provider", "Terraform provider"),
        ("+1, we need bulk edit", "Bulk edit"),
        ("need bulk import asap", "Bulk import"),
        ("FR: bulk import for users", "Bulk import for users"),
        ("Feature request: webhook retries with backoff", "Webhook retries with backoff"),
        ("feature request - webhook retries", "Webhook retries"),
        ("Wish list: dark mode, audit log, SSO", "Dark mode, audit log, SSO"),
        ("would b great if u could export to parquet", "Export to parquet"),
        ("my #1 ask is bulk edit", "Bulk edit"),
        ("Really want to see folder support", "See folder support"),
        ("pls add csv export", "Csv export"),
    ],
)
def test_a_request_in_short_is_one_and_is_quoted_as_it_was_typed(text: str, title: str) -> None:
    (request,) = tagged(text)
    assert (request.label, request.quote, request.title) == ("request", text, title)


@pytest.mark.parametrize(
    "text",
    [
        "+1",
        "+1 to that",
        "+1 to what Ana said",
        "+1 on all of these",
        "+1 can't hear",
        "need to drop, thanks all",
        "brb",
    ],
)
def test_who_agrees_or_has_to_go_asks_for_nothing(text: str) -> None:
    assert [each for each in tagged(text) if each.label == "request"] == []


def test_who_agrees_and_then_asks_does_ask() -> None:
    (request,) = tagged("+1 to that. Please add an audit log for exports.")
    assert request.quote == "Please add an audit log for exports."


def test_staff_are_quoted_as_they_typed() -> None:
    assert tagged("need bulk import asap", "p9") == ()


@pytest.mark.parametrize(
    "text", ["plan b is R", "the u-boat", "a b2b app", "UR and R are units", "AB#12", "FRANCE: hi"]
)
def test_what_only_looks_like_shorthand_stays(text: str) -> None:
    assert as_said(text) == (text, ())


@given(
    st.lists(
        st.sampled_from(
            ["+1", "FR:", "need", "want", "pls", "plz", "u", "ur", "r u", "asap", "#1", "to that", "wish -"]
        )
        | st.text(max_size=6),
        max_size=8,
    ).map(" ".join)
)
def test_as_typed_undoes_as_said(line: str) -> None:
    said, places = as_said(line)
    assert as_typed(said, places, 0, len(said)) == line
    assert all(said[place.start_char : place.end_char] != place.typed for place in places)
