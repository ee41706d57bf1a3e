"""What opens a request, after which it says what is asked for: a thing, something to do, or a whole clause."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

ADVERBS = (
    r"(?:(?:really|just|also|still|even|actually|simply|only|definitely|probably|maybe|totally|absolutely|always|"
    r"please|guys|ever|somehow|so|very|super|pretty|a lot|a bit|too|all|kind of|sort of|desperately|already|"
    r"currently) )*"
)
FINE = (
    r"(?:nice|great|cool|awesome|amazing|useful|helpful|handy|lovely|good|better|ideal|wonderful|sweet|neat|fantastic|"
    r"interesting|perfect|convenient|excellent)"
)
_WHO = (
    r"(?:i|we|you|they|people|users|one|(?:my|our) (?:\w+ )?(?:team|users|customers|people|developers|auditors?|"
    r"colleagues))"
)
_WAY = r"(?:way|option|ability|possibility|button|setting|command|chance|shortcut|method|feature|tool)"
GOOD = rf"(?:would|will|could|might) {ADVERBS}(?:be {ADVERBS}{FINE}|help(?: us| me)?(?: a lot)?)"
_ADD = (
    r"(?:add|support|expose|implement|build|include|ship|provide|give us|give me|offer|create|bring back|introduce|"
    r"publish|release|have|get|consider|allow)"
)


class AskForm(Enum):
    """What stands after a cue: a thing, something to do, a whole clause that is so, or one that is wished for."""

    THING = "thing"
    ACTION = "action"
    CLAUSE = "clause"
    WISH = "wish"


class Opening(NamedTuple):
    """The words after which it is said what is asked for, and in which form."""

    form: AskForm
    pattern: re.Pattern[str]


def _opening(form: AskForm, *patterns: str) -> Opening:
    return Opening(form, re.compile("|".join(rf"(?<!\S)(?:{pattern}) " for pattern in patterns)))


_TO = r"to(?! (?:the|a|an|my|our|your|this|that|these|each|every|it|them|us|me)\b)"
# The first that fits has the say; within it the first place in the sentence.
_LABEL = (
    r"(?<![\s\S])(?:\[(?:feature )?(?:request|idea)\]|(?:(?:feature|small|quick|my|an|one) )?"
    r"(?:idea|suggestion|proposal|request|enhancement|feedback|wish))"
)
"""What somebody writes in front of a request: "Suggestion: make the sidebar collapsible"."""
_VERB = r"(?:let|make|add|allow|support|show|have|give|put|hide|use|keep|remember|offer|provide|include|sort)"
OPENINGS = (
    _opening(
        AskForm.ACTION,
        rf"{_LABEL}(?= {_VERB} )",
        rf"(?:please|you|{_LABEL})(?= bring back )",
        r"(?:got to|has to|have to|must|should) be (?:a|an|some) (?:better |easier |simpler )?way to",
        rf"(?:{_WHO} )?{ADVERBS}(?:need|want|love|like|prefer)s? to be able to",
        rf"(?:no|any|a|an|the|some|another|easy|simple|good|better) (?:\w+ )?{_WAY}s?(?: for (?:\w+ )?\w+)? {_TO}",
        rf"(?:a|an|any|some|no) (?:\w+ )?{_WAY} (?:that|where|so that) (?:i|we|you|people|users) can",
        r"(?:is|be|if|was) (?:it )?(?:not )?possible to",
        r"(?:able|possible) to",
    ),
    _opening(
        AskForm.THING,
        rf"{_LABEL}(?= (?:a|an|the|more|better) )",
        r"missing(?: for (?:us|me))? is",
        r"(?<![\s\S])(?:sorely|still|badly) missing",
        r"on (?:your|the) (?:radar|horizon|agenda|backlog)(?: at all| yet| somewhere)? to (?:have|add|support|offer)",
        r"have a story for",
        r"any (?:appetite|interest|hope|chance|possibility|thoughts)(?: on your (?:end|side))? (?:for|of|in|on)"
        r"(?: (?:adding|offering|getting))?",
        r"see (?:yourselves|yourself) (?:offering|adding|supporting|building|doing)",
        rf"when (?:are|will) you {ADVERBS}(?:going to |planning to )?{_ADD}",
        r"asking for (?:\w+ )?(?:forever|years|ages|(?:a )?long time) is",
        r"(?:for|to) (?:us|me) the (?:\w+ )?(?:one|thing|ask|gap) is",
        r"pay (?:\w+ ){0,2}for",
        r"would (?:\w+ )?kill for",
        r"(?:i|we|they) could really use",
        r"thought (?:about|of) (?:adding|offering|supporting|building|having)",
        rf"any chance (?:that )?(?:you|they) (?:can|could|will|would|might) {ADVERBS}{_ADD}",
        rf"(?:there|it) {ADVERBS}(?:should|must|ought to|has to|needs to) be(?= (?:a|an|some) )",
        rf"{GOOD} if there (?:was|were)",
        rf"{GOOD} to (?:have|get|see)",
        r"(?:wish|wished)(?: that)? there (?:was|were)",
        r"(?:i|we|they|everybody|people) would (?:\w+ ){1,6}?if (?:there (?:was|were)|(?:you|it|we) had)",
        r"(?:my|our) (?:\w+ ){0,2}(?:ask|request|wish) (?:is|would be)(?! to | for | that )",
        r"(?:feature|thing) (?:that )?(?:i|we) (?:\w+ ){1,4}?is",
        r"what (?:i|we) (?:really )?(?:am|are|need|want|miss|lack)(?: \w+){0,2}? is",
        r"what would (?:\w+ ){1,2}?is",
        r"plus one (?:from (?:me|us) )?(?:for|on)",
    ),
    _opening(
        AskForm.WISH,
        rf"{GOOD} if",
        rf"would {ADVERBS}(?:love|like|appreciate) it if",
        rf"would {ADVERBS}be {ADVERBS}(?:lot )?(?:happy|happier|easier|better off|glad) if",
        r"(?:i|we|they|everybody|people) would (?:\w+ ){1,6}?if(?= (?:it|the|your) )",
        rf"would {ADVERBS}(?:help|help us|help me|save us time|make sense)(?: a lot)? if",
        r"(?:wish|wishes) that",
        r"(?:wish|wishes)(?! that| list)",
        r"if only",
    ),
    _opening(
        AskForm.CLAUSE,
        r"(?:did|do|had|have|was|were) not (?:even )?(?:know|known|realize|realized|notice|noticed|aware)(?: that)?",
        r"never (?:knew|known|noticed|realized)(?: that)?",
        r"(?:no idea|not aware|unaware)(?: that)?",
        r"(?:found out|discovered|learned|noticed|realized|turns out)(?: that)?",
    ),
    _opening(
        AskForm.ACTION,
        rf"{GOOD} to",
        r"makes? (?:\w+ )?sense to",
        r"why (?:can|could) (?:not )?(?:i|we|you|one|users|people)(?: (?:not|just|simply|even))*",
        rf"(?:please |can you |could you )?{ADVERBS}let (?:us|me|people|users|you|everyone)",
    ),
    _opening(
        AskForm.THING,
        rf"(?:can|could|will|would) (?:you|we|they|somebody) {ADVERBS}{_ADD}",
        rf"please {ADVERBS}{_ADD}",
        rf"(?:would|will) {ADVERBS}(?:help|love|like|prefer|want) (?:(?:us|me|it) )?(?:to )?(?:have|get|see)",
        rf"(?:would|will) {ADVERBS}(?:help|love|like|prefer|want)(?= (?:a|an|some) )",
        rf"(?:you|they|guys) should {ADVERBS}{_ADD}",
        r"(?:there|it|you|they) (?:is|are|has|have) no",
        r"(?:plans?|planning|plan) (?:to (?:add|support|offer)|for)",
        r"(?:support|ask|asking|looking|hoping|waiting|request|requests) for",
        rf"{_WHO} (?:would|will) {ADVERBS}need(?! to )",
        r"(?:is|are) there(?: already)?",
        r"(?:do|does) (?:you|it|they) (?:already )?(?:have|support|offer)",
        rf"(?:i|we|you|they|it|legal|security) {ADVERBS}(?:requires?|lacks?|misses|miss|insist on)",
        r"(?:is|are|am) missing",
    ),
    _opening(
        AskForm.ACTION,
        rf"{_WHO} {ADVERBS}(?:must|need to|want to|would {ADVERBS}(?:like|love) to)(?! have)",
        r"(?:can|could|will|would) (?:i|we|one|you|they)(?: (?:guys|folks|please|maybe|also|just|somehow))*",
        r"(?:i|we|you|people|users) can not(?: (?:even|just|really))?",
        r"how (?:can|do|could|would) (?:i|we|you|one)",
        r"(?:trying|try) to",
        r"please",
    ),
    _opening(
        AskForm.THING,
        rf"{_WHO} {ADVERBS}(?:must have|need|want|would like|would love|would rather have|would prefer)",
    ),
)
