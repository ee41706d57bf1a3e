from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.engine import find
from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import read
from pipeline.lexicon.cues import shipped_cues
from pipeline.records import Context, DetectionRule, KnownPerson, SpokenCues

KNOWN = Context(participants=(KnownPerson(name="Ana Lima"),))
recognize = statement_recognizer(shipped_cues())


def statements(text: str) -> list[str]:
    return [match.text for match in recognize(read(text))]


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("So. We ship Mars in May under NDA. Thanks.", "We ship Mars in May under NDA"),
        (
            "We moved to Tarrow. Nobody outside knows about it yet. Fine.",
            "We moved to Tarrow. Nobody outside knows about it yet",
        ),
        ("Off the record. We lost two engineers. Fine then.", "Off the record. We lost two engineers"),
        (
            "Hi, this is Tobias off the record. We are closing the Leeds office. Fine.",
            "Hi, this is Tobias off the record. We are closing the Leeds office",
        ),
        (
            "Well. It ships late, between you and me. We lost the lead. Fine.",
            "It ships late, between you and me. We lost the lead",
        ),
        ("Hi. We lost the lead. Off the record. Fine.", "We lost the lead. Off the record. Fine"),
        ("please don't share this but we will buy the plant", "please don't share this but we will buy the plant"),
        ("We haven't announced the price of the new plan.", "We haven't announced the price of the new plan"),
        (
            "no one outside the company knows that the date slips",
            "no one outside the company knows that the date slips",
        ),
        ("This is strictly confidential, it is a new region.", "This is strictly confidential, it is a new region"),
        ("It is, but the customers must not find out about May.", "but the customers must not find out about May"),
        ("Yes, but please do not share this, we move.", "but please do not share this, we move"),
        (
            "Nobody minds if it is slow. This is not common knowledge, but the recall comes on Monday next week.",
            "This is not common knowledge, but the recall comes on Monday next week",
        ),
        (
            "The servers stay here. By the way, this has not been announced but the bank will merge its data centers.",
            "By the way, this has not been announced but the bank will merge its data centers",
        ),
        (
            "We sell the plant. That is not public yet, but my team knows it.",
            "We sell the plant. That is not public yet, but my team knows it",
        ),
        ("We sell, please do not share this.", "We sell, please do not share this"),
        (
            "We lost Acme last week. It is not official yet, but the announcement comes on Friday next week.",
            "We lost Acme last week. It is not official yet, but the announcement comes on Friday next week",
        ),
        (
            "The plant in Graz closes. This is not common knowledge, but your team should prepare for the move.",
            "The plant in Graz closes. This is not common knowledge, but your team should prepare for the move",
        ),
    ],
)
def test_what_is_said_to_be_secret_is_found_with_what_it_is_about(text: str, covered: str) -> None:
    assert statements(text) == [covered]


@pytest.mark.parametrize(
    "text",
    [
        "Keep this in the room: we pay eleven dollars a seat.",
        "Keep that one to yourselves, they buy six hundred a year.",
        "We are not allowed to talk about it, but a second port is coming.",
        "Nobody knows that yet outside the team, we have eighteen people.",
        "You didn't hear this from me, but the old platform goes.",
        "This stays here, we failed the audit.",
        "Please don't repeat this: we switch it off in August.",
        "For your ears only, we lost forty thousand of them.",
        "It's hush-hush, but they get the licence.",
        "We keep it under the radar, a new site in the south.",
        "Nobody needs to know how we got the discount through.",
        "It's not public that we run the payroll of the ministry.",
        "We bid six point two, and if the other side hears that we're done.",
        "Let me say this and then please delete it: our root account had no second factor.",
        "I'll tell you what we pay, but please cut it later.",
        "We haven't told anyone, but nine shops will close.",
        "Commercially sensitive, our margin is four percent.",
        "We are in talks to buy them, and that cannot leave this call.",
        "Under strict embargo, the price drops in July.",
        "It's an open secret, but the plant does not exist.",
        "That's not something I want outside, two cents a reading.",
        "It's confidential, we move in May.",
        "That's a secret, we move in May.",
        "The release is in May, please cut that out of the recording.",
        "It isn't official yet, we move in May.",
        "The press doesn't know about this, we move in May.",
        "Our lips are sealed, but it ships in May.",
        "My manager signed an NDA, and it ships in May.",
        "It ships in May, that's on a need to know basis.",
        "This mustn't go any further, it ships in May.",
        "It ships in May, and this goes no further.",
        "You mustn't tell anyone, but the bridge is closing.",
        "It's not for public consumption, but two schools will merge.",
        "You're the first people we've told, we drop the old one.",
        "My boss would kill me for saying it, the plant is for sale.",
        "Not a word to the press, we buy the competitor.",
        "Please don't put this in the public notes, the breach was ours.",
        "It's strictly internal, the new plan costs nine euros.",
        "We'd prefer that not to be known, the engines are late.",
        "The merger isn't signed, but we move in May.",
        "Once it's public you can quote us, we move in May.",
    ],
)
def test_people_say_in_many_ways_that_something_is_a_secret(text: str) -> None:
    bare = text.removesuffix(".")
    assert statements(text) == [bare]
    assert statements(bare.lower()) == [bare.lower()]


@pytest.mark.parametrize(
    "text",
    [
        "We store that secret in the vault and rotate it every week.",
        "Data must not leave our company network, so we run it on site.",
        "Requests must not go outside the cluster, and if the worker leaks memory we restart it.",
        "Please keep this repository private in the new plan, we don't want this endpoint public.",
        "The schema must not be repeated in every file, you can do that at your discretion.",
        "It stays here for an hour, and it doesn't go any further than step two.",
        "Our customers are price sensitive, and the filter is case sensitive.",
        "Our employees don't know where the button is, and we never told the scheduler to stop.",
        "It is a public beta, and once we see all the public keys we rotate them.",
        "Nobody needs to know how the index works to use the search, it's not public, the endpoint needs a token.",
        "You say export and then delete it from the list, and if the bank hears the call drop we're done for the day.",
        "The certificate isn't signed yet, and the connection is not closed.",
        "You can share this with the team if you like, it is all on our blog.",
        "An admin can see private folders, and nobody can know which ones a guest opens.",
        "The password should not be shared between services, it should stay internal to one.",
    ],
)
def test_what_developers_say_of_software_is_no_secret(text: str) -> None:
    assert statements(text) == []
    assert statements(text.lower()) == []


@pytest.mark.parametrize(
    "text",
    [
        "We record every call. The record is kept for a year.",
        "Our secrets manager rotates the keys, and the NDA form is on the site.",
        "They announced it last week and everybody knows about it.",
        "please share this with your team",
        "",
    ],
)
def test_talk_about_secrets_is_none(text: str) -> None:
    assert statements(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "We have not told the market yet, but we close the plant in spring.",
        "The customers must not find out before the first of May.",
        "The council has not been informed, but the tower gets two floors more.",
        "Nobody apart from the four of us may hear about the release in June.",
        "I would get into trouble for explaining it, so call it a migration.",
        "You are the first people outside the family who hear that we sell the fleet.",
        "That date is not something I am allowed to give to anyone.",
        "Officially we know nothing about it, but the ministry switches it off.",
        "I have to ask you to forget this again, the trial in Leeds has failed.",
        "What I say now is not meant for the notes, we look for a buyer.",
        "Between the two of us, the chain shuts thirty shops.",
        "I have no right to tell you, but the merger fell through.",
        "Our board would have a fit if they knew, but we store it in plain text.",
        "This must not reach our competitors, the yield is forty percent.",
        "The journalists would love to hear this, our water meter lies.",
        "I am violating my contract here, the new chip overheats.",
        "We have been told to keep our mouths shut, the merger comes in March.",
        "Only our inner circle knows, the patent was refused.",
        "We have not told the brokers yet that the portal closes in March.",
        "Our franchisees have not been told that the fee goes up.",
        "Only the board has seen these numbers, revenue is down by a third.",
        "Just our lawyers have read this, the claim is for nine million.",
        "It's not out yet, so be careful, we are merging with a competitor.",
        "Don't repeat it to the sales people, but we evaluate another vendor.",
        "We signed something that says I can't talk about the battery supplier.",
        "I have signed a paper that I will not mention who pays for it.",
        "It has not come to the ears of management that two of us are leaving.",
        "My son was expelled, and I haven't mentioned that at work.",
        "Please bleep this, the mayor's cousin owns the quarry.",
        "My lips should really be sealed, but the office in Bern closes.",
        "That bit is off limits for the minutes, we owe nine million.",
    ],
)
def test_who_may_know_when_and_where_makes_a_secret(text: str) -> None:
    bare = text.removesuffix(".")
    assert statements(text) == [bare]
    assert statements(bare.lower()) == [bare.lower()]


@pytest.mark.parametrize(
    "text",
    [
        "Our users do not know which index was used, and the team would like to find out.",
        "I did not know that, my colleagues will be happy to hear about the flag.",
        "The client should not have to know about the retry, and nobody can hear the alarm.",
        "We keep the dark mode under the settings, that stays with us until the next release.",
        "I can't say whether the customers like it, you can tell the team about it on the blog.",
        "If the worker finds out that the queue is gone, it stops, and the board shows it.",
        "We have not told the scheduler about the new zone, and the key must not leave the cluster.",
        "Only the board has this chip, and only the admin has seen the billing page.",
        "The release is not out yet, so you have to build it.",
        "We signed the package, and the check says that the key is old.",
    ],
)
def test_talk_of_knowing_and_telling_alone_is_no_secret(text: str) -> None:
    assert statements(text) == []
    assert statements(text.lower()) == []


def test_a_sentence_that_says_its_secret_itself_leaves_the_one_before() -> None:
    assert statements("The queue is slow. Let this stay in the room, the board decides about the sale. Fine.") == [
        "Let this stay in the room, the board decides about the sale"
    ]
    assert statements("We sell the fleet. Let this stay in the room, it is for the board to decide. Fine.") == [
        "We sell the fleet. Let this stay in the room, it is for the board to decide"
    ]


def test_a_month_in_a_statement_is_no_name_elsewhere() -> None:
    found = find_in_session(["Nobody outside knows that we close in June.", "It was slow in June."], KNOWN)
    assert found[1] == []


def test_a_long_turn_without_points_loses_some_seconds_and_not_all() -> None:
    text = " ".join(
        ["and the queue was slow again"] * 20 + ["that is off the record"] + ["and the queue was fine"] * 20
    )
    (covered,) = statements(text)
    assert "off the record" in covered and len(covered.split()) < 50


def test_a_known_name_within_a_statement_is_a_finding_of_its_own() -> None:
    matches = find("Ana told me off the record that it is late.", KNOWN)
    assert {match.rule for match in matches} >= {DetectionRule.KNOWN_NAME, DetectionRule.SAID_TO_BE_SECRET}


def test_the_product_of_a_statement_is_taken_out_wherever_it_is_named() -> None:
    texts = [
        "Our team works on Quovix now. Nobody outside knows about it.",
        "When quovix is there, I will call.",
        "Nobody is here.",
    ]
    found = find_in_session(texts, KNOWN)
    assert DetectionRule.NAMED_AS_SECRET in {match.rule for match in found[1] if match.text == "quovix"}
    assert found[2] == []


def test_an_ordinary_word_of_a_statement_is_not_taken_out_elsewhere() -> None:
    found = find_in_session(["The Queue is not public yet.", "and the queue is slow"], KNOWN)
    assert found[1] == []


def test_a_team_decides_which_phrases_count() -> None:
    cues = SpokenCues(secret=("hush/quiet now?",))
    rules = [match.rule for match in find("It is hush now, we ship in May.", Context(cues=cues))]
    assert rules == [DetectionRule.SAID_TO_BE_SECRET]
    assert find("It is off the record.", Context(cues=cues)) == []


@given(
    st.lists(st.sampled_from(["off", "the", "record", ".", "We", "it", "said", "?", "under", "NDA", "\n"]), max_size=60)
)
def test_statements_are_whole_words_in_order_and_apart(words: list[str]) -> None:
    text = read(" ".join(words))
    matches = recognize(text)
    starts = {token.start_char for token in text.tokens}
    assert all(
        match.start_char in starts and match.text == text.raw[match.start_char : match.end_char] for match in matches
    )
    assert all(one.end_char <= other.start_char for one, other in pairwise(matches))


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("What I'm about to say is not for the minutes. We lost the bar. Fine.", 2),
        ("Can you keep a secret? We move in May. Fine.", 2),
        ("Don't quote me on this. We lost the bar. Fine.", 2),
        ("We cannot say so publicly, but we are leaving.", 1),
        ("That number must not get out. Our ratio is a hundred and four. Fine.", 2),
        ("The mayor hasn't told the council, but the pool will close. Fine.", 1),
        ("I'm not at liberty to say, but they were sold. Fine.", 1),
        ("Don't let this leave the studio, the tour is over. Fine.", 1),
        ("We are quietly looking for a buyer. Fine.", 1),
    ],
)
def test_a_phrase_takes_the_sentence_that_it_announces(text: str, covered: int) -> None:
    (statement,) = statements(text)
    first = text.split(". ")[:covered] if "?" not in text else [text.rsplit(". ", 1)[0]]
    assert statement == ". ".join(first).removesuffix(".")


@pytest.mark.parametrize(
    "text",
    [
        "Don't tell anyone. OK? We buy Veltra in May.",
        "Yes. That's confidential. OK. We buy Veltra in May.",
        "We buy Veltra in May. Please. Keep it quiet.",
        "So. Nobody outside knows about it. Um. We buy Veltra in May.",
    ],
)
def test_a_phrase_means_the_nearest_sentence_that_says_something(text: str) -> None:
    texts = [match.text for match in find(text, Context()) if match.label == "STATEMENT"]
    assert any("We buy Veltra in May" in each for each in texts), texts


SALE = "We are selling the cheese plant in April."


@pytest.mark.parametrize(
    "announced",
    [
        "Please treat the next bit as strictly between us. Nobody outside our board has heard it.",
        "Please treat the next bit as strictly between us, nobody outside our board has heard it.",
        "What I say now stays between us. Nobody outside our board has heard it yet.",
        "This is off the record. Please don't share it with anybody.",
        "I have to ask you to keep the following confidential. It has not been announced.",
        "This next part is under NDA. Don't repeat it.",
        "Between you and me, and please keep it to yourselves. Nobody knows yet. OK?",
    ],
)
@pytest.mark.parametrize("before", ["", "Our pilot went well. "])
def test_what_comes_next_is_secret_however_many_sentences_ask_for_it_first(before: str, announced: str) -> None:
    said = statements(f"{before}{announced} {SALE} The pilot ends.")
    assert any(SALE[:-1] in statement for statement in said), said


def test_what_follows_two_requests_about_what_was_said_before_is_left() -> None:
    said = f"{SALE} That is off the record. Nobody outside our board has heard it. The pilot ends in May."
    assert all("pilot" not in statement for statement in statements(said))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "The default is never. Only the three of us on this call know it, but we are going to buy a ferry line.",
            "default",
        ),
        (
            "What I say now is not meant for the notes, we are looking for a buyer for the lens division."
            " Thank you for that, is there anything else?",
            "anything else",
        ),
        (
            "What I say now must not leave this call, the depot in Lyon will be closed before winter."
            " For that reason we need the export early.",
            "export",
        ),
    ],
)
def test_what_a_secret_does_not_mean_stays(text: str, left: str) -> None:
    assert [left in statement for statement in statements(text)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "We buy Veltra in May. Only the three of us on this call know it, but the sales people in Graz are nervous.",
        "We buy Veltra in May. Only the three of us on this call know it, but we will announce that price in May.",
        "We buy Veltra in May. Only three of us here know it, but we have to get it past the works council in Graz.",
        "What I say now is not for the notes, our lawyers and the whole board argued for weeks. We buy Veltra in May.",
        "What I say now is not for the notes, I mean that. Thank you all, we buy Veltra in May.",
        "What you hear now is not for the notes. We buy Veltra in May.",
        "We buy Veltra in May. Can you cut that?",
        "We buy Veltra in May. Could you bleep that out, please?",
        "We buy Veltra in May. Nobody else knows that, but we have started the handover of the accounts.",
        "What I say now is not for the notes, I mean that. So, we buy Veltra in May.",
        "What I say now is between us, my boss gets nervous quickly. So we buy Veltra in May.",
        "The next bit is off the record, our press people hate surprises. So basically we buy Veltra in May.",
        "What I say next is off the record, my manager sits two desks away. Therefore quietly: we buy Veltra in May.",
        "We are two versions behind, please keep this to yourselves. We buy Veltra in May.",
        "We are two versions behind, so keep it to yourself. We buy Veltra in May.",
    ],
)
def test_what_a_secret_may_mean_goes_with_it(text: str) -> None:
    assert any("uy Veltra in May" in statement for statement in statements(text)), statements(text)
