from __future__ import annotations

import socket

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context

NOTHING = Context()


def labels(text: str) -> dict[str, str]:
    return {match.text: match.label for match in find(text, NOTHING)}


@pytest.mark.parametrize(
    ("text", "surface", "label"),
    [
        ("mail me at priya dot raman at halcyon dot example please", "priya dot raman at halcyon dot example", "EMAIL"),
        ("it's a underscore b at g mail dot com", "a underscore b at g mail dot com", "EMAIL"),
        ("write to bo at tele dot us", "bo at tele dot us", "EMAIL"),
        ("on queue dot internal dot halcyon dot example", "queue dot internal dot halcyon dot example", "HOST"),
        ("see http colon slash slash acme dot com slash a", "http colon slash slash acme dot com slash a", "URL"),
        ("go to acme dot com", "acme dot com", "URL"),
        ("go to halcyon dot health", "halcyon dot health", "URL"),
        ("ten dot one nine dot oh dot four o", "ten dot one nine dot oh dot four o", "IP"),
        ("my mobile is 077 double for 123456", "077 double for 123456", "PHONE"),
        ("call me on 0774 double 1 2 3 4", "0774 double 1 2 3 4", "PHONE"),
        ("my mobile is 077 double 4 123456", "077 double 4 123456", "PHONE"),
        ("call O1, 496, O827, or ask", "O1, 496, O827", "PHONE"),
        ("call 01, 496, 0827, or ask", "01, 496, 0827", "PHONE"),
        ("call five five five oh one two double three", "five five five oh one two double three", "PHONE"),
        ("call four one five tree two six seven", "four one five tree two six seven", "PHONE"),
        ("call four one sorry four two six six seven", "four one sorry four two six six seven", "PHONE"),
        ("my card four oh one two eight eight eight eight", "four oh one two eight eight eight eight", "CARD"),
        ("account number one two three four", "one two three four", "ACCOUNT"),
        ("iban g b two nine n w six oh one six one", "g b two nine n w six oh one six one", "ACCOUNT"),
        ("it's spelled v a n t r e x a", "v a n t r e x a", "OTHER"),
        ("that is K-E-S-T-R-E-L", "K-E-S-T-R-E-L", "OTHER"),
    ],
)  # fmt: skip
def test_what_was_said_aloud(text: str, surface: str, label: str) -> None:
    assert labels(text).get(surface) == label


@pytest.mark.parametrize(
    ("text", "surface", "label"),
    [
        ("write to priya.raman@halcyon.example today", "priya.raman@halcyon.example", "EMAIL"),
        ("card 4012888888881881 is mine", "4012888888881881", "CARD"),
        ("ssn 523-48-7216 here", "523-48-7216", "ACCOUNT"),
        ("iban GB29NWBK60161331926819 ok", "GB29NWBK60161331926819", "ACCOUNT"),
        ("from 10.20.30.40 it came", "10.20.30.40", "IP"),
        ("ring +44 20 7946 0958 now", "+44 20 7946 0958", "PHONE"),
        ("see https://wiki.halcyon.example/a?b=1 there", "https://wiki.halcyon.example/a?b=1", "URL"),
        ("on db-1.internal.halcyon.example now", "db-1.internal.halcyon.example", "HOST"),
        ("on db-1.intern.halcyon.at now", "db-1.intern.halcyon.at", "HOST"),
        ("at halcyon.ch:8443 now", "halcyon.ch:8443", "URL"),
        ("see halcyon.health/plan there", "halcyon.health/plan", "URL"),
        ("see www.halcyon.bank there", "www.halcyon.bank", "URL"),
        ("key AKIAIOSFODNN7EXAMPLE leaked", "AKIAIOSFODNN7EXAMPLE", "SECRET"),
        ("use ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "SECRET"),
        ("or 9f8Qz71LmPq04TtYw2Xv8 as it", "9f8Qz71LmPq04TtYw2Xv8", "SECRET"),
    ],
)
def test_what_was_written(text: str, surface: str, label: str) -> None:
    assert surface in labels(text)
    assert labels(text)[surface] == label


def test_a_private_key_goes_whole() -> None:
    text = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY----- bye"
    assert text.removesuffix(" bye") in labels(text)


@pytest.mark.parametrize(
    "text",
    [
        "we met at nine and left at ten",
        "the a p i and the s d k are fine",
        "in twenty twenty one we had three of them",
        "released on 2026-11-18 as 1.2.3",
        "look at the node dot js docs",
        "a very_long_function_name_without_digits",
        "we did it.Then event.target was None",
        "the dot product of the two",
    ],
)
def test_ordinary_talk_is_left_alone(text: str) -> None:
    assert labels(text) == {}


@pytest.mark.parametrize("text", ["so chart.data is user.email in setup.py", "self.name and self.cv", "like this.We"])
def test_a_name_with_a_dot_is_no_host(text: str) -> None:
    assert not {"URL", "HOST"} & set(labels(text).values())


def test_no_socket_is_ever_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert "a.b@some.unknown-tld-xyz" in labels("mail a.b@some.unknown-tld-xyz or a.b@acme.co.uk")


@pytest.mark.parametrize(
    ("text", "whole", "label"),
    [
        ("four one sorry four two five five five one two three four", "", "PHONE"),
        ("four one five no wait four two five five five five one two three four", "", "PHONE"),
        ("it is zero zero dash one a dash two b dash three c dash four d dash five e", "zero zero", "IP"),
        ("mac double oh colon one a colon two b colon three c colon four d colon five e", "mac double oh", "IP"),
        ("mac 001a.2b3c.4d5e here", "001a.2b3c.4d5e", "IP"),
        ("ticket number four seven one two nine", "four seven one two nine", "ACCOUNT"),
        ("see ticket INC0012345 there", "INC0012345", "ACCOUNT"),
        ("contract CN-2024-17 applies", "CN-2024-17", "ACCOUNT"),
        ("see case #48213", "48213", "ACCOUNT"),
        ("order no. 99182-A", "99182-A", "ACCOUNT"),
        ("The order is PO 7731-22, I think", "PO 7731-22", "ACCOUNT"),
        ("the serial number is IV-2209-88417", "IV-2209-88417", "ACCOUNT"),
        ("the VAT number is DE 811 569 869", "DE 811 569 869", "ACCOUNT"),
        ("the sort code is 20-20-15", "20-20-15", "ACCOUNT"),
        ("the customer id is K44-9183", "K44-9183", "ACCOUNT"),
        ("that was Request 33819, I saw it", "33819", "ACCOUNT"),
        ("I am undercase number 77024, and you can open it", "77024", "NUMBER"),
        ("it was logged under number 77024 yesterday", "77024", "NUMBER"),
        ("I saw it, that was request three three eight one nine.", "three three eight one nine", "ACCOUNT"),
        ("the incident was two oh nine four one", "two oh nine four one", "ACCOUNT"),
        ("our reference is number seven one four four", "seven one four four", "ACCOUNT"),
        ("the claim ninety one seven twenty is open", "ninety one seven twenty", "ACCOUNT"),
        ("and mine goes to box four one oh six in Lodz", "four one oh six", "ACCOUNT"),
        ("it is on the back, it is seven seven four one zero nine", "seven seven four one zero nine", "NUMBER"),
        ("call extension 4196 and they clear it", "4196", "PHONE"),
        ("Our case is number 41729.", "41729", "ACCOUNT"),
        ("our case is number four one seven two nine", "four one seven two nine", "ACCOUNT"),
        ("the invoice has the number 5521-3", "5521-3", "ACCOUNT"),
        ("my number is 441902", "441902", "NUMBER"),
        ("my direct number is 44 19 02", "44 19 02", "PHONE"),
        ("my number is five one two nine eight two", "five one two nine eight two", "NUMBER"),
        ("the user name is rachterberg", "rachterberg", "ACCOUNT"),
        ("see inc0048213 there", "inc0048213", "ACCOUNT"),
        ("customer number five five oh two correction five five oh three", "five five oh two", "ACCOUNT"),
    ],
)
def test_corrections_in_mid_air_macs_and_reference_numbers(text: str, whole: str, label: str) -> None:
    matches = [match for match in find(text, Context()) if match.label == label]
    assert any(match.text.startswith(whole or text[:4]) for match in matches), matches
    if not whole:
        assert matches[0].text == text


@pytest.mark.parametrize(
    "text",
    [
        "version two point five point one",
        "we sign the contract 2025 or 2026",
        "in that case two of them",
        "we shipped 20,000,000 of them, and 170 9,000",
        "12,200 boxes or 122,000",
        "we had a four oh four and then a five oh three",
        "the order is 3 days late and the customer is 2000 miles away",
        "the case is 10x faster and our number is 2026",
        "the handle is broken and the user name is wrong",
        "order of magnitude",
        "testing one two three four five six, can you hear me",
        "we go down six five four three two one and we start",
        "no no it is nine nine nine nine nine nine",
        "the request was two thousand times slower and the policy is from twenty twenty",
        "we have a request one two of them made and the claim was ten or twenty",
        "it is number 2026 and number 1,000 on the list of number 10000",
        "the number 3 and number 15 are done",
        "that is a good data point to have",
        "the margin was higher than in the same period in that year",
        "we ended the quarter at six point eight",
        "um m m m yes",
        "our r f i d business",
    ],
)
def test_versions_and_years_are_no_identifiers(text: str) -> None:
    assert find(text, Context()) == []


@pytest.mark.parametrize(
    ("sure", "talk"),
    [
        ("visit acme dot com for that", "a finer point put another way"),
        ("write to jane at acme dot com", "we saw jane at another point in time"),
        ("it is spelled v a n t r e x a", "it was about the q b r last week"),
    ],
)
def test_what_may_be_talk_comes_behind_what_is_sure(sure: str, talk: str) -> None:
    assert min(match.score for match in find(sure, NOTHING)) > 0.8
    assert max(match.score for match in find(talk, NOTHING)) < 0.5


def test_who_is_named_before_their_address_is_a_person_and_the_address_an_email() -> None:
    said = labels("you can reach jonas at jonas dot weber at acme dot com from monday")
    assert said["jonas dot weber at acme dot com"] == "EMAIL" and said["jonas"] == "PERSON"
    assert "jonas at jonas dot weber" not in said
    other = labels("write to ana dot lima at vantrexa dot com at sales dot vantrexa dot com")
    assert "ana dot lima at vantrexa dot com" in other, "more than a name stays what it was"


@pytest.mark.parametrize(
    "text",
    ["Or try my desk, 01632, 960, for 17, I'm there until five.", "call 0163 296 for 17", "It is 0163, 296, to 4."],
)
def test_words_that_sound_like_digits_are_parts_of_a_number(text: str) -> None:
    numbers = [match.text for match in find(text, Context()) if match.label == "PHONE"]
    assert any(number[-1] == text.split(",")[-2 if "until" in text else -1].strip(" .")[-1] for number in numbers)


@pytest.mark.parametrize(
    "text", ["It starts with tango kilo nine four four zulu seven", "it is tango kilo 944 zulu, I think"]
)
def test_digits_stand_between_letters_of_a_spelling_alphabet(text: str) -> None:
    spelled = [match.text for match in find(text, Context()) if match.label == "OTHER"]
    assert any(one.startswith("tango kilo") and one.split()[-1].startswith("zulu") for one in spelled), spelled


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("My number is 0163, 2960, 417. To 12 of them I gave it.", "0163, 2960, 417"),
        ("It is oh one six three 2960 417. For 3 days.", "oh one six three 2960 417"),
        ("It is O1632, 960, 417; to 5 people it rang, to 4, to 3.", "O1632, 960, 417"),
    ],
)
def test_a_number_before_a_preposition_of_the_next_clause_is_never_lost(text: str, number: str) -> None:
    assert any(match.text.startswith(number) for match in find(text, Context()))
