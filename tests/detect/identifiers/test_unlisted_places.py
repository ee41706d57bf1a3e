"""Machines with a number said apart, and numbers that nothing but their place announces."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context

NOTHING = Context()


def found(text: str, rule: str) -> list[str]:
    return [match.text for match in find(text, NOTHING) if match.rule == rule]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It is called SSO Edge 2, and it is slow.", "SSO Edge 2"),
        ("On Sim West 11 together with our neighbor", "Sim West 11"),
        ("We moved it to the server pigeon four last week.", "pigeon four"),
        ("I log in to pelican 3 and look.", "pelican 3"),
        ("It runs on cobalt five, which is full.", "cobalt five"),
        ("The staging box is called tulip one.", "tulip one"),
        ("our server, falcon six, went down", "falcon six"),
        ("the machine is called raven two east", "raven two east"),
        ("the machine stack nineteen behind the proxy", "stack nineteen"),
    ],
)
def test_a_machine_is_a_name_and_a_number(text: str, name: str) -> None:
    assert found(text, "written address") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "The host thanked 3 people.",
        "The database crashed 3 times.",
        "The server has 4 cores.",
        "I logged in to Slack 2 times.",
        "It runs on Python 3, which is fine.",
        "The cluster is maybe 3 nodes.",
        "We run on about 40 machines.",
        "We sat on the fence 2 weeks.",
        "It is on Kubernetes 2 now.",
        "It runs on version seventeen in the old mode.",
        "On page 12 there is a table.",
        "On Monday 3 of us were there.",
    ],
)
def test_what_is_counted_is_no_machine(text: str) -> None:
    assert found(text, "written address") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("It is 777409, but do not laugh.", "777409"),
        ("The reference is 714.", "714"),
        ("Call extension for 196 and they will clear it.", "196"),
        ("And the incident is I&C-9304, if you want to read it.", "I&C-9304"),
    ],
)
def test_a_number_that_only_its_place_announces(text: str, number: str) -> None:
    assert found(text, "written reference") == [number]


@pytest.mark.parametrize(
    "text",
    ["We had 250000 users.", "The case is 300 days old.", "In total it was 123456 rows.", "The order is 20 boxes."],
)
def test_what_is_counted_is_no_reference(text: str) -> None:
    assert found(text, "written reference") == []
