from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.embeddings.hashed import HashedTfidf
from pipeline.errors import UsageProblem
from pipeline.records import Answer, Strength, Tag, Turn
from pipeline.tag import read_taxonomy, tag
from pipeline.tag.classifier import load_classifier
from pipeline.tag.cues import Label
from pipeline.tag.jsonl import tag_lines
from pipeline.tag.judge import SentenceVerdict, foremost, judge
from pipeline.tag.turns import whole_turns
from tests.benchmarks.tagging import BY_HAND, read_talk

TAXONOMY = read_taxonomy()


@pytest.fixture(autouse=True)
def without_sentence_model(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """These say what holds wherever no model was pulled."""
    monkeypatch.setenv("OFFRECORD_MODELS", str(tmp_path_factory.mktemp("models")))


def label_of(text: str) -> str:
    (verdicts,) = judge([text], classifier=load_classifier(), encoder=HashedTfidf())
    return foremost(verdicts).label.value


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("it would be great if the python client could retry on its own", "request"),
        ("Can you add SSO to the console?", "request"),
        ("is there any way to export the audit log", "request"),
        ("we really need a way to replay webhooks", "request"),
        ("We need single sign-on for contractors before we can buy more seats.", "request"),
        ("we need single sign on for contractors before we can buy more seats", "request"),
        ("I wish the dashboard remembered my filters.", "request"),
        ("There is no way to undo a change in the editor.", "request"),
        ("How come the table can't be sorted by date?", "request"),
        ("please let us rename a project", "request"),
        ("I didn't know you could filter by region", "discovery"),
        ("oh wait you can already do that in the dashboard", "discovery"),
        ("I had no idea that there was a dark mode.", "discovery"),
        ("the consumer keeps crashing after the upgrade", "problem"),
        ("the webhook doesn't work behind our proxy", "problem"),
        ("we really love how the docs are written", "praise"),
        ("how does the retry policy count attempts?", "question"),
        ("we are three people in the data team", "none"),
        ("", "none"),
    ],
)
def test_what_people_say(text: str, label: str) -> None:
    assert label_of(text) == label


@pytest.mark.parametrize(
    "text",
    [
        "I wish I knew why they left.",
        "I wish I had started earlier.",
        "we'd love to have [person 1] on the panel",
        "i wish you a happy new year",
        "It would be nice to see everybody in person some day.",
        "I would love to hear more about your team.",
        "It'd be great if you could introduce yourself.",
        "Are there any plans for the summer?",
        "Could you send me the slides?",
        "People keep sending feature requests and we close them.",
        "We wanted a report page, and now there is one.",
    ],
)
def test_a_cue_is_not_a_request(text: str) -> None:
    assert label_of(text) != "request"


def turn(text: str, *, who: str | None = "p1", start_s: float = 100.0) -> Turn:
    return Turn(start_s=start_s, end_s=start_s + 10.0, participant_id=who, speaker="[person 1]", text=text)


def tagged(*turns: Turn, staff: tuple[str, ...] = ()) -> tuple[Tag, ...]:
    return tag(turns, staff=staff, taxonomy=TAXONOMY)


def test_a_turn_is_tagged_by_sentence_with_its_share_of_the_time() -> None:
    text = "We run it at [company 1]. It would be nice to have a dry run option. Thanks."
    (found,) = tagged(turn(text))
    assert (found.label, found.quote) == ("request", "It would be nice to have a dry run option.")
    assert 100.0 < found.start_s < found.end_s < 110.0
    assert (found.participant_id, found.title) == ("p1", "Dry run option")
    assert found.reason == "says what would be good"


@pytest.mark.parametrize(
    "text",
    [
        "+1 for dark mode",
        "plus one on the bulk export",
        "my colleague asked if you could add SCIM",
        "our boss keeps asking us whether you will support on premise installs",
        "are you guys thinking about adding a mobile app",
        "I hope you add git LFS support soon",
        "you guys should really support ARM builds",
        "our main request would be better error messages",
        "what we're missing is a way to pause a subscription",
        "we could really use read only tokens",
        "Red only tokens for auditors would help us a lot",
        "number one on our list is single sign on",
        "without SCIM we can't go live",
        "our finance people keep asking for cost reports per team",
        "a colleague of mine was wondering if you'd ever support gitlab",
        "our auditors are asking for better logs",
        "any plans to open source the agent",
        "is a terraform provider on the roadmap",
        "we're stuck on the old version until you support proxies",
        "maybe you could let people set their own quota",
        "my only complaint is there's no search in the logs, could you add that",
        "can the limit be raised to a thousand",
        "Slack does threads, why don't you",
        "any appetite on your end for a terraform provider",
        "Suggestion: make the sidebar collapsible",
        "there's got to be a better way than uploading them one at a time",
        "is it on your radar to have signed webhooks",
    ],
)
def test_votes_reported_requests_and_questions_for_plans_are_requests(text: str) -> None:
    assert label_of(text) == label_of(text.lower()) == label_of(f"{text}.") == "request"


@pytest.mark.parametrize(
    "text",
    [
        "plus one for that",
        "plus one more thing about my invoice",
        "we asked if you could hear us",
        "they are planning to add two more people to the team",
        "I hope you can hear me",
        "we could really use some help here",
        "number one on the list today is introductions",
        "our request is timing out",
        "the first request is always slow",
        "what is missing is the trailing slash in your url",
        "people keep asking for my password",
        "you guys should really support each other",
        "my colleagues have asked for a meeting",
        "maybe you could let me in",
        "can you add that to the chat",
        "I was wondering if you could hear me",
        "we do not need dark mode",
        "you added dark mode, thanks",
        "we don't need single sign on after all",
    ],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert label_of(text) != "request"


@pytest.mark.parametrize(
    "text",
    [
        "it should let me pin a version",
        "why can't I filter by owner?",
        "there really ought to be an undo",
        "you can't even sort the list",
        "our security team insists on logs that nobody can edit",
        "every other vendor lets you group them and you don't",
        "right now we copy all the numbers into a spreadsheet by hand",
        "if the report had a preview we would make fewer mistakes",
    ],
)
def test_what_is_expected_and_lacking_is_asked_for_without_a_wish(text: str) -> None:
    assert label_of(text) == label_of(f"{text}.") == "request"


@pytest.mark.parametrize(
    "text",
    [
        "we were planning to add more servers",
        "there's no need for a separate app",
        "our mother wants a new car",
        "the selector must be unique",
        "she should have a break first",
        "you can't hear me today",
        "everybody has fun, why don't you",
        "they have plans to ramp up production",
        "our plan for next quarter is to move the billing service",
        "there's got to be a catch",
    ],
)
def test_duties_lacks_and_wants_of_other_things_are_none(text: str) -> None:
    assert label_of(text) != "request"


@pytest.mark.parametrize(
    ("source", "group", "least_right", "least_found"),
    [
        ("sentences by hand", "one", 0.93, 0.85),
        ("sentences by hand", "two", 0.93, 0.74),
        ("sentences by hand", "three", 0.93, 0.68),
        ("other kinds of talk", "one", 0.8, 0.5),
        ("other kinds of talk", "two", 0.8, 0.5),
        ("other kinds of talk", "three", 0.6, 0.4),
    ],
)
def test_sentences_by_hand_are_told_apart(source: str, group: str, least_right: float, least_found: float) -> None:
    """Floors a little under what was measured without the sentence model; the third groups were looked at by nobody."""
    items = read_talk(BY_HAND[source])[group]
    found = [foremost(one).label == "request" for one in judge_all([item.text for item in items])]
    right = sum(item.is_request and tagged for item, tagged in zip(items, found, strict=True))
    assert right / sum(found) >= least_right
    assert right / sum(item.is_request for item in items) >= least_found


def judge_all(texts: list[str]) -> list[list[SentenceVerdict]]:
    return judge(texts, classifier=load_classifier(), encoder=HashedTfidf())


def said(*turns: tuple[float, str, str]) -> tuple[Turn, ...]:
    """Turns of two seconds from a moment, by somebody."""
    return tuple(
        Turn(start_s=start_s, end_s=start_s + 2.0, participant_id=who or None, speaker="x", text=text)
        for start_s, who, text in turns
    )


def test_a_request_that_is_cut_by_a_pause_is_one() -> None:
    cut = said((0.0, "p1", "It would be great if we had a"), (3.0, "p2", "mhm"), (4.5, "p1", "way to export the logs."))
    (request,) = [mention for mention in tag(cut, staff=["p2"], taxonomy=TAXONOMY) if mention.label == "request"]
    assert request.quote == "It would be great if we had a way to export the logs."
    assert (request.start_s, request.end_s) == (0.0, 6.5)


@pytest.mark.parametrize(
    "turns",
    [
        said((0.0, "p1", "Please add a"), (3.0, "p2", "We have an export."), (5.0, "p1", "dark mode.")),
        said((0.0, "p1", "Please add a"), (9.0, "p1", "dark mode.")),
        said((0.0, "p1", "That is what it is for."), (3.0, "p1", "dark mode.")),
        said((0.0, "p1", "Please add a"), (3.0, "p2", "dark mode.")),
        said((0.0, "", "Please add a"), (3.0, "", "dark mode.")),
    ],
)
def test_what_was_answered_begun_anew_or_said_by_somebody_else_stays_apart(turns: tuple[Turn, ...]) -> None:
    assert whole_turns(turns) == turns


@pytest.mark.parametrize(
    ("said_by_staff", "answered"),
    [
        ("So you would like to export the audit log every night?", "Yes, exactly."),
        ("Okay, so you need a way to pause a queue, right?", "yeah that's it"),
        ("If I understand you correctly, it would help you if the client could retry on its own?", "Absolutely."),
    ],
)
def test_who_agrees_with_what_staff_say_they_want_has_asked_for_it(said_by_staff: str, answered: str) -> None:
    turns = said((0.0, "p1", "It is quite some work every day."), (3.0, "p2", said_by_staff), (5.5, "p1", answered))
    (request,) = [mention for mention in tag(turns, staff=["p2"], taxonomy=TAXONOMY) if mention.label == "request"]
    assert (request.participant_id, request.voiced_by) == ("p1", "p2")
    assert request.quote in said_by_staff and request.start_s >= 3.0
    assert not request.title.lower().startswith(("so", "okay", "you", "if i"))


@pytest.mark.parametrize(
    "turns",
    [
        said((0.0, "p2", "So you would like to export the audit log?"), (3.0, "p1", "No, not really.")),
        said((0.0, "p2", "So you would like to export the audit log?"), (3.0, "p1", "Yes, but only later.")),
        said((0.0, "p2", "So you would like to export the audit log?"), (30.0, "p1", "Yes.")),
        said((0.0, "p2", "So you would like to export the audit log?"), (3.0, "p2", "Yes.")),
        said((0.0, "p2", "So you would like to export the audit log?"), (3.0, "", "Yes.")),
        said((0.0, "p2", "So you want to share your screen?"), (3.0, "p1", "Yes.")),
        said((0.0, "p2", "You can export the audit log under settings."), (3.0, "p1", "Yes, exactly.")),
    ],
)
def test_staff_alone_ask_for_nothing(turns: tuple[Turn, ...]) -> None:
    assert [mention for mention in tag(turns, staff=["p2"], taxonomy=TAXONOMY) if mention.label == "request"] == []


def test_what_was_asked_already_and_is_said_again_by_staff_is_one_request() -> None:
    turns = said(
        (0.0, "p1", "Please add an export of the audit log."),
        (3.0, "p2", "So you would like to export the audit log?"),
        (5.5, "p1", "Yes, exactly."),
    )
    (request,) = [mention for mention in tag(turns, staff=["p2"], taxonomy=TAXONOMY) if mention.label == "request"]
    assert request.voiced_by is None


def test_a_quote_without_signs_ends_where_the_next_speaker_begins() -> None:
    text = (
        "we use two regions we also need a way to pause a queue from the command line you can do that today "
        "type pause and the name"
    )
    (found,) = (mention for mention in tagged(turn(text)) if mention.label == "request")
    assert found.quote == "we also need a way to pause a queue from the command line"


def test_a_discovery_that_only_points_at_a_request_has_its_title() -> None:
    asked = turn("It would help us if the server could compress old messages.", who="p3", start_s=0.0)
    answered = turn("Compression is there, set the level in the queue settings.", who="p2", start_s=10.0)
    found = turn("So the server can do that already. I did not know.", who="p3", start_s=20.0)
    request, discovery = tagged(asked, answered, found, staff=("p2",))
    assert (request.label, request.about) == ("request", None)
    assert (discovery.label, discovery.title) == ("discovery", "The server should compress old messages")
    assert discovery.about == discovery.title == request.title
    assert discovery.quote == "So the server can do that already."


def test_a_discovery_of_what_others_asked_for_points_at_nothing_that_is_known() -> None:
    (discovery,) = tagged(turn("I had no idea that others asked for it.", who="p3"))
    assert (discovery.label, discovery.about) == ("discovery", "")


@pytest.mark.parametrize("asker", ["p4", None])
def test_what_somebody_else_asked_for_is_not_what_a_discovery_points_at(asker: str | None) -> None:
    asked = turn("It would help us if the server could compress old messages.", who=asker, start_s=0.0)
    found = turn("So the server can do that already.", who="p3", start_s=20.0)
    discovery = tagged(asked, found)[-1]
    assert (discovery.about, discovery.title) == ("", "The server can do that already")


def test_a_sentence_that_only_points_back_takes_the_one_before_along() -> None:
    (found,) = (mention for mention in tagged(turn("The other tool has a calendar. We would love to have that too.")))
    assert found.quote == "The other tool has a calendar. We would love to have that too."


@pytest.mark.parametrize(
    "stopped",
    ["Without it we cannot go live.", "Without that we can't buy more seats.", "We will not upgrade without it."],
)
def test_what_cannot_be_done_without_a_request_is_its_strength_and_no_request_of_its_own(stopped: str) -> None:
    (found,) = (
        mention
        for mention in tagged(turn(f"We need an audit log for our admins. {stopped}"))
        if mention.label == "request"
    )
    assert found.title == "Audit log for our admins"
    back = tagged(turn(f"The other tool has an audit log. {stopped}"))
    assert all("audit log" in one.title for one in back if one.label == "request")


def test_a_long_stretch_without_signs_is_cut_around_its_cue() -> None:
    before = "on the road by the river and the old bridge " * 3
    text = f"{before}it would be nice if the console had a dry run mode {before}"
    (found,) = tagged(turn(text))
    assert "it would be nice if the console had a dry run mode" in found.quote
    assert len(found.quote.split()) <= 45
    assert found.quote in text


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("We need single sign-on for contractors before we can buy more seats.", Strength.BLOCKS_PURCHASE),
        ("We need an audit log. Legal will not sign without it.", Strength.BLOCKS_PURCHASE),
        ("We must have encryption for each message.", Strength.MUST_HAVE),
        ("It would be nice to have a dark theme.", Strength.NICE_TO_HAVE),
        ("Can you add a daily report?", Strength.UNSTATED),
    ],
)
def test_how_much_it_matters(text: str, strength: Strength) -> None:
    mention = next(mention for mention in tagged(turn(text)) if mention.label == "request")
    assert mention.strength is strength


def test_staff_ask_for_nothing_and_what_they_say_answers() -> None:
    turns = (
        turn("We also need a way to pause a queue from the command line.", who="p1"),
        turn("It would be great to see it. You can do that today, with the pause command.", who="p9", start_s=115.0),
        turn("Oh, I did not know that you could pause a single queue.", who="p1", start_s=130.0),
    )  # fmt: skip
    request, discovery = tagged(*turns, staff=("p9",))
    assert (request.label, discovery.label) == ("request", "discovery")
    assert isinstance(discovery.answer, Answer)
    assert discovery.answer.text.endswith("You can do that today, with the pause command.")
    assert discovery.answer.participant_id == "p9"
    assert request.answer == discovery.answer
    assert 115.0 <= discovery.answer.start_s < discovery.answer.end_s <= 125.0


def test_an_answer_belongs_to_the_request_right_before_it() -> None:
    turns = (
        turn("We must have encryption for each message.", who="p1"),
        turn("When do you need it?", who="p9", start_s=112.0),
        turn("Please add a way to hide a field in the log.", who="p2", start_s=124.0),
        turn("The filter setting does that for any field.", who="p9", start_s=136.0),
    )
    first, second = (mention for mention in tagged(*turns, staff=("p9",)) if mention.label == "request")
    assert first.answer is None
    assert second.answer is not None


@given(st.text(max_size=200))
def test_any_text_has_a_label_and_a_score(text: str) -> None:
    (verdicts,) = judge([text], classifier=load_classifier(), encoder=HashedTfidf())
    verdict = foremost(verdicts)
    assert verdict.label in Label
    assert 0.0 <= verdict.score <= 1.0


def test_the_command_answers_in_order() -> None:
    lines = '{"id": "a", "text": "please add dark mode to the menu"}\n{"id": "b", "text": "hello"}\n'
    result = CliRunner().invoke(main, ["tag"], input=lines)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(answer["id"], answer["label"], answer["area"]) for answer in answers] == [
        ("a", "request", "user interface"),
        ("b", "none", "other"),
    ]
    assert all(set(answer) == {"id", "label", "score", "area"} for answer in answers)


def test_many_lines_come_back_one_for_each() -> None:
    texts = [f"please add button {number}" for number in range(70)]
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    answers = [json.loads(line) for line in tag_lines(lines, taxonomy=TAXONOMY)]
    assert [answer["id"] for answer in answers] == list(range(70))


@pytest.mark.parametrize("line", ['{"id": 1, "txt": "topsecret"}', "topsecret"])
def test_a_bad_line_is_named_by_number_only(line: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        list(tag_lines(['{"id": 1, "text": "x"}', line], taxonomy=TAXONOMY))
    assert "line 2" in str(caught.value)
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "between", "said_by_staff"),
    [
        ("Please add a dark mode to the dashboard.", "", "There is coffee in the kitchen."),
        ("Please add a dark mode to the dashboard.", "", "You have the floor, next speaker."),
        ("Please add a dark mode to the dashboard.", "So our trial runs until June.", "You can extend that by mail."),
        ("Please add a dark mode. Also let us export each report as PDF?", "", "You can already do that."),
        ("Please add a dark mode. How long does the trial run?", "", "It does that for thirty days."),
    ],
)
def test_what_staff_say_near_a_request_is_no_answer_to_it(asked: str, between: str, said_by_staff: str) -> None:
    turns = [turn(asked, who="p1"), turn(said_by_staff, who="p9", start_s=120.0)]
    if between:
        turns.insert(1, turn(between, who="p2", start_s=112.0))
    requests = [each for each in tagged(*turns, staff=("p9",)) if each.label == "request"]
    assert "dark mode" in requests[0].title.lower()
    assert requests[0].answer is None


@pytest.mark.parametrize(
    "said_by_staff",
    ["That is on our roadmap.", "Not yet, I am afraid.", "We are looking into that.", "No, that is not planned."],
)
def test_what_is_planned_or_not_answers_the_request_right_before_it(said_by_staff: str) -> None:
    turns = (turn("Please add a dark mode.", who="p1"), turn(said_by_staff, who="p9", start_s=112.0))
    (request,) = tagged(*turns, staff=("p9",))
    assert request.answer is not None
    assert request.answer.text == said_by_staff


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I want to embed the charts in our wiki", "request"),
        ("Do you plan to support SCIM?", "request"),
        ("any chance you could ship a terraform provider?", "request"),
        ("please raise the upload limit", "request"),
        ("I want to be warned before we go over budget.", "request"),
        ("I want to thank your support team.", "none"),
        ("I want to rename my cat after this talk.", "none"),
        ("I want a way to end this call gracefully, my dog is barking.", "none"),
        ("I want to be notified of nothing on holiday.", "none"),
        ("I want to hear the answer to the last question", "none"),
        ("We miss you at the meetup!", "none"),
    ],
)
def test_wants_of_the_product_are_told_from_wants_of_the_talk(text: str, label: str) -> None:
    assert label_of(text) == label
