"""Finds what is said to be secret: the sentence with "off the record", "under NDA" or the like, and what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from pipeline.detect.gazetteer.promises import is_promise, without_promises
from pipeline.detect.gazetteer.secrecy_questions import asks_back, is_question, questions_of_secrecy, settled_questions
from pipeline.detect.secrecy_model import MODEL, secret_places
from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import FUNCTION_WORDS
from pipeline.lexicon.cues import CuePlace, SpokenSentence, find_cues, sentences
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule, SpokenCues

_SCORE = 0.6  # a judgement: no set marks them
# Words of a text without points on both sides of a cue that are taken for its sentence: twenty, at three words a
# second, are some seven seconds, and what is meant is seldom further away.
_UNPOINTED = 20
_LONG = 40  # words of a sentence beyond which the recogniser has left out points
# What a cue says is secret may be the sentence before: "We will ship on Mars. Nobody outside knows about it."
_POINTS_BACK = word_set("it its this that these those them they thats")
_ALONE = 4  # words beside the cue: with fewer the sentence says nothing itself, and one beside it does, who knows which
_HESITATIONS = word_set("um umm uh er erm hm mhm mm")
_OF_SECRECY = FUNCTION_WORDS | MODEL.gate
"""Words that say nothing of what is secret: "marketing would have a fit (if they heard me telling customers)"."""
_ASKS_ONLY = _OF_SECRECY | _HESITATIONS | word_set("dont do please ok okay thanks sorry")
_POINTS_ANYWHERE = word_set("it its this that thats")
_NAMES_IT = 2  # words of its own
_SAYS_NOTHING = FUNCTION_WORDS | _HESITATIONS | word_set("yes yeah yep no sorry alright sure exactly correct")
"""Sentences of such words alone stand between a cue and what it means: "Don't tell anyone. OK? We buy Veltra."."""
# "This stays here, we lost the lead" says itself what stays: three words of its own, and nothing in them points back.
# Taking the sentence before too cost 25 s of other talk in each hour of sessions with a secret a minute.
_SAYS_IT = 3
_ABOUT = word_set("about of on to for with")
_BEGINS_A_CLAUSE = word_set("i we you he she they it the our my his her their a an there some all both two three")
# "It is, but the customers must not find out": what is answered first was asked by another, and says nothing itself.
_ANSWERS = word_set(
    """yes yeah yep no sure right okay ok well it its is isnt does doesnt did was they we i you are do have has can will
    not"""
)
_LONGEST_ANSWER = 3
# "This is not common knowledge, but the recall comes on Monday": what stands behind the "but" is what "this" means.
_GOES_ON = word_set("but though however")
_OURSELVES = word_set("i we")
_COMING = word_set("will am are")  # "… but we will buy a bank": not "but we have started the handover of the accounts"
_BEING = word_set("is are was were will be been being has have still all very really")
# "We lost Acme. It is not official yet, but the announcement comes on Friday": only how it is told, or what the others
# may do with it, stands behind this "but", and the secret before.
_OF_TELLING = word_set(
    """announce announced announcement announcements announcing press news release statement letter mail email official
    officially public publicly publish published tell told telling say said saying know knows knew known hear heard sign
    signed contract paperwork embargo you your youll youre please trust"""
)
_POINTS_ON = word_set("this these next following")  # "don't quote me on this"
# "Thank you for telling us", and what follows from what was told: "for that reason". Not "so", by which many begin to
# tell: "What I say now is between us, my boss gets nervous quickly. So we are suing Acme."
_AFTERWARDS = re.compile(r"(?:thanks?|(?:for|because of|after) that|thats why|that is why)\b")
_ABOUT_IT = word_set("about concern concerns concerning regarding")
# "Off the record" and "between you and me" at the end of a sentence may open the next: Whisper wrote "this is Tobias
# off the record. We are closing …".
_BEFORE_OPENER = 1  # words: "just between us, …"
_OPENERS = word_set("record me us ourselves yourselves yourself confidence")
# "Please treat the next bit as between us", "keep the following confidential", "what I say now stays here".
_ANNOUNCES = re.compile(
    r"\b(?:next|following) (?:few |two |three )?(?:bits?|parts?|things?|pieces?|points?|items?|topics?|sentences?"
    r"|words?|minutes?|numbers?|one|story)\b"
    r"|\bthe following(?: as)?(?: \w+ly)? (?:secret|private|confidential|between|to|in|off|under|stays?)\b"
    r"|\bwhat (?:i|we|you|im|were|ill|well|youll) (?:\w+ ){0,4}(?:now|next)\b"
    r"|\b(?:im|i am|were|we are) about to (?:say|tell|share|show|mention)\b"
)


class Turns(Enum):
    """Whose turns a text is of: where it is of several, a sentence that says something itself means no other."""

    ONE = "one turn"
    OF_ONE = "several of one speaker"
    OF_ALL = "those of all speakers"


class StatementRecognizer(Protocol):
    """What is said to be secret in a text."""

    def __call__(self, text: Text, told_open: frozenset[int] | None = None, /) -> list[Match]:
        """All that is; ``told_open`` are the characters at which sentences begin that a whole conversation says to be
        no secret, None where the text is all that is known of it.
        """


def statement_recognizer(cues: SpokenCues, turns: Turns = Turns.ONE) -> StatementRecognizer:
    """For what a phrase, or a clause like the examples, makes a secret: its sentence, and one beside it that is meant.

    What only promises to keep a secret is none, but where several turns have to tell which one it is about.
    """

    def recognize(text: Text, told_open: frozenset[int] | None = None) -> list[Match]:
        words, parts, cues_here = cues_in(text, cues)
        known = frozenset(cue.sentence for cue in cues_here)
        settled = settled_questions(text, parts, known) if told_open is None else _beginning_at(told_open, text, parts)
        cues_here = tuple(cue for cue in cues_here if cue.sentence not in settled)
        asking = frozenset(cue.sentence for cue in cues_here)
        spans = [_with_answer(text, cue, parts, _span(cue, words, parts, asking, turns)) for cue in cues_here]
        said = [(_behind_answer(text, start, end), end) for start, end in _joined(spans)]
        if turns is Turns.ONE:
            said = [without_promises(words, parts, start, end) for start, end in said]
        return [_match(text, start, end) for start, end in said if start < end]

    return recognize


def cues_in(text: Text, cues: SpokenCues) -> tuple[list[str], list[SpokenSentence], tuple[CuePlace, ...]]:
    """The words of a text, its sentences, and what says or asks in it that something is a secret."""
    words = [token.plain for token in text.tokens]
    places = [(token.start_char, token.end_char) for token in text.tokens]
    parts = sentences(text.raw, places)
    said_so = tuple(find_cues(cues.secret, words, parts))
    # A phrase tells best which words make the secret and which are it; not for all of a text without points.
    known = {cue.sentence for cue in said_so if parts[cue.sentence].end - parts[cue.sentence].start <= _LONG}
    likely = (cue for cue in secret_places(text.raw, places, words, parts, cues) if cue.sentence not in known)
    asked = (cue for cue in questions_of_secrecy(text, parts) if cue.sentence not in known)
    return words, parts, (*said_so, *likely, *asked)


def _beginning_at(starts: frozenset[int], text: Text, parts: Sequence[SpokenSentence]) -> frozenset[int]:
    return frozenset(number for number, part in enumerate(parts) if text.tokens[part.start].start_char in starts)


def _span(
    cue: CuePlace,
    words: Sequence[str],
    parts: Sequence[SpokenSentence],
    asking: frozenset[int],
    turns: Turns,
) -> tuple[int, int]:
    """The words that a cue makes a secret; ``asking`` are the numbers of all sentences with a cue."""
    start, end = parts[cue.sentence]
    if end - start > _LONG:
        return max(start, cue.start - _UNPOINTED), min(end, cue.end + _UNPOINTED)
    behind_cue = _without_object(words[_with_object(words, cue.end, end) : end])
    beside_cue = [*_without_subject(words[start : cue.start], behind_cue), *behind_cue]
    other_words = [word for word in beside_cue if word not in _HESITATIONS]
    is_alone = len(other_words) < _ALONE or _OF_SECRECY.issuperset(other_words)
    announces = _ANNOUNCES.search(" ".join(words[start:end])) is not None
    before, behind = (_neighbour(words, parts, cue.sentence, step) for step in (-1, 1))
    if announces and _says_itself(words[cue.end : end]):
        # A reason ("my colleague has slides") reads like the secret: what others say next may be meant.
        announces = behind is None or _AFTERWARDS.match(" ".join(words[slice(*behind)])) is None
    promises = turns is Turns.OF_ALL and is_promise(words[start:end])  # what another said
    may_point = is_alone or turns is Turns.ONE or promises
    points_back = not announces and may_point and before is not None and _points_back(other_words, words[start:end])
    opens = cue.end == end and words[end - 1] in _OPENERS
    opens |= before is None and may_point and _is_of_what_comes(other_words, words[cue.start : cue.end + 1])
    first, last = start, end
    if before is not None and not announces and (points_back or is_alone):
        first = max(before.start, start - _UNPOINTED)
        if promises:
            first = min(first, _two_before(words, parts, cue.sentence, asking))
    points_on = is_alone and (not points_back or not _POINTS_ON.isdisjoint(words[start:end]))
    if behind is not None and (opens or points_on or announces):
        last = min(behind.end, end + _UNPOINTED)
        if points_on or announces or not points_back:
            last = _behind_requests(words, parts, cue.sentence, asking, last)
    return first, last


def _with_answer(text: Text, cue: CuePlace, parts: Sequence[SpokenSentence], span: tuple[int, int]) -> tuple[int, int]:
    """A span with the answer to its last sentence, where that asks in confidence: "between us, how bad was it?".

    Who only asks whether what was said is secret means nothing that comes.
    """
    start, end = parts[cue.sentence]
    if asks_back(text, parts[cue.sentence]):
        return span[0], end
    words = [token.plain for token in text.tokens]
    opens = words[cue.end - 1] in _OPENERS and cue.start - start <= _BEFORE_OPENER
    last = next(number for number, part in enumerate(parts) if span[1] <= part.end)
    own = sum(word not in _OF_SECRECY for word in words[start:end])
    announces = own < _SAYS_IT or _ANNOUNCES.search(" ".join(words[start:end])) is not None
    asks_next = last > cue.sentence and span[0] == start and announces
    if not (asks_next or (opens and last == cue.sentence and cue.end < end)) or not is_question(text, parts[last]):
        return span
    behind = _neighbour(words, parts, last, 1)
    return (span[0], min(behind.end, span[1] + _UNPOINTED)) if behind else span


def _behind_requests(
    words: Sequence[str], parts: Sequence[SpokenSentence], number: int, asking: frozenset[int], last: int
) -> int:
    """The end of what comes next, at least ``last``, where more sentences ask for secrecy first, and say nothing else.

    "Please treat the next bit as between us. Nobody outside our board has heard it. We are selling the plant."
    """
    passed = number + 1
    while passed < len(parts) and (passed in asking or _ASKS_ONLY.issuperset(words[slice(*parts[passed])])):
        passed += 1
    if passed in (number + 1, len(parts)):
        return last
    return max(last, min(parts[passed].end, parts[passed].start + _UNPOINTED))


def _says_itself(behind_cue: Sequence[str]) -> bool:
    """Whether the clause behind a cue tells what is announced: "what I say now is not for the notes, we sell Acme"."""
    own = sum(word not in _OF_SECRECY for word in behind_cue)
    begins = bool(behind_cue) and behind_cue[0] in _BEGINS_A_CLAUSE - {"it"}
    return begins and own >= _SAYS_IT and (_POINTS_BACK | _POINTS_ON | _ABOUT_IT).isdisjoint(behind_cue)


def _is_of_what_comes(other_words: Sequence[str], cue: Sequence[str]) -> bool:
    """Whether a first sentence says of something that it is secret, and not what: "my NDA probably covers this"."""
    own = sum(word not in _OF_SECRECY for word in other_words)
    return own < _NAMES_IT and not _POINTS_ANYWHERE.isdisjoint(cue)


def _behind_answer(text: Text, start: int, end: int) -> int:
    """The first word of a statement behind a short answer with a comma, which another asked for: "It is, but …"."""
    for index in range(start, min(start + _LONGEST_ANSWER, end - 1)):
        if text.tokens[index].plain not in _ANSWERS:
            break
        if "," in text.raw[text.tokens[index].end_char : text.tokens[index + 1].start_char]:
            return index + 1
    return start


def _without_subject(before: Sequence[str], behind: Sequence[str]) -> Sequence[str]:
    """The words before a cue without "this is" or the like at their end, where a "but" behind it says what that is."""
    if not behind or behind[0] not in _GOES_ON or not _OF_TELLING.isdisjoint(behind):
        return before
    end = len(before)
    while end and before[end - 1] in _BEING:
        end -= 1
    return before[: end - 1] if end and before[end - 1] in _POINTS_BACK else before


def _without_object(behind: Sequence[str]) -> Sequence[str]:
    """The words behind a cue without an "it" that a "but" explains: "only we three know it, but we will buy a bank"."""
    is_told = (
        len(behind) > _SAYS_IT
        and behind[0] in _POINTS_BACK
        and behind[1] in _GOES_ON
        and behind[2] in _OURSELVES
        and behind[3] in _COMING
    )
    return behind[1:] if is_told and _OF_TELLING.isdisjoint(behind) and _says_itself(behind[2:]) else behind


def _with_object(words: Sequence[str], at: int, end: int) -> int:
    """The end of a cue that ends at ``at``, with what it is about where that is only pointed at: "… about it"."""
    return at + 2 if at + 2 <= end and words[at] in _ABOUT and words[at + 1] in _POINTS_BACK else at


def _points_back(other_words: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether what is secret was said before: where the rest of the sentence points at it, or says little itself."""
    says_it = sum(word not in FUNCTION_WORDS for word in other_words) >= _SAYS_IT
    words = other_words if says_it else sentence
    return any(
        word in _POINTS_BACK
        and not (word == "that" and following in _BEGINS_A_CLAUSE)
        and not (says_it and word == "its" and following and following not in FUNCTION_WORDS)
        for word, following in zip(words, [*words[1:], ""], strict=True)
    )


def _two_before(words: Sequence[str], parts: Sequence[SpokenSentence], number: int, asking: frozenset[int]) -> int:
    """The start of the sentence but one before a promise, which the next points at, where neither says it is secret."""
    before = _neighbour(words, parts, number, -1)
    further = _neighbour(words, parts, parts.index(before), -1) if before else None
    if before is None or further is None or _POINTS_BACK.isdisjoint(words[slice(*before)]):
        return parts[number].start
    if not asking.isdisjoint((parts.index(before), parts.index(further))):
        return parts[number].start
    return max(further.start, before.start - _UNPOINTED)


def _neighbour(words: Sequence[str], parts: Sequence[SpokenSentence], number: int, step: int) -> SpokenSentence | None:
    """The nearest sentence before (-1) or behind (1) one that says something; None where there is none."""
    rest = range(number + 1, len(parts)) if step > 0 else range(number - 1, -1, -1)
    neighbours = (parts[other] for other in rest)
    return next((part for part in neighbours if not _SAYS_NOTHING.issuperset(words[part.start : part.end])), None)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping spans as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _match(text: Text, start: int, end: int) -> Match:
    key = " ".join(re.sub(r"\s+", " ", token.plain) for token in text.tokens[start:end])
    return text.match(
        start, end - 1, label="STATEMENT", entity=f"statement:{key}", rule=DetectionRule.SAID_TO_BE_SECRET, score=_SCORE
    )
