"""Keys and passwords in chat and code, and ordinary talk about them."""

from __future__ import annotations

import socket

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context


def secrets(text: str) -> list[str]:
    return [match.text for match in find(text, Context()) if match.label == "SECRET"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: hunter2", "hunter2"),
        ("the password is hunter2, don't tell", "hunter2"),
        ("DB_PASSWORD=s3cret", "s3cret"),
        ('"api_key": "xyzzy"', "xyzzy"),
        ("pin: 4711", "4711"),
        ("token = 'wqxz'", "wqxz"),
        ("passphrase: correct-horse", "correct-horse"),
        ("see https://admin:hunter2@db.example/x", "hunter2"),
        ("npm //registry.example/:_authToken=npm_aaaabbbbccccddddeeeeffffgggghhhhiiii", "npm_aaaabbbbcccc"),
        ("SG.aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "SG.aaaaaaaaaaaaaaaaaaaaaa"),
    ],
)  # fmt: skip
def test_a_secret_that_is_written_out_is_found(text: str, secret: str) -> None:
    texts = [match.text for match in find(text, Context())]
    assert any(secret in one for one in texts), texts


@pytest.mark.parametrize(
    "text",
    [
        "i forgot my password again, can you reset it?",
        "the password is wrong",
        "password: please ask the admin",
        "the secret is to keep it simple",
        "password = get_password()",
        "password = os.environ['DB_PASSWORD']",
        "token: ${TOKEN}",
        "token = request.headers.token",
        "what is your api key policy? the api key: required in every call",
        "is there a token per user or is the token shared?",
        "pin: see the wiki",
        "we rotate secrets: monthly",
        "the docs say password: string, which is wrong",
        "my pin is not working",
    ],
)
def test_ordinary_chat_about_secrets_holds_none(text: str) -> None:
    assert secrets(text) == []


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("the password is hunter two capital x seven", "hunter two capital x seven"),
        ("The password is Hunter 2 capital X 7.", "Hunter 2 capital X 7"),
        ("so the admin password was summer twenty twenty six", "summer twenty twenty six"),
        ("The passcode is four seven one one, okay?", "four seven one one"),
        ("the passphrase is correct horse battery staple", "correct horse battery staple"),
        ("our api key is s k live four two dash bravo", "s k live four two dash bravo"),
        ("the wifi password's blue elephant forty two", "blue elephant forty two"),
        ("the password is capital p at s s word one", "capital p at s s word one"),
        (
            "the password is capital h u n t e r two hash x seven q nine p z capital k w four and I wrote it down",
            "capital h u n t e r two hash x seven q nine p z capital k w four",
        ),
        ("the password was changed to tango seven ostrich two", "tango seven ostrich two"),
        ("We changed the password to Ostrich7Lamp, and it worked.", "Ostrich7Lamp"),
        ("we set the admin password back to tango seven", "tango seven"),
        ("the password for the new staging box is hunter two", "hunter two"),
        ("the vpn secret is correct horse nine staple", "correct horse nine staple"),
        ("the old pin is four nine one seven and the new one is two two oh eight", "two two oh eight"),
        ("The passphrase is correct, horse, battery, staple.", "correct, horse, battery, staple"),
        ("The passphrase is correct horse, battery staple.", "correct horse, battery staple"),
        ("The password is blue, seven, tango, banana, and we use it.", "blue, seven, tango, banana"),
        ("The password is Summer, 2024, exclamation mark, Tiger.", "Summer, 2024, exclamation mark, Tiger"),
    ],
)  # fmt: skip
def test_a_secret_that_is_said_aloud_is_found(text: str, secret: str) -> None:
    texts = [match.text for match in find(text, Context())]
    assert any(secret in each for each in texts), texts


@pytest.mark.parametrize(
    "text",
    [
        "the password is good for a year",
        "the password is wrong again",
        "the key is two things really",
        "the token is one per user",
        "the password is at least twelve characters",
        "the password is eight characters long",
        "the api key is required in every call",
        "the passphrase is on the wiki",
        "the secret is out and the password was never changed",
        "our password policy is strict",
        "the password reset page is two clicks away",
        "we want to change the password to something that people remember",
        "the password field was moved to the second page",
        "for the password there is a limit and the limit is two tries",
        "the error code is two words long",
    ],
)
def test_ordinary_talk_about_secrets_holds_none(text: str) -> None:
    assert secrets(text) == []


def test_what_is_said_behind_a_comma_is_no_part_of_a_secret() -> None:
    texts = [
        match.text for match in find("The api key is pk live four four bravo, I hope it is a test key.", Context())
    ]
    assert texts == ["pk live four four bravo"]


def test_the_scanner_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert secrets('aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"')
    assert secrets("slack xoxb-123456789012-abcdefGHIJKL")
