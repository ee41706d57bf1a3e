"""What a request asks for, in plain words: "it would be great if X could Y" becomes "X can Y".

It is a title, and the normalised sentence that stands for a quote where the quote itself may not be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.lexicon.plain import word_set
from pipeline.tag.grouping.misheard import misheard_verb
from pipeline.tag.grouping.openings import ADVERBS, FINE, GOOD, OPENINGS, AskForm
from pipeline.tag.grouping.points_back import (
    begins_with_without,
    names_a_thing,
    names_enough,
    whole_sentences,
    without_what_it_stops,
    words_before,
)
from pipeline.tag.grouping.present import present
from pipeline.tag.grouping.wished import wished
from pipeline.tag.tokens import WordToken, joined, tokenize

_POINTING = r"(?:it|that|this|these|those|them|they|which|one)"
_POINTS = re.compile(
    r"(?:it|them|one) |(?:this|that|these|those) (?:on|in|to|for|as|from|with|at|by|into|instead|here|there) "
)
_SUBJECT_FIRST = re.compile(
    rf"^(?P<thing>(?!{_POINTING} |(?:there|i|we|you|what|if|without) )\S+ .+?)(?<! it)(?<! that)(?<! this) {GOOD}"
)
"""A thing is named first and praised after: "a chart of the lag would help"."""
_CONDITION = re.compile(
    r"^if (?P<there>there (?:was|were) |(?:you|it|we) had )?(?P<asked>(?!there|we|i )\w+ .+?) "
    r"(?:that|it|i|we|nobody|everybody|people|users|life|my \w+|our \w+) (?:would|will|could|might) "
)
"""What is wished for is told first, then what for: "if the report came as a PDF I would read it"."""
_TAIL = re.compile(
    r" (?:because|since|so that|so (?:we|i|they|our|that)\b|before|otherwise|or (?:we|i) (?:can|have|will)|"
    r"which (?:is|would)|but|and (?:we|i|they|that) |"
    r"why (?:do|does|can) not (?:you|yours|this)|when (?:we|i) |to pass the|in order to|if (?:we|i|you|that|"
    rf"possible)|that (?:is|was|will be|would be) {ADVERBS}{FINE}|that (?:will|would) (?:save|help|make|solve))"
)
_LAST = re.compile(
    r"(?:(?:^| )(?:(?:pretty )?please|too|as well|as soon as possible|right now|at the moment|somehow|yet|"
    r"for us|for me|you know|i mean|i guess|i think|a|an|the|to|of|for|with|and|or|but|so that|so|if|my|our|your|like|"
    r"um|uh|it is|this is|i|we|because))+$"
)
"""What ends no phrase: an afterthought, or the beginning of something that was not said to its end."""
_LEAD = re.compile(  # what somebody begins with who goes on about what was said
    r"^(?:(?:so|oh|ah|wow|wait|okay|ok|well|yes|yeah|right|now|and|but|also|then|hey|hi|hello|because|i see|actually|"
    r"basically|honestly|frankly|personally) )+"
)
_FILLER = re.compile(r"^(?:(?:like|well|um|uh|you know|i mean|i do not know|basically|maybe|say) )+")
_ARTICLE = re.compile(
    r"^(?:(?:(?:some|any|a) (?:sort|kind) of|a|an|the|some|any|to|that|of|for|just|also|more of an?) )+"
)
_WHY_NOT = re.compile(r"^why (can|could|do|does|did|is|are|has|have|would|should) not(?= )", re.IGNORECASE)
_LONG = 10
"""Words of a title from which on it ends at a comma before one of these."""
_GOES_ON = word_set("and but as so because since which where otherwise or then while though although when maybe")
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

    form: AskForm | None
    tokens: tuple[WordToken, ...]


def plain_words(quote: str) -> str:
    """The words of a quote, as ``tokens.joined`` gives them, without labels that tell one customer from another."""
    return _LABEL.sub(_plain_label, joined(tokenize(quote)))


def title_of(quote: str) -> str:
    """A title in plain words: what is asked for as a whole phrase, never a piece that was cut off.

    Where its verb was misheard, what was heard stands in brackets beside what it is about.
    """
    ask = _asked(quote)
    words, commas = list(_shown(ask.tokens, quote)), _commas(ask.tokens, quote)
    place = _misheard(ask)
    if place is not None:
        words = _with_heard(words, place)
    elif ask.form is AskForm.CLAUSE:
        words = present(words)
    if place is None:
        end = _enough(ask.tokens, commas)
        words = [f"{word}," if comma else word for word, comma in zip(words[:end], commas[:end], strict=True)]
        words = wished(words) if ask.form is AskForm.WISH else words
    title = _WHY_NOT.sub(_contracted, _LABEL.sub(_plain_label, " ".join(words)).strip(" ,;:.-"))
    return title if title[1:2].isupper() else title[:1].upper() + title[1:]  # "iPad app" stays as it is


def heard_right(quote: str) -> bool:
    """Whether the verb of what is asked for is one: the title of such a wording is to be had before another's."""
    return _misheard(_asked(quote)) is None


def _misheard(ask: _Asked) -> int | None:
    """The place of a misheard verb among the words of a clause or of something to do."""
    if ask.form not in (AskForm.CLAUSE, AskForm.WISH, AskForm.ACTION):
        return None
    return misheard_verb([token.text for token in ask.tokens], begins_with_verb=ask.form is AskForm.ACTION)


def _with_heard(words: Sequence[str], place: int) -> list[str]:
    """What a request is about, without its misheard verb, and the words as they were heard in brackets."""
    before = words[: max(0, place - 1)]
    about, heard = (before, words[place:]) if before else (words[place + 1 :], words[place : place + 1])
    article = _ARTICLE.match(f"{' '.join(about)} ") if not before else None
    kept = " ".join(about)[len(article[0]) if article else 0 :]
    return [kept, f'(heard: "{" ".join(heard)}")'] if kept else list(words)


def _asked(quote: str) -> _Asked:
    """Out of several sentences the last that asks for something named counts, else the last that names something: what
    stands before leads up to it, and what follows says what for.
    """
    sentences = list(whole_sentences(quote))
    asks = [_of_sentence(tokens) for tokens in sentences]
    naming = [ask for ask in asks if names_enough(ask.tokens)]
    things = [ask for ask in asks if ask.form is AskForm.THING and names_a_thing(ask.tokens)]
    naming = [ask for ask in naming if ask.form is not None] or things or naming
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
        return _piece(AskForm.THING, words, text, 0, len(text) - 1)
    if named := _SUBJECT_FIRST.match(text):
        return _piece(AskForm.THING, words, text, 0, named.end("thing"))
    if condition := _CONDITION.match(text):
        form = AskForm.THING if condition["there"] else AskForm.WISH
        return _piece(form, words, text, *condition.span("asked"))
    for opening in OPENINGS:
        for match in opening.pattern.finditer(text):
            if not _misses(opening.form, words, text, match.end()):
                return _piece(opening.form, words, text, match.end(), len(text) - 1)
    return _piece(None, words, text, 0, len(text) - 1)


def _misses(form: AskForm, words: Sequence[WordToken], text: str, begin: int) -> bool:
    """Whether what follows an opening is not what it opens: "add it on the page" names no thing, "please, I" no act."""
    if form is AskForm.ACTION:
        return re.match(r"(?:i|we|you|they|it) ", text[begin:]) is not None
    return form is AskForm.THING and _POINTS.match(text, begin) is not None


def _piece(form: AskForm | None, words: Sequence[WordToken], text: str, begin: int, end: int) -> _Asked:
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
    article = _ARTICLE.match(f"{kept} ") if form not in (None, AskForm.CLAUSE, AskForm.WISH) else None
    skipped = len(article[0]) if article else 0
    return _Asked(form, tuple(words[words_before(words, begin + skipped) : words_before(words, begin + len(kept))]))


def _shown(tokens: Sequence[WordToken], quote: str) -> Iterator[str]:
    """The words as they stand in the quote; a short form as its parts."""
    for index, token in enumerate(tokens):
        near = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
        short = any(other.start_char == token.start_char for other in near)
        text = "I" if token.text == "i" else token.text
        yield text if short else quote[token.start_char : token.end_char]


def _enough(tokens: Sequence[WordToken], commas: Sequence[bool]) -> int:
    """How many words of a long title stand before a comma after which it is only explained, or told further."""
    if len(tokens) > _LONG:
        for place, (comma, after) in enumerate(zip(commas, [*tokens[1:], *tokens[-1:]], strict=True), 1):
            if comma and after.text in _GOES_ON and names_enough(tokens[:place]):
                return place
    return len(tokens)


def _commas(tokens: Sequence[WordToken], quote: str) -> list[bool]:
    """Whether a comma stands behind each word in the quote, and not only behind the second half of it."""
    return [
        quote.startswith((",", '",', "',"), token.end_char) and after.start_char > token.start_char
        for token, after in zip(tokens, [*tokens[1:], *tokens[-1:]], strict=True)
    ]


def _contracted(match: re.Match[str]) -> str:
    return f"why {match[1].removesuffix('n')}n't"  # nobody asks "why can not the report"


def _plain_label(match: re.Match[str]) -> str:
    return _PLAIN_LABELS.get(match[1].lower(), "something")
