"""What a request asks for, in plain words: "it would be great if X could Y" becomes "X can Y".

It is a title, and the normalised sentence that stands for a quote where the quote itself may not be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from pipeline.tag.grouping.misheard import misheard_verb
from pipeline.tag.grouping.points_back import (
    begins_with_without,
    names_enough,
    whole_sentences,
    without_what_it_stops,
    words_before,
)
from pipeline.tag.grouping.present import present
from pipeline.tag.tokens import WordToken, joined, tokenize

_ADVERBS = (
    r"(?:(?:really|just|also|still|even|actually|simply|only|definitely|probably|maybe|totally|absolutely|always|"
    r"please|guys|ever|somehow|so|very|super|pretty|a lot|a bit|too|all|kind of|sort of|desperately|already|"
    r"currently) )*"
)
_FINE = (
    r"(?:nice|great|cool|awesome|amazing|useful|helpful|handy|lovely|good|better|ideal|wonderful|sweet|neat|fantastic|"
    r"interesting|perfect|convenient|excellent)"
)
_WHO = (
    r"(?:i|we|you|they|people|users|one|(?:my|our) (?:\w+ )?(?:team|users|customers|people|developers|auditors?|"
    r"colleagues))"
)
_WAY = r"(?:way|option|ability|possibility|button|setting|command|chance|shortcut|method|feature|tool)"
_GOOD = rf"(?:would|will|could|might) {_ADVERBS}(?:be {_ADVERBS}{_FINE}|help(?: us| me)?(?: a lot)?)"
_ADD = (
    r"(?:add|support|expose|implement|build|include|ship|provide|give us|give me|offer|create|bring back|introduce|"
    r"publish|release|have|get|consider|allow)"
)


class _Form(Enum):
    """What stands after a cue: a thing, something to do, or a whole clause."""

    THING = "thing"
    ACTION = "action"
    CLAUSE = "clause"


class _Opening(NamedTuple):
    form: _Form
    pattern: re.Pattern[str]


def _opening(form: _Form, *patterns: str) -> _Opening:
    return _Opening(form, re.compile("|".join(rf"(?<!\S)(?:{pattern}) " for pattern in patterns)))


_TO = r"to(?! (?:the|a|an|my|our|your|this|that|these|each|every|it|them|us|me)\b)"
# The first that fits has the say; within it the first place in the sentence.
_OPENINGS = (
    _opening(
        _Form.ACTION,
        rf"(?:{_WHO} )?{_ADVERBS}(?:need|want|love|like|prefer)s? to be able to",
        rf"(?:no|any|a|an|the|some|another|easy|simple|good|better) (?:\w+ )?{_WAY}s?(?: for (?:\w+ )?\w+)? {_TO}",
        rf"(?:a|an|any|some|no) (?:\w+ )?{_WAY} (?:that|where|so that) (?:i|we|you|people|users) can",
        r"(?:is|be|if|was) (?:it )?(?:not )?possible to",
        r"(?:able|possible) to",
    ),
    _opening(
        _Form.THING,
        rf"{_GOOD} if there (?:was|were)",
        rf"{_GOOD} to (?:have|get|see)",
        r"(?:wish|wished)(?: that)? there (?:was|were)",
        r"(?:i|we|they|everybody|people) would (?:\w+ ){1,6}?if (?:there (?:was|were)|(?:you|it|we) had)",
        r"(?:feature|thing) (?:that )?(?:i|we) (?:\w+ ){1,4}?is",
        r"what (?:i|we) (?:really )?(?:am|are|need|want|miss|lack)(?: \w+){0,2}? is",
        r"what would (?:\w+ ){1,2}?is",
        r"plus one (?:from (?:me|us) )?(?:for|on)",
    ),
    _opening(
        _Form.CLAUSE,
        rf"{_GOOD} if",
        rf"would {_ADVERBS}(?:love|like|appreciate) it if",
        r"(?:i|we|they|everybody|people) would (?:\w+ ){1,6}?if(?= (?:it|the|your) )",
        rf"would {_ADVERBS}(?:help|help us|help me|save us time|make sense)(?: a lot)? if",
        r"(?:wish|wishes) that",
        r"(?:wish|wishes)(?! that| list)",
        r"if only",
        r"(?:did|do|had|have|was|were) not (?:even )?(?:know|known|realize|realized|notice|noticed|aware)(?: that)?",
        r"never (?:knew|known|noticed|realized)(?: that)?",
        r"(?:no idea|not aware|unaware)(?: that)?",
        r"(?:found out|discovered|learned|noticed|realized|turns out)(?: that)?",
    ),
    _opening(
        _Form.ACTION,
        rf"{_GOOD} to",
        r"why (?:can|could) (?:not )?(?:i|we|you|one|users|people)(?: (?:not|just|simply|even))*",
        rf"(?:please |can you |could you )?{_ADVERBS}let (?:us|me|people|users|you|everyone)",
    ),
    _opening(
        _Form.THING,
        rf"(?:can|could|will|would) (?:you|we|they|somebody) {_ADVERBS}{_ADD}",
        rf"please {_ADVERBS}{_ADD}",
        rf"(?:would|will) {_ADVERBS}(?:help|love|like|prefer|want) (?:(?:us|me|it) )?(?:to )?(?:have|get|see)",
        rf"(?:would|will) {_ADVERBS}(?:help|love|like|prefer|want)(?= (?:a|an|some) )",
        rf"(?:you|they|guys) should {_ADVERBS}{_ADD}",
        r"(?:there|it|you|they) (?:is|are|has|have) no",
        r"(?:plans?|planning|plan) (?:to (?:add|support|offer)|for)",
        r"(?:support|ask|asking|looking|hoping|waiting|request|requests) for",
        r"(?:is|are) there(?: already)?",
        r"(?:do|does) (?:you|it|they) (?:already )?(?:have|support|offer)",
        r"(?:i|we|you|they|it|legal|security) (?:requires?|lacks?|misses|miss|insist on)",
        r"(?:is|are|am) missing",
    ),
    _opening(
        _Form.ACTION,
        rf"{_WHO} {_ADVERBS}(?:must|need to|want to|would {_ADVERBS}(?:like|love) to)(?! have)",
        r"(?:can|could|will|would) (?:i|we|one|you|they)(?: (?:please|maybe|also|just|somehow))*",
        r"(?:i|we|you|people|users) can not(?: (?:even|just|really))?",
        r"how (?:can|do|could|would) (?:i|we|you|one)",
        r"(?:trying|try) to",
        r"please",
    ),
    _opening(
        _Form.THING,
        rf"{_WHO} {_ADVERBS}(?:must have|need|want|would like|would love|would rather have|would prefer)",
    ),
)
_POINTING = r"(?:it|that|this|these|those|them|they|which|one)"
_POINTS = re.compile(
    r"(?:it|them|one) |(?:this|that|these|those) (?:on|in|to|for|as|from|with|at|by|into|instead|here|there) "
)
_SUBJECT_FIRST = re.compile(
    rf"^(?P<thing>(?!{_POINTING} |(?:there|i|we|you|what|if|without) )\S+ .+?)(?<! it)(?<! that)(?<! this) {_GOOD}"
)
"""A thing is named first and praised after: "a chart of the lag would help"."""
_CONDITION = re.compile(
    r"^if (?P<there>there (?:was|were) |(?:you|it|we) had )?(?P<asked>(?!there|we|i )\w+ .+?) "
    r"(?:that|it|i|we|nobody|everybody|people|users|life|my \w+|our \w+) (?:would|will|could|might) "
)
"""What is wished for is told first, then what for: "if the report came as a PDF I would read it"."""
_TAIL = re.compile(
    r" (?:because|since|so that|so (?:we|i|they|our|that)\b|before|otherwise|or (?:we|i) (?:can|have|will)|"
    r"which (?:is|would)|but|and (?:we|i|they|that) |when (?:we|i) |to pass the|in order to|if (?:we|i|you|that|"
    rf"possible)|that (?:is|was|will be|would be) {_ADVERBS}{_FINE}|that (?:will|would) (?:save|help|make|solve))"
)
_LAST = re.compile(
    r"(?:(?:^| )(?:please|too|as well|right now|at the moment|somehow|yet|for us|for me|you know|i mean|i guess|"
    r"i think|a|an|the|to|of|for|with|and|or|but|so that|so|if|my|our|your|like|um|uh|it is|this is|i|we|because))+$"
)
"""What ends no phrase: an afterthought, or the beginning of something that was not said to its end."""
_LEAD = re.compile(  # what somebody begins with who goes on about what was said
    r"^(?:(?:so|oh|ah|wow|wait|okay|ok|well|yes|yeah|right|now|and|but|also|then|hey|hi|hello|because|i see|actually|"
    r"basically) )+"
)
_FILLER = re.compile(r"^(?:(?:like|well|um|uh|you know|i mean|i do not know|basically|maybe|say) )+")
_ARTICLE = re.compile(r"^(?:(?:a|an|the|some|any|to|that|of|for|just|also|more of an?) )+")
_WHY_NOT = re.compile(r"^why (can|could|do|does|did|is|are|has|have|would|should) not(?= )", re.IGNORECASE)
_FEW = 3  # words, short ones too, that a title may have where no sentence leaves it two longer ones
# Who is meant by a redaction's label is told in no title.
_LABEL = re.compile(r"\[([a-z]+)(?: [^\]]*)?\]", re.IGNORECASE)
_PLAIN_LABELS = {
    "person": "someone",
    "participant": "someone",
    "customer": "a customer",
    "company": "a company",
    "product": "a product",
    "host": "a server",
    "email": "an address",
}


class _Asked(NamedTuple):
    """The tokens of a quote that say what is asked for, and in which form."""

    form: _Form | None
    tokens: tuple[WordToken, ...]


def plain_words(quote: str) -> str:
    """The words of a quote, as ``tokens.joined`` gives them, without labels that tell one customer from another."""
    return _LABEL.sub(_plain_label, joined(tokenize(quote)))


def title_of(quote: str) -> str:
    """A title in plain words: what is asked for as a whole phrase, never a piece that was cut off.

    Where its verb was misheard, what was heard stands in brackets beside what it is about.
    """
    ask = _asked(quote)
    words = list(_shown(ask.tokens, quote))
    place = _misheard(ask)
    if place is not None:
        words = _with_heard(words, place)
    elif ask.form is _Form.CLAUSE:
        words = present(words)
    title = _WHY_NOT.sub(_contracted, _LABEL.sub(_plain_label, " ".join(words)).strip(" ,;:.-"))
    return title[:1].upper() + title[1:]


def heard_right(quote: str) -> bool:
    """Whether the verb of what is asked for is one: the title of such a wording is to be had before another's."""
    return _misheard(_asked(quote)) is None


def _misheard(ask: _Asked) -> int | None:
    """The place of a misheard verb among the words of a clause or of something to do."""
    if ask.form not in (_Form.CLAUSE, _Form.ACTION):
        return None
    return misheard_verb([token.text for token in ask.tokens], begins_with_verb=ask.form is _Form.ACTION)


def _with_heard(words: Sequence[str], place: int) -> list[str]:
    """What a request is about, without its misheard verb, and the words as they were heard in brackets."""
    before = words[: max(0, place - 1)]
    about, heard = (before, words[place:]) if before else (words[place + 1 :], words[place : place + 1])
    article = _ARTICLE.match(f"{' '.join(about)} ") if not before else None
    kept = " ".join(about)[len(article[0]) if article else 0 :]
    return [kept, f'(heard: "{" ".join(heard)}")'] if kept else list(words)


def _asked(quote: str) -> _Asked:
    """Out of several sentences the last that names something counts: the others lead up to it."""
    sentences = list(whole_sentences(quote))
    asks = [_of_sentence(tokens) for tokens in sentences]
    naming = [ask for ask in asks if names_enough(ask.tokens)]
    whole = [_Asked(None, _without_ends(tokens) or tokens) for tokens in sentences]
    named = [ask for ask in whole if names_enough(ask.tokens)]
    few = [ask for ask in asks if len(ask.tokens) >= _FEW]
    return (naming or few or named or whole or [_Asked(None, ())])[-1]


def _without_ends(tokens: Sequence[WordToken]) -> tuple[WordToken, ...]:
    """A sentence without what it was not said to the end of."""
    words = [token for token in tokens if token.text not in "?!"]
    return tuple(words[: words_before(words, len(_LAST.sub("", joined(words))))])


def _of_sentence(tokens: Sequence[WordToken]) -> _Asked:
    spoken = [token for token in tokens if token.text not in "?!"]
    words = without_what_it_stops(spoken)
    lead = _LEAD.match(joined(words) + " ")
    words = words[words_before(words, lead.end()) :] if lead else words
    text = joined(words) + " "
    if len(words) < len(spoken) and begins_with_without(spoken):
        return _piece(_Form.THING, words, text, 0, len(text) - 1)
    if named := _SUBJECT_FIRST.match(text):
        return _piece(_Form.THING, words, text, 0, named.end("thing"))
    if condition := _CONDITION.match(text):
        form = _Form.THING if condition["there"] else _Form.CLAUSE
        return _piece(form, words, text, *condition.span("asked"))
    for opening in _OPENINGS:
        for match in opening.pattern.finditer(text):
            if not _misses(opening.form, words, text, match.end()):
                return _piece(opening.form, words, text, match.end(), len(text) - 1)
    return _piece(None, words, text, 0, len(text) - 1)


def _misses(form: _Form, words: Sequence[WordToken], text: str, begin: int) -> bool:
    """Whether what follows an opening is not what it opens: "add it on the page" names no thing, "please, I" no act."""
    if form is _Form.ACTION:
        return re.match(r"(?:i|we|you|they|it) ", text[begin:]) is not None
    return form is _Form.THING and _POINTS.match(text, begin) is not None


def _piece(form: _Form | None, words: Sequence[WordToken], text: str, begin: int, end: int) -> _Asked:
    """The words between two places of a text, without article before and without what only explains after."""
    kept = text[begin:end]
    if (tail := _TAIL.search(kept)) and names_enough(
        words[words_before(words, begin) : words_before(words, begin + tail.start())]
    ):
        kept = kept[: tail.start()]
    kept = _LAST.sub("", f" {kept}")[1:]
    filler = _FILLER.match(f"{kept} ")
    begin += len(filler[0]) if filler else 0
    kept = kept[len(filler[0]) :] if filler else kept
    article = _ARTICLE.match(f"{kept} ") if form not in (None, _Form.CLAUSE) else None
    skipped = len(article[0]) if article else 0
    return _Asked(form, tuple(words[words_before(words, begin + skipped) : words_before(words, begin + len(kept))]))


def _shown(tokens: Sequence[WordToken], quote: str) -> Iterator[str]:
    """The words as they stand in the quote; a short form as its parts."""
    for index, token in enumerate(tokens):
        near = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
        short = any(other.start_char == token.start_char for other in near)
        text = "I" if token.text == "i" else token.text
        yield text if short else quote[token.start_char : token.end_char]


def _contracted(match: re.Match[str]) -> str:
    return f"why {match[1].removesuffix('n')}n't"  # nobody asks "why can not the report"


def _plain_label(match: re.Match[str]) -> str:
    return _PLAIN_LABELS.get(match[1].lower(), "something")
