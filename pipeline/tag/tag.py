"""Tags the turns of a redacted transcript: requests, discoveries, problems, praise and questions, each with a quote."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.embeddings import load_encoder
from pipeline.records import Answer, Strength, Tag, Turn
from pipeline.tag.answers import answer_after, answer_before
from pipeline.tag.antecedent import points_only, request_before
from pipeline.tag.classifier import load_classifier
from pipeline.tag.cues import Label
from pipeline.tag.expectation_cues import RIVAL
from pipeline.tag.grouping import points_back, title_of
from pipeline.tag.judge import SentenceVerdict, foremost, judge, names_something
from pipeline.tag.quotes import Quote, quote_of
from pipeline.tag.restated import restated_requests
from pipeline.tag.strength import strength_of
from pipeline.tag.taxonomy import Taxonomy
from pipeline.tag.tokens import joined
from pipeline.tag.turns import span_of, whole_turns

SURE = 0.6
"""The score from which nobody needs to look at a tag; what is under it goes to people first."""
_SAID_AGAIN_S = 60.0
"""How long after a request staff may say it again: that is no other one."""
_ASKED = frozenset({Label.REQUEST, Label.DISCOVERY})


class _TaggedSentence(NamedTuple):
    turn: int
    sentence: int
    verdicts: Sequence[SentenceVerdict]

    @property
    def verdict(self) -> SentenceVerdict:
        return self.verdicts[self.sentence]


class _Context(NamedTuple):
    turns: Sequence[Turn]
    staff: Collection[str]
    asking: Collection[int]
    """The places of turns in which a customer asks for or about something."""


def tag(turns: Sequence[Turn], *, staff: Collection[str], taxonomy: Taxonomy) -> tuple[Tag, ...]:
    """One tag for each sentence that asks, finds out, complains or praises, in order; none for the others.

    ``staff`` are the ids of the team's own people: what they say is an answer to a request or a discovery, or nothing.
    """
    classifier, encoder, turns = load_classifier(), load_encoder(), whole_turns(turns)
    heard = [index for index, turn in enumerate(turns) if turn.participant_id not in staff]
    judged = judge([turns[index].text for index in heard], classifier=classifier, encoder=encoder)
    tagged = [
        _TaggedSentence(index, place, verdicts)
        for index, verdicts in zip(heard, judged, strict=True)
        for place, verdict in enumerate(verdicts)
        if verdict.label is not Label.NONE
        and not _repeats(verdicts, place, classifier.words)
        and not _leads_up(verdicts, place, classifier.words)
    ]
    quotes = [
        quote_of(turns[sentence.turn].text, sentence.verdicts, sentence.sentence, classifier.words)
        for sentence in tagged
    ]
    areas = taxonomy.areas([quote.text for quote in quotes], encoder)
    asking = {sentence.turn for sentence in tagged if sentence.verdict.label in (Label.REQUEST, Label.QUESTION)}
    context = _Context(turns, staff, asking)
    tags: list[Tag] = []
    for sentence, quote, area in zip(tagged, quotes, areas, strict=True):
        tagged_sentence = replace(_tag(context, sentence, quote, area), topic=taxonomy.topic(quote.text, area))
        tags.append(_with_subject(tagged_sentence, tags, classifier.words))
    return tuple(sorted((*tags, *_restated(context, tags, taxonomy)), key=lambda tag: tag.start_s))


def _restated(context: _Context, tags: Sequence[Tag], taxonomy: Taxonomy) -> Iterator[Tag]:
    """The requests that customers agreed to in the words of staff, where they did not ask in their own just before."""
    classifier, encoder, turns = load_classifier(), load_encoder(), context.turns
    requests = [
        restated
        for restated in restated_requests(turns, context.staff)
        if not any(_was_asked(tag, turns[restated.turn], turns[restated.agrees]) for tag in tags)
    ]
    judged = judge([restated.own for restated in requests], classifier=classifier, encoder=encoder)
    for restated, verdicts in zip(requests, judged, strict=True):
        best = foremost(verdicts)
        if best.label is Label.REQUEST:
            of_staff, agrees = turns[restated.turn], turns[restated.agrees]
            quote = of_staff.text[restated.start_char : restated.end_char]
            (area,) = taxonomy.areas([restated.own], encoder)
            start_s, end_s = span_of(of_staff, restated.start_char, restated.end_char)
            yield Tag(
                label=best.label.value,
                score=round(best.score, 2),
                area=area,
                quote=quote,
                start_s=start_s,
                end_s=end_s,
                participant_id=agrees.participant_id,
                title=title_of(restated.own),
                strength=strength_of(restated.own, ""),
                reason="agrees with what staff say they want",
                sure=best.score >= SURE,
                answer=answer_after(turns, restated.agrees, context.staff, context.asking, request=restated.own),
                topic=taxonomy.topic(restated.own, area),
                voiced_by=of_staff.participant_id,
            )


def _was_asked(tag: Tag, of_staff: Turn, agrees: Turn) -> bool:
    """Whether somebody asked for something in their own words just before staff said it again, or as they agreed."""
    return (
        tag.label == Label.REQUEST
        and tag.participant_id == agrees.participant_id
        and of_staff.start_s - _SAID_AGAIN_S <= tag.end_s
        and tag.start_s <= agrees.end_s
    )


def _repeats(verdicts: Sequence[SentenceVerdict], place: int, words: Mapping[str, str]) -> bool:
    """Whether a sentence only says what the request before it is needed for, or names nothing: it is not another one.

    What cannot be done without a thing is the strength of the request before; "I did not know" adds to a discovery.
    """
    verdict = verdicts[place]
    if place == 0 or verdict.label not in _ASKED or verdict.label is not verdicts[place - 1].label:
        return False
    if verdict.label is Label.REQUEST and points_back(verdict.sentence.tokens):
        return True
    return not names_something(verdict.sentence, words) and not _leads_up(verdicts, place - 1, words)


def _leads_up(verdicts: Sequence[SentenceVerdict], place: int, words: Mapping[str, str]) -> bool:
    """Whether a sentence only says what another product has, and the next asks for that: the two are one request."""
    verdict, after = verdicts[place], verdicts[place + 1] if place + 1 < len(verdicts) else None
    if after is None or verdict.label is not Label.REQUEST or after.label is not Label.REQUEST:
        return False
    return verdict.reason == RIVAL and not names_something(after.sentence, words)


def _with_subject(tag: Tag, earlier: Sequence[Tag], words: Mapping[str, str]) -> Tag:
    """The tag of a sentence that only points at something, with the title of what that is where it is known."""
    if tag.label not in _ASKED or not points_only(tag.title, words):
        return tag
    found_out = tag.label == Label.DISCOVERY
    about = request_before(tag.start_s, tag.participant_id, earlier) if found_out else ""
    return replace(tag, about=about, title=about or tag.title)


def _tag(context: _Context, tagged: _TaggedSentence, quote: Quote, area: str) -> Tag:
    turn, verdict = context.turns[tagged.turn], tagged.verdict
    start_s, end_s = span_of(turn, quote.start_char, quote.start_char + len(quote.text))
    return Tag(
        label=verdict.label.value,
        score=round(verdict.score, 2),
        area=area,
        quote=quote.text,
        start_s=start_s,
        end_s=end_s,
        participant_id=turn.participant_id,
        title=title_of(quote.text),
        strength=_strength(tagged) if verdict.label is Label.REQUEST else Strength.UNSTATED,
        reason=verdict.reason,
        sure=verdict.score >= SURE,
        answer=_answer(context, tagged, quote),
    )


def _answer(context: _Context, tagged: _TaggedSentence, quote: Quote) -> Answer | None:
    label, behind = tagged.verdict.label, tagged.verdicts[tagged.sentence + 1 :]
    if label is Label.DISCOVERY:
        return answer_before(context.turns, tagged.turn, context.staff)
    if label is not Label.REQUEST:
        return None
    words = load_classifier().words
    asks_on = any(
        (other.label in (Label.REQUEST, Label.QUESTION) or other.sentence.tokens[-1].text == "?")
        and names_something(other.sentence, words)
        for other in behind
    )
    return answer_after(context.turns, tagged.turn, context.staff, context.asking, request=quote.text, asks_on=asks_on)


def _strength(tagged: _TaggedSentence) -> Strength:
    place, verdicts = tagged.sentence, tagged.verdicts
    neighbours = [
        joined(verdicts[near].sentence.tokens) for near in (place - 1, place + 1) if 0 <= near < len(verdicts)
    ]
    return strength_of(joined(tagged.verdict.sentence.tokens), " ; ".join(neighbours))
