from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.detect.ner.relations import relation_recognizer
from pipeline.detect.text.tokens import read
from pipeline.records import Context, KnownPerson

recognize = relation_recognizer()
KNOWN = Context(participants=(KnownPerson(name="Ana Lima", company="Vantrexa"),))


def names(text: str) -> list[str]:
    return [match.text for match in recognize(read(text))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("They run the whole thing at Calder Hosting and bill us.", "Calder Hosting"),
        ("We built a tool called Ferret that counts the rows.", "Ferret"),
        ("The codename is Marzipan for now.", "Marzipan"),
        ("It used to be Cadwaller, now nobody does it.", "Cadwaller"),
        ("My manager Fionnuala Brady asked me to find out.", "Fionnuala Brady"),
        ("My manager feel new olive braid asked me to find out.", "feel new olive braid"),
        ("The man who decides is called Thadiyasakunjo, and he wants a report.", "Thadiyasakunjo"),
        ("Our old vendor Glamourstack cleared it by itself.", "Glamourstack"),
        ("We had it before we left Amberline, turning off the mirror helped.", "Amberline"),
        ("We are migrating from Tarnwick to your product.", "Tarnwick"),
        ("our competitor alomandjord already has it", "alomandjord"),
        ("Please send it to Shauban Latimoor, she is the lead.", "Shauban Latimoor"),
        ("It did for a while, but then Ngosei from our security team switched it off.", "Ngosei"),
        ("I had no idea, Temetip will be happy about that.", "Temetip"),
        ("Not yet, because a Gors wanted to try it.", "Gors"),
    ],
)
def test_a_name_is_told_by_whose_it_is(text: str, name: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "My manager in the other office asked me to find out, and my boss never said why.",
        "My team lead also thinks that the queue is slow.",
        "We use Kubernetes with Grafana, and we moved from Jenkins to GitHub.",
        "Our customers called it slow, and the job is called nightly.",
        "We came from a small shop. Tomorrow it is larger.",
        "Send it to me, tell them about the webhook, and ask again.",
        "We left early, and the autoscaler wanted more.",
        "Our chief Executive Officer said so, and our Financial Officer.",
        "Send them to clarity, the sanitizer will be there.",
    ],
)
def test_the_relation_alone_makes_no_name(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize("text", ["I would have to ask Vignou, he set it up.", "Half of our labs still use Vengrove."])
def test_a_stranger_of_no_english_word_is_found_where_participants_are_known(text: str) -> None:
    assert {"Vignou", "Vengrove"} & {match.text for match in find(text, KNOWN)}
