"""Finds people and companies that nobody listed by whose they are: "my manager …", "our vendor …", "we came from …".

The cue alone says that a name may follow; what follows must be a coined word, or have a capital and be no usual word.
Where it is neither, as a recogniser writes a foreign name in English words, it must stand between a role and a verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.detect.text.tokens import Match, Recognizer, Text, Token
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.coined import TECHNOLOGIES, is_coined
from pipeline.lexicon.nicknames import is_given_name
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.unlisted_cues import cue_words
from pipeline.records import DetectionRule

_SCORE = 0.7  # as other places of a name
_MOST_WORDS, _MOST_MISHEARD, _LEAST_MISHEARD = 3, 4, 2
_WHOSE = r"(?:my|our|his|her|their|your)"
_ROLE = (
    r"(?:manager|boss|colleague|coworker|teammate|lead|team lead|team leader|director|cto|ceo|cfo|cio|ciso|vp|founder|"
    r"cofounder|owner|product owner|project lead|product manager|project manager|assistant|deputy|predecessor|"
    r"successor|architect|admin|administrator|developer|engineer|analyst|lawyer|accountant|intern|partner|contact|"
    r"friend|wife|husband|brother|sister|son|daughter|father|mother|consultant|auditor|trainer|designer|tester|buyer|"
    r"supervisor|chief)"
)
_FIRM = (
    r"(?:vendor|competitor|rival|supplier|reseller|distributor|provider|agency|lender|bank|landlord|insurer|auditors?|"
    r"consultants?|consultancy|contractors?|client|customer|investor|sponsor|subsidiary|neighbou?r|integrator|host|"
    r"carrier|broker|partner|manufacturer|publisher|retailer|lawyer|accountant)s?"
)
_PERSON_CUES = re.compile(
    rf"\b(?:{_WHOSE} (?:\w+ )?{_ROLE}(?: is| was)?(?: called| named)?|"
    r"(?:is|was|are|person|man|woman|guy|lady) (?:called|named)|"
    r"(?:ask|asked|tell|told|email|mail|phone|call|contact|thank|meet|met|remember|reach)|"
    r"reached? (?:him |her |me |us |them )?(?:under|at)|used to be|now it is|now its|"
    r"(?:send|sent|forward|give|hand|show|mail) (?:it|this|that|them|me|us|those|these|everything) to|it was|"
    r"by the name of) "
)
_MISHEARD_CUE = re.compile(rf"{_WHOSE} (?:\w+ )?{_ROLE} ")
_COMPANY_CUES = re.compile(
    rf"\b(?:(?:{_WHOSE} |the |an? )(?:\w+ ){{0,2}}?{_FIRM}(?: is| was)?(?: at| from| called| named| like)?|"
    r"(?:migrat\w+|mov(?:e|ed|ing)|switch\w*|com(?:e|es|ing)|came|chang(?:e|ed|ing)) (?:away |over |here )?from|"
    r"(?:we|they|i|she|he) (?:have |has |had )?"
    r"(?:left|used|use|replaced|dropped|bought|acquired|tried|hired|paid|joined|sued|visited)|"
    r"(?:moved|went|switched|changed|sold|belongs|belong) to|(?:bought|acquired|owned|run|made|taken over) by|"
    r"(?:still|before) (?:use|uses|used|using|on|with)|together with|instead of|works? for|engineers? (?:at|from)|"
    r"contractors? from|team (?:at|from)|people (?:at|from)) "
)
# Those behind which a person is named whatever was heard: in sets that nobody looked at, unsure words behind the others
# ("ask", "tell", "it was") were talk for four seconds and names for one.
_SURE_CUES = re.compile(
    rf"\b(?:{_WHOSE} (?:\w+ )?{_ROLE}(?: is| was)?(?: called| named)?|(?:person|man|woman|guy|lady) (?:called|named)|"
    r"by the name of|reached (?:him |her |me |us |them )?(?:under|at)|used to be|now it is|now its) "
)
_OWN_PRODUCT_CUES = re.compile(
    r"\b(?:(?:our|my|own|internal|homegrown|built|wrote|made) (?:\w+ ){0,4}?"
    r"(?:tool|dashboard|script|service|library|app|bot|portal|platform|system|database|prototype|product|project)s? "
    r"(?:is |was |we )?(?:call |called |named )(?:it )?|"
    r"(?:codename|code name|working title|working name)(?: for it| of it)?(?: is| was)? ) *"
)
_CUES = (("PERSON", _PERSON_CUES), ("COMPANY", _COMPANY_CUES), ("PRODUCT", _OWN_PRODUCT_CUES))
_LAST_WORDS = cue_words("companies", "last_words")
_SAYS = word_set(
    """asked asks said says told tells thinks thought wants wanted found wrote writes would will can could needs needed
    has"""
)
_DOES = word_set(
    "asked says said told thinks thought wanted found wrote picked called mentioned knows suggested noticed"
)
_ADVERBS = word_set(
    """always never also just only already often once sometimes later recently finally usually currently still even
    ever kind sort almost yesterday today somehow maybe perhaps first last then there who which whom whose of in at on
    with"""
)
_TITLES = word_set(
    """mr mrs ms dr sir officer executive president chairman chair head manager director engineer team group partner
    partners lead counsel secretary treasurer analyst operator"""
)
_OF_A_GROUP = word_set("our my their his her the")
_IS_OF_SOFTWARE = word_set("the this that each every your its these those no any")
_PAUSE = frozenset(".?!,;:\n")


class _Line(NamedTuple):
    """A text's plain words in one string, and the number of the word that begins at a character."""

    joined: str
    first_at: dict[int, int]


def relation_recognizer() -> Recognizer:
    """For the names behind who or what they are to somebody."""

    def recognize(text: Text) -> list[Match]:
        line = _line(text)
        found: dict[tuple[int, int], Match] = {}
        for label, cues in _CUES:
            for cue in cues.finditer(line.joined):
                first = line.first_at.get(cue.end())
                last = None if first is None else _name_end(text, first, cue.group(), label)
                if first is not None and last is not None:
                    found.setdefault((first, last), _match(text, first, last, label))
        for first, last in _subjects(text):
            found.setdefault((first, last), _match(text, first, last, "PERSON"))
        for first, last in _firms(text):
            found.setdefault((first, last), _match(text, first, last, "COMPANY"))
        return list(found.values())

    return recognize


def name_cues(said: Sequence[tuple[tuple[str, ...], bool]]) -> Iterator[tuple[str, int]]:
    """Where in words that were heard a name of which kind may begin: the label, and the number of the word.

    Each is given as its plain words and whether it ends a sentence, behind which no cue goes on.
    """
    first_at: dict[int, int] = {}
    joined = ""
    for number, (words, ends) in enumerate(said):
        first_at[len(joined)] = number
        joined += " ".join(words) + (" . " if ends else " ")
    for label, cues in (("PERSON", _SURE_CUES), ("COMPANY", _COMPANY_CUES), ("PRODUCT", _OWN_PRODUCT_CUES)):
        for cue in cues.finditer(joined):
            if (first := first_at.get(cue.end())) is not None:
                yield label, first


def _line(text: Text) -> _Line:
    first_at, place = {}, 0
    for index, token in enumerate(text.tokens):
        first_at[place] = index
        place += len(token.plain) + 1
    return _Line(" ".join(token.plain for token in text.tokens), first_at)


def _subjects(text: Text) -> Iterator[tuple[int, int]]:
    """The coined words that do what people do, or are of somebody's group: "Gors wanted to", "Ngozi from our team"."""
    words = [token.plain for token in text.tokens] if text.cased else []
    for index, word in enumerate(words[:-1]):
        before, after, beyond = (
            "".join(words[index - 1 : index]),
            words[index + 1],
            "".join(words[index + 2 : index + 3]),
        )
        if not _has_capital(text, text.tokens[index]):
            continue
        does = after in _DOES or (after == "from" and beyond in _OF_A_GROUP) or (after == "will" and beyond == "be")
        if does and before not in _IS_OF_SOFTWARE and is_coined(word) and _breath_goes_on(text, index):
            yield index, index


def _firms(text: Text) -> Iterator[tuple[int, int]]:
    """The coined words with a capital before what companies are called by last: "Calder Hosting", "Redmoor Systems"."""
    for last, token in enumerate(text.tokens):
        if token.plain not in _LAST_WORDS or not _has_capital(text, token):
            continue
        first = last
        while first and last - first < _MOST_WORDS and _is_name(text, first - 1) and _breath_goes_on(text, first - 1):
            first -= 1
        if any(is_coined(token.plain) for token in text.tokens[first:last]):
            yield first, last


def _breath_goes_on(text: Text, index: int) -> bool:
    """Whether nothing but a space stands behind a word."""
    return text.raw[text.tokens[index].end_char : text.tokens[index + 1].start_char].isspace()


def _name_end(text: Text, first: int, cue: str, label: str) -> int | None:
    """The last word of the name that begins with the word ``first``; None where none does."""
    last = first - 1
    for index in _same_breath(text, first, _MOST_WORDS):
        if not _is_name(text, index):
            break
        last = index
    if last >= first and ((label == "PRODUCT" and text.cased) or _says_who(text, first, last)):
        return last
    return _misheard_end(text, first) if label == "PERSON" and _MISHEARD_CUE.fullmatch(cue) else None


def _same_breath(text: Text, first: int, most: int) -> Iterator[int]:
    """The words from ``first`` on up to a pause, ``most`` at most."""
    for index in range(first, min(first + most, len(text.tokens))):
        if index and not _PAUSE.isdisjoint(text.raw[text.tokens[index - 1].end_char : text.tokens[index].start_char]):
            return
        yield index


def _is_name(text: Text, index: int) -> bool:
    """Whether a word may be of a name: coined, or with a capital that no English word has here."""
    token = text.tokens[index]
    letters = token.plain.rstrip("0123456789")
    if not letters or letters in FUNCTION_WORDS or letters in TECHNOLOGIES or token.plain in TECHNOLOGIES:
        return False
    return _has_capital(text, token) if text.cased else is_coined(token.plain)


def _says_who(text: Text, first: int, last: int) -> bool:
    """Whether a word is no title or common noun with a capital: coined, or a given name."""
    words = [token.plain for token in text.tokens[first : last + 1]]
    return any(is_coined(word) or is_given_name(word) for word in words) and _TITLES.isdisjoint(words)


def _has_capital(text: Text, token: Token) -> bool:
    """Whether a word has a capital; one of capitals alone is an abbreviation."""
    word = text.raw[token.start_char : token.end_char]
    return text.cased and word[:1].isupper() and not word.isupper()


def _misheard_end(text: Text, first: int) -> int | None:
    """The last of two to four words between a role and what somebody in it does: "my manager feel new olive asked"."""
    for index in _same_breath(text, first, _MOST_MISHEARD + 1):
        word = text.tokens[index].plain
        if word in _SAYS:
            return index - 1 if index - first >= _LEAST_MISHEARD else None
        is_talk = (word in FUNCTION_WORDS and word != "i") or word in _ADVERBS or word.endswith("ly")
        if is_talk or word in _TITLES:
            return None
    return None


def _match(text: Text, first: int, last: int, label: str) -> Match:
    name = text.raw[text.tokens[first].start_char : text.tokens[last].end_char]
    entity = f"{label.lower()}:~{' '.join(words_of(name))}"
    return text.match(first, last, label=label, entity=entity, rule=DetectionRule.POSITION, score=_SCORE)
