"""Headers and answers as strangers write them: read where they are plain, and never as a yes where they are not."""

from __future__ import annotations

import pytest

from pipeline.consent.answers.form_draft import FormChoices, draft_form
from pipeline.consent.answers.question_meaning import UNDECIDED, meaning_of, state_of
from pipeline.consent.log.events import EventState

ADDRESSES = ["ann@corp.example", "bo@x.example"]


@pytest.mark.parametrize(
    "header",
    ["Your mail", "Mail", "My best mail address", "Your work e mail", "Where can we reach you?",
     "How can we reach you?", "What's your mailbox?", "Mail-Adresse", "E Mail", "Ihre Mail"],
)  # fmt: skip
def test_a_column_of_their_own_addresses_is_one(header: str) -> None:
    assert meaning_of(header, ADDRESSES) == "typed_email"


@pytest.mark.parametrize(
    "header", ["Your manager's mail", "Mail of a colleague", "Mail of your guest", "Who else's mail"]
)
def test_a_column_of_others_addresses_is_nobodys(header: str) -> None:
    assert meaning_of(header, ADDRESSES) == UNDECIDED


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("What should we call you?", "name"), ("How should we address you?", "name"), ("What do you go by?", "name"),
        ("What would you like to be called?", "name"), ("Who are you?", "name"), ("Nickname", "name"),
        ("Wie dürfen wir Sie nennen?", "name"), ("Comment vous appelez-vous ?", "name"),
        ("Who do you work for?", "company"), ("Where do you work?", "company"),
        ("Where do you work from?", "location"), ("Cell", "phone"),
    ],
)  # fmt: skip
def test_who_somebody_is_may_be_asked_in_many_ways(header: str, kind: str) -> None:
    assert meaning_of(header, ["Something"]) == kind


@pytest.mark.parametrize("answers", [[], ["Yes", "No"], ["Rather not"]])
def test_whether_they_may_be_called_is_no_name(answers: list[str]) -> None:
    assert meaning_of("May we call you?", answers) == UNDECIDED


@pytest.mark.parametrize(
    "answer",
    ["Rather not", "I'd rather not", "I’d rather not.", "I would rather not", "Prefer not to", "I prefer not",
     "Not now", "Not at this time", "Not comfortable with that", "Absolutely not", "No thanks", "Nah", "Not really",
     "I object",
     "Leave me out", "I'd rather you didn't", "Lieber nicht", "Auf keinen Fall", "Je préfère ne pas", "Prefiero no",
     "Liever niet", "Never!", "prefer not to say"],
)  # fmt: skip
def test_a_polite_no_is_a_no(answer: str) -> None:
    assert state_of(answer) is EventState.REFUSED


@pytest.mark.parametrize(
    "answer",
    ["Yes, as long as my name is out", "Yes, provided legal approves", "Yes, internally", "Yes, audio", "Maybe",
     "Yes, once my boss agrees", "Yes, I guess", "OK I think", "Yes, anonymously", "I agree, depending on the video",
     "Yes, until March", "Ja, solange mein Name fehlt", "not sure", "Ask me later", "?", "-", "n/a", "whatever"],
)  # fmt: skip
def test_a_yes_with_a_condition_or_a_doubt_is_none(answer: str) -> None:
    assert state_of(answer) is not EventState.GIVEN


@pytest.mark.parametrize(
    "answer",
    ["Yes, it may be ok", "Yes, I would agree", "Yes, I will have to", "Yes, you could", "ok ;)", "Yes :(",
     "Yes...", "Yes, to you", "Yes, me", "Yes, I refuse", "Yes, I withdraw", "Yes, I mind", "Yes, opt me out",
     "Yes, leave me out", "Yes, against my will", "Yes minus my name", "Yes, w/o video", "Yes, mute me",
     "Yes, blur my face", "Yes, other than video", "Yes, just notes", "Yes, under a pseudonym",
     "Yes, non-commercial", "Yes, for now", "Yes, for a week", "Yes (30 days)", "Yes, today",
     "Yes, subject to review", "Yes, when legal agrees", "Yes, under NDA", "Yes, in private", "Yes, in-house",
     "Yes, between us", "Yes, for my team", "Yes, let me see it", "Yes, in principle", "Yes, partly",
     "Yes, kidding", "Yes, see below", "Yes*", "Yes?", "Yes 🤷", "Yes ❌", "Yes - my employer decides", "yes-ish",
     "Yes, call me", "Sure, dream on", "Yeah, right", "I agree to nothing", "I agree to disagree",
     "I accept under protest", "I give up", "I allow notes", "I agree with reservations", "Ja, intern",
     "Ja, anonymisiert", "Ja, später", "Ja und nein", "Ja, unter Vorbehalt", "Oui, sous réserve",
     "Oui, jusqu'en juin", "Oui, anonymement", "Oui et non", "Sí, con condiciones", "Sí, de momento",
     "Si legal approves", "Sim, por enquanto", "Sì, a patto che", "Tak, pod warunkiem", "Yes\u200bbut",
     "Yes, I object"],
)  # fmt: skip
def test_a_yes_that_says_more_is_none(answer: str) -> None:
    assert state_of(answer) is not EventState.GIVEN


def test_a_yes_to_less_than_the_question_asks_for_is_left_to_decide() -> None:
    table = (
        "Timestamp,Email Address,May we record this session?,May we publish the recording?\n"
        '2026-11-18 10:00:00,ann@corp.example,"Yes, you may record it","Yes, you may record it"\n'
        "2026-11-18 10:01:00,bo@x.example,Yes please,Yes please\n"
    )
    draft = draft_form(table.encode(), FormChoices(notice_id="n", version="1", scope="session:x"))
    assert '"Yes, you may record it" = "unknown"' in draft.text
    assert '"Yes please" = "given"' in draft.text


@pytest.mark.parametrize(
    "answer",
    ["Yes, go ahead", "Sure, go ahead.", "Yes, of course!", "I agree to be recorded", "I'm OK, thanks", "Yes, I do",
     "Ja, ich bin einverstanden", "Oui, je suis d'accord", "Sí, claro", "Yes, that's fine", "I give my permission"],
)  # fmt: skip
def test_a_yes_in_a_sentence_that_says_no_more_is_one(answer: str) -> None:
    assert state_of(answer) is EventState.GIVEN


@pytest.mark.parametrize("answer", ["Yes please", "Yup", "Absolutely", "Yes, you may record the session", "I agree."])
def test_a_plain_yes_is_one(answer: str) -> None:
    assert state_of(answer) is EventState.GIVEN
