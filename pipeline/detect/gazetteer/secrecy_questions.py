"""Whether somebody only asks if something is secret ("that's not confidential, is it?"), and what the answer says.

Such a question makes a secret of what it points at, unless it is answered at once, in words of a closed list, that this
is none, and nobody takes that back. So does asking to pass something on, where the answer is no. Who says unasked that
something is no secret ("that's not confidential at all") makes none of it either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from pipeline.detect.text.tokens import Text
from pipeline.lexicon.cues import CuePlace, SpokenSentence
from pipeline.lexicon.plain import word_set

# Plain words: "it's" and "that's" may stand as "it" and "that", and "isn't" as "isnt".
_IT = (
    r"(?:it|this|that|its|thats|these|those|they|theyre|any of (?:it|this|that)|all of (?:it|this|that)"
    r"|(?:this|that) (?:part|bit|news|number|name))"
)
_IS = r"(?:is|are|was|were|isnt|arent|wasnt|werent)"
_ADVERB = r"(?:still|already|yet|now|really|actually|all|strictly|technically|officially|supposed to be|meant to be)"
_HIDDEN = (
    r"(?:confidential|(?:a )?secret|private|sensitive|internal(?: only)?|embargoed|classified|restricted"
    r"|(?:under|covered by) (?:an |the |our |your |any )?(?:nda|embargo|non disclosure(?: agreement)?|confidentiality)"
    r"|off the record|no secret)"
)
_OPEN = (
    r"(?:public(?: (?:knowledge|information))?|common knowledge|official|announced|published|on the record"
    r"|in the public domain|in the open)"
)
_LEAD = (
    r"(?:so|and|um|uh|er|sorry|wait|hang on|hold on|okay|ok|oh|hm|just (?:to check|checking)|quick question|question"
    r"|can i ask|may i ask|do you know (?:if|whether))"
)
_TAG = (
    r"(?:is it|isnt it|are they|arent they|was it|wasnt it|is that|right|correct|or|or is it|or not|or something"
    r"|or what|at all|i hope|i assume|i guess|i suppose|i take it|by the way|though|then|any ?more|yet|already|now)"
)


def _asks(state: str) -> str:
    """A question whether something is in a state, with a "not" or without."""
    subject = rf"(?:{_IS} {_IT}|{_IT}(?: {_IS})?)"
    return rf"(?:{_LEAD} )*(?P<head>{subject}(?: not)?(?: {_ADVERB})*(?: not)?) (?P<state>{state})(?: {_TAG})*"


_ASKS_IF_HIDDEN = re.compile(
    rf"{_asks(_HIDDEN)}|(?:{_LEAD} )*(?:is there an? nda (?:on|for|about|around|covering)"
    rf"|(?:does|do|would) (?:the|our|your|an|any) nda (?:cover|apply to)) {_IT}(?: {_TAG})*"
)
_ASKS_IF_OPEN = re.compile(_asks(_OPEN))
_SOME = r"(?: \w+){0,5}"
_ASKS_TO_TELL = re.compile(
    rf"(?:{_LEAD} )*(?:(?:can|may|could|should) (?:i|we)|is it (?:ok|okay|fine|alright) (?:if (?:i|we)|to)"
    rf"|(?:am i|are we) allowed to) (?:(?:mention|repeat|quote|pass|say|tell) {_IT}|tell{_SOME} about {_IT}){_SOME}"
)
_ASKS_WHO_KNOWS = re.compile(
    rf"(?:{_LEAD} )*(?:do|does) (?:(?:the|your|our|their|my) )?\w+(?: \w+)? know(?: (?:about|of))?(?: {_IT})?"
    rf"(?: {_TAG})*"
)
_DENYING = word_set("isnt arent wasnt werent not no")

_PUBLISHED = (
    r"(?:on (?:our|your|the|their|my) (?:public )?(?:website|web site|site|web page|homepage|blog|public roadmap"
    r"|public docs|release notes)"
    r"|on the (?:internet|web)|in the (?:release notes|press release|newspapers?|public docs))"
)
_TIME = r"(?:week|month|year|spring|summer|autumn|fall|winter)"
_SINCE = (
    rf"(?: (?:already|anyway|now|since (?:last {_TIME}|yesterday)|for (?:a|two|three|some|many|several) {_TIME}s?"
    rf"|for (?:ages|weeks|months|years)))*"
)
_IT_IS = rf"(?:{_IT}(?: (?:is|are|has been|have been))?(?: (?:already|all|really|fully|completely|now))*)"
_IT_IS_NOT = rf"(?:{_IT}(?: (?:is|are))? not|{_IT} (?:isnt|arent))"
_SAYS_OPEN = (
    rf"(?:{_IT_IS} (?:{_OPEN}|no secret|{_PUBLISHED}){_SINCE}"
    rf"|(?:{_IT_IS_NOT}|none of (?:it|this|that)(?: is)?|nothing(?: here)?(?: is)?|not) (?:an? )?{_HIDDEN}"
    rf"(?: at all| any ?more| in any way| about it| there)?|no secret(?: at all| there)?"
    rf"|(?:everybody|everyone|anybody|anyone) (?:knows|can know|may know|can see|can read|may read) {_IT}"
    rf"|we (?:have )?(?:already )?(?:announced|published) {_IT}(?: (?:last {_TIME}|yesterday|already"
    rf"|(?:ages|weeks|months|years|a {_TIME}|(?:two|three) {_TIME}s) ago))?"
    rf"|you (?:can|may) (?:tell|say|share|mention|repeat|quote|use|write) {_IT}(?: down)?"
    r" (?:anywhere|everywhere|(?:to|with) (?:anyone|anybody|everyone|everybody)))"
)
_NO = r"(?:no|nope|nah|oh no|not at all|of course not|certainly not|absolutely not)"
_YES = r"(?:yes|yeah|yep|oh yes|sure|of course|certainly|absolutely|definitely)"
_YES_IT_IS = rf"(?:(?:{_YES} )?{_IT} (?:is|are))"
_FILLER = r"(?:um|uh|er|oh|and|so|thats? (?:is )?fine|dont worry|no worries|no problem|thanks|thank you)"


def _told(*clauses: str) -> re.Pattern[str]:
    """Nothing but one of some clauses, or that something is no secret, and what one says with it."""
    clause = "|".join((*clauses, _SAYS_OPEN))
    return re.compile(rf"(?:{_FILLER} )*(?:{clause})(?: (?:{clause}|{_FILLER}))*")


class _Asked(Enum):
    """What a question asks for, or that it is none: with a "not" in it ("isn't it …?") a bare "yes" says nothing."""

    NOTHING = "nothing"
    HIDDEN = "whether it is secret"
    NOT_HIDDEN = "whether it is not secret"
    OPEN = "whether it is public"
    NOT_OPEN = "whether it is not public"
    TO_TELL = "whether it may be told"
    WHO_KNOWS = "whether somebody knows it"


_SAYS_NO_SECRET = {
    _Asked.NOTHING: _told(_NO, _YES),
    _Asked.HIDDEN: _told(_NO, rf"(?:{_NO} )?{_IT_IS_NOT}"),
    _Asked.NOT_HIDDEN: _told(_NO, rf"(?:{_NO} )?{_IT_IS_NOT}"),
    _Asked.OPEN: _told(_YES, _YES_IT_IS),
    _Asked.NOT_OPEN: _told(_YES_IT_IS),
}
_CONTRARY = {
    **dict.fromkeys((_Asked.HIDDEN, _Asked.NOT_HIDDEN), re.compile(rf"{_YES}(?: (?:{_YES}|{_FILLER}))*")),
    **dict.fromkeys((_Asked.OPEN, _Asked.NOT_OPEN), re.compile(rf"{_NO}(?: (?:{_NO}|{_FILLER}))*")),
}
_NOT_YET = (
    r"(?:not (?:just )?yet|(?:nobody|no one)(?: else)?(?: does| knows)?|(?:they|he|she|we) (?:dont|doesnt|do not"
    r"|does not)(?: know)?)"
)
_WAITS = (
    r"(?:(?:better|rather) not|(?:we|you) (?:are not|arent|may not|cant|cannot)|not allowed"
    r"|(?:id|i would|wed|we would) rather (?:not|you didnt|you did not)|dont|(?:under )?no circumstances"
    r"|not a (?:soul|word)|no way|lets not|(?:wait|hold off|hang on|hold on|keep (?:it|this|that)"
    r"|only (?:after|when|once)|not before|not until|not till)(?: \w+){0,6})"
)
_BETTER_NOT = rf"(?:{_NO}|{_NOT_YET}|{_WAITS})"
_POLITELY = r"(?:no|oh|um|uh|well|hm|actually|please|sorry|yet|for now|just now|im afraid|if possible)"
_FORBIDS = {
    _Asked.TO_TELL: re.compile(
        rf"(?:{_POLITELY} )*{_BETTER_NOT}(?: {_POLITELY})*"
        r"|(?:no|nope)(?! (?:problem|worries|issue|need))(?: \w+){1,8}"
    ),
    _Asked.WHO_KNOWS: re.compile(rf"(?:{_POLITELY} )*(?:{_NOT_YET}|{_WAITS})(?: {_POLITELY})*"),
}
_TAKES_BACK = word_set(
    """but although though except only unless until till actually well still however wait hang hold hm hmm sorry just
    not yet please yes yeah perhaps maybe or technically almost officially sure legal lawyer lawyers boss ask check
    confidential public secret nda announced official careful think thought believe better rather
    it its this that thats these those they them there here again otherwise opposite if when once whenever after before
    since because given provided long unless could would might may will wont ill well theyll soon later then next last
    till now today tonight tomorrow monday tuesday wednesday thursday friday saturday sunday january february march
    april june july august september october november december spring summer autumn fall winter week month year
    morning afternoon evening cant cannot dont doesnt didnt isnt arent wont wouldnt shouldnt never nothing nobody none
    without kidding joking joke jokes lied mistake wrong other 1 half part parts least unofficially internally inside
    internal among between intranet press release launch announce announcement announces embargo agreement contract
    signed sign paper quiet silent record recording recorded cut delete forget remember hopefully supposedly probably
    apparently almost far look mixed meant partners employees staff union council"""
)
"""Whoever takes an answer back, or says for whom or from when it holds, points at it, denies, names a time or a
condition: "No. The press release goes out in June." In plain words: "one" is "1"."""
_AGREES = word_set("okay ok good great right thanks thank you perfect alright lovely cool so fine nice and")
_POINTS_ON = word_set("this these")
_SHORT = 4  # words of a sentence that is a mere answer: "it is"
_LOOKED_AT = 2  # sentences behind an answer in which somebody may take it back; a mere "okay" is none
_MOST_WORDS = 40
_HESITATIONS = word_set("um umm uh er erm hm mhm mm oh")


def questions_of_secrecy(text: Text, parts: Sequence[SpokenSentence]) -> Iterator[CuePlace]:
    """The sentences that are nothing but the question whether something is secret, or may be told and is not to be."""
    for number, part in enumerate(parts):
        asked = _asked(text, part)
        if asked is _Asked.NOTHING:
            continue
        told_at = _following(text, parts, number) if asked in _FORBIDS else None
        told = "" if told_at is None else " ".join(_words(text, parts[told_at]))
        if asked not in _FORBIDS or _FORBIDS[asked].fullmatch(told):
            yield CuePlace(part.start, part.end, number)


def asks_back(text: Text, part: SpokenSentence) -> bool:
    """Whether a sentence asks of what was said before it, never of what comes: "is that public?", and not "is this …?".

    "That's confidential, right?" may be asked before it is told.
    """
    is_of_told = _asked(text, part) in (_Asked.NOT_HIDDEN, _Asked.OPEN, _Asked.NOT_OPEN)
    return is_of_told and _POINTS_ON.isdisjoint(_words(text, part))


def settled_questions(text: Text, parts: Sequence[SpokenSentence], secret: frozenset[int]) -> frozenset[int]:
    """The numbers of the sentences of which it is said, in them or in answer to them, that nothing there is secret.

    ``secret`` are those with a phrase of secrecy: near an answer any other keeps the question open.
    """
    open_ones: set[int] = set()
    for number in reversed(range(len(parts))):
        asked = _asked(text, parts[number])
        told_at = number if asked is _Asked.NOTHING else _following(text, parts, number)
        tells = _SAYS_NO_SECRET.get(asked)
        if tells is None or told_at is None or is_question(text, parts[told_at]):
            continue
        words = _words(text, parts[told_at])
        is_told = len(words) <= _MOST_WORDS and tells.fullmatch(" ".join(words)) is not None
        agreed = frozenset(each for each in open_ones if not _is_contrary(asked, _words(text, parts[each])))
        if is_told and not _is_taken_back(text, parts, told_at, secret, agreed):
            open_ones.add(number)
    return frozenset(open_ones)


def _asked(text: Text, part: SpokenSentence) -> _Asked:
    words = _words(text, part)
    if len(words) > _MOST_WORDS or not is_question(text, part):
        return _Asked.NOTHING
    line = " ".join(words)
    if asked := _ASKS_IF_HIDDEN.fullmatch(line):
        return _Asked.NOT_HIDDEN if _is_denied(asked) else _Asked.HIDDEN
    if asked := _ASKS_IF_OPEN.fullmatch(line):
        return _Asked.NOT_OPEN if _is_denied(asked) else _Asked.OPEN
    if _ASKS_TO_TELL.fullmatch(line):
        return _Asked.TO_TELL
    return _Asked.WHO_KNOWS if _ASKS_WHO_KNOWS.fullmatch(line) else _Asked.NOTHING


def _is_denied(asked: re.Match[str]) -> bool:
    """Whether a question has a "not" where it asks, and not only behind it: "that's public, isn't it?"."""
    return not _DENYING.isdisjoint(f"{asked['head']} {asked['state']}".split())


def _is_contrary(asked: _Asked, words: Sequence[str]) -> bool:
    """Whether a bare yes or no says the contrary of what an answer said before it: "Yes." and then "No."."""
    contrary = _CONTRARY.get(asked)
    return contrary is not None and contrary.fullmatch(" ".join(words)) is not None


def _is_taken_back(
    text: Text, parts: Sequence[SpokenSentence], number: int, secret: frozenset[int], open_ones: frozenset[int]
) -> bool:
    """Whether what is said behind a sentence may take it back, or speaks of secrecy once more."""
    looked_at = 0
    while looked_at < _LOOKED_AT:
        following = _following(text, parts, number)
        if following is None:
            return False
        words = [word for word in _words(text, parts[following]) if word not in _HESITATIONS]
        agrees = _AGREES.issuperset(words)
        may_deny = len(words) <= _SHORT and not agrees
        if following not in open_ones and (following in secret or may_deny or not _TAKES_BACK.isdisjoint(words)):
            return True
        number = following
        looked_at += not agrees
    return False


def _following(text: Text, parts: Sequence[SpokenSentence], number: int) -> int | None:
    """The next sentence that is more than a hesitation; None behind the last."""
    behind = range(number + 1, len(parts))
    return next((other for other in behind if not _HESITATIONS.issuperset(_words(text, parts[other]))), None)


def _words(text: Text, part: SpokenSentence) -> list[str]:
    return [token.plain for token in text.tokens[slice(*part)]]


def is_question(text: Text, part: SpokenSentence) -> bool:
    """Whether a sentence ends in a question mark."""
    following = text.tokens[part.end].start_char if part.end < len(text.tokens) else len(text.raw)
    return "?" in text.raw[text.tokens[part.end - 1].end_char : following]
