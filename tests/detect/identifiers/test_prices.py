from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.detect.identifiers.prices import price_recognizer
from pipeline.detect.text.tokens import read
from pipeline.records import Context

recognize = price_recognizer()


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Right now we spend $1.4 million a year on storage.", "$1.4 million"),
        ("we pay eighty two thousand euros a year for it", "eighty two thousand euros"),
        ("They want £19,500 for the upgrade.", "£19,500"),
        ("Our budget is 40,000 dollars.", "40,000 dollars"),
        ("For that we sign for 310,000 Zloty.", "310,000 Zloty"),
        ("We paid somebody for it, 9000 a month.", "9000"),
        ("we pay nine thousand a month", "nine thousand"),
        ("we signed for three hundred and ten thousand zloty", "three hundred and ten thousand zloty"),
    ],
)
def test_what_somebody_pays_is_found(text: str, price: str) -> None:
    assert [match.text for match in recognize(read(text))] == [price]


@pytest.mark.parametrize(
    "text",
    [
        "The table has a column for euros and one for dollars.",
        "We pay with a card, and the variable is $HOME.",
        "It takes nineteen thousand requests a second.",
        "We see 9000 a month in the log.",
        "The job runs five times a month and nobody pays.",
        "A pound sign in the name breaks the export.",
    ],
)
def test_talk_of_money_without_a_sum_is_none(text: str) -> None:
    assert recognize(read(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It lives on the host Vault 3.lan.acme.example.", "Vault 3.lan.acme.example"),
        ("He can be reached under Acktash at Yildirim.example.", "Acktash at Yildirim.example"),
        ("It is called SSOH2, and I sign in there.", "SSOH2"),
        ("Just ssh to buildbox7 and look.", "buildbox7"),
        ("I logged into edge12west and it was full.", "edge12west"),
        ("The machine is 42kestrel in our cellar.", "42kestrel"),
        ("Connect to acme-large-7 and look.", "acme-large-7"),
        ("The host is secretmetal01 there.", "secretmetal01"),
    ],
)
def test_an_address_that_was_written_in_parts_is_whole(text: str, found: str) -> None:
    assert any(found in match.text for match in find(text, Context()) if match.label in ("HOST", "EMAIL"))


@pytest.mark.parametrize(
    "text",
    [
        "Look at acme.example.",
        "We are at acme.example.",
        "It is called Python3 there.",
        "The instance is m5large now.",
        "Is the machine 64bit or not?",
        "The instance is m5-2xlarge, the server 16core and the node 10gbit.",
        "The server is amd64 and the node is x86_64.",
        "Ping me at 10am, and connect to port8080.",
    ],
)
def test_a_word_of_the_sentence_is_no_part_of_an_address(text: str) -> None:
    assert not [match for match in find(text, Context()) if match.label in ("HOST", "EMAIL") or " " in match.text]
