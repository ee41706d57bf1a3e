"""What of a context is listened for."""

from __future__ import annotations

from pipeline.records import Context, KnownPerson, Term
from pipeline.settings import SpeechSettings
from pipeline.speech.engines import hints, told
from pipeline.speech.vocabulary import vocabulary, whole_texts

NO_MODEL = SpeechSettings(engine="whisper", model="")


def texts(context: Context) -> list[str]:
    return [known.text for known in vocabulary(context)]


def test_names_their_parts_companies_and_terms_are_listened_for_once(context: Context) -> None:
    found = texts(context)
    assert {"Priya Raman", "Priya", "Raman", "Halcyon Freight", "Halcyon", "Project Falcon", "Falcon"} <= set(found)
    assert "Freight" not in found
    assert len(found) == len({text.casefold() for text in found})


def test_what_is_allowed_is_left_out() -> None:
    context = Context(companies=("Lumen Labs GmbH",), allow=("lumen", "Lumen Labs"))
    assert texts(context) == ["Lumen Labs GmbH"]


def test_parts_know_the_other_parts_of_their_name() -> None:
    by_text = {known.text: known for known in vocabulary(Context(participants=(KnownPerson(name="Ana de Souza"),)))}
    assert by_text["Souza"].relatives == {"ana"}
    assert by_text["Souza"].name
    assert "de" not in by_text


def test_terms_that_are_persons_are_taken_apart() -> None:
    found = texts(Context(terms=(Term(text="Helen Fischer", kind="person", aliases=("HF One",)),)))
    assert {"Helen Fischer", "Helen", "Fischer", "HF One"} <= set(found)


def test_an_engine_takes_as_hints_what_it_has_room_for_and_people_first() -> None:
    terms = tuple(Term(text=f"Codename {number:04}") for number in range(200))
    context = Context(participants=(KnownPerson(name="Ana Souza"),), terms=terms)
    assert hints(context, SpeechSettings(engine="captions")) == []
    assert hints(context, SpeechSettings(engine="sphinx")) == vocabulary(context)
    some = hints(context, SpeechSettings(engine="whisper"))
    assert some[0].text == "Ana Souza"
    assert 20 < len(some) < 60
    assert (
        hints(
            Context(participants=context.participants, terms=(*terms, Term(text="New"))),
            SpeechSettings(engine="whisper"),
        )
        == some
    )
    assert hints(context, SpeechSettings(engine="whisper", second_engine="sphinx")) == vocabulary(context)


def test_without_the_model_only_what_surely_fits_its_prompt_counts_as_told() -> None:
    terms = tuple(Term(text=f"Codename {number:04}") for number in range(200))
    context = Context(participants=(KnownPerson(name="Ana Souza"),), terms=terms)
    whisper, hinted = NO_MODEL, hints(context, NO_MODEL)
    known = [keyword.text for keyword in hinted]
    sure = told(context, whisper)
    assert {"Ana Souza", "Ana", "Souza"} <= sure
    assert sure == set(known[: len(sure)])
    assert len(sure) < len(known)
    assert told(context, SpeechSettings(engine="captions")) == frozenset()
    assert told(context, SpeechSettings(engine="sphinx")) == set(texts(context))
    assert told(context, NO_MODEL.model_copy(update={"second_engine": "sphinx"})) == set(texts(context))


def test_a_code_name_or_product_is_listened_for_as_it_is_said_for_short() -> None:
    terms = (
        Term(text="Project Nightjar", kind="product"),
        Term(text="Bluefin Ledger", kind="product"),
        Term(text="Project Home", kind="product"),
        Term(text="Postgres Turbo", kind="product"),
        Term(text="Operation Quince", aliases=("Codename Saffron",)),
    )
    found = texts(Context(terms=terms))
    assert {"Project Nightjar", "Nightjar", "Bluefin", "Quince", "Saffron"} <= set(found)
    assert not {"Home", "Ledger", "Postgres", "Turbo", "Project"} & set(found)


def test_a_whole_text_stands_in_none_before_it() -> None:
    names = ["Priya Raman", "Priya", "raman", "Ram", "Halcyon Freight", "Freight Halcyon", "Halcyon"]
    assert whole_texts(names) == ["priya raman", "ram", "halcyon freight", "freight halcyon"]
    assert whole_texts([]) == []
