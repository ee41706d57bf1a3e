"""What asks for a feature by itself, whatever stands around it: votes, questions for plans, reported requests."""

from __future__ import annotations

from pipeline.tag.cues import Label, Weight, cue
from pipeline.tag.phrases import ADVERBS

_MAKE = r"(?:add|support|implement|offer|ship|introduce|bring|release)(?:ing)?\b"
"""What only who makes a product does to it."""
_THEM = r"(?:team|people|users|customers|developers|company|auditors?|clients|colleagues|guys|department|folks|admins)"
EXPLICIT_CUES = (
    cue(
        "explicit",
        Label.REQUEST,
        Weight.EXPLICIT,
        "asks to add something",
        r"(?:(?<![\s\S])1|plus one) (?:for|on|to)\b(?! (?:that|this|it|you)\b)",
        rf"(?:ask|asks|asked|asking|wonder|wonders|wondered|wondering|wants? to know) (?:(?:me|us|you) )?"
        rf"(?:if|whether|when) (?:you|they|it|there) {ADVERBS}"
        rf"(?:can|could|would|will|might|plan to|is) {ADVERBS}{_MAKE}",
        rf"(?:is|are) (?:you|they) (?:guys )?{ADVERBS}(?:planning|going|thinking|looking|hoping) "
        rf"(?:to|of|about|into|on) {_MAKE}",
        rf"hope (?:that )?(?:you|they) (?:guys |folks )?{ADVERBS}(?:will |can |could )?{ADVERBS}{_MAKE}",
        rf"(?:you|they) (?:guys|folks|all|people) (?:should|ought to|must|need to) {ADVERBS}{_MAKE}"
        r"(?! (?:each other|us|me|one another)\b)",
        r"(?:(?:my|our|one|only|main|biggest) (?:\w+ )?(?:request|ask|wish)(?: (?:from (?:our|my) side|we have|"
        r"i have))?|request from (?:our|my) side) (?:would be|is (?:that|to|for|a|an|some|more|better))\b",
        r"(?:we|i) (?:are|am) (?:really |still )?missing is\b",
        r"missing for (?:us|me) is\b",
        rf"(?:customers|users|clients|everyone|everybody|my boss|(?:our|my) (?:\w+ )?{_THEM}) {ADVERBS}"
        r"(?:(?:have|has|had|is|are) )?(?:ask|asks|asked|asking) (?:(?:me|us|you) )?for (?:a|an|better|more)\b"
        r"(?! (?:call|meeting|copy|receipt|refund|discount|break|minute|moment|favour|favor|help|time|details|"
        r"information)\b)",
        rf"(?:any|have|are there|is there a) plans? (?:to {_MAKE}|to (?:open source|have|allow|let|provide)\b)",
        r"is (?:\w+ ){1,6}?on (?:the|your) road ?map\b",
        rf"do (?:you|they) (?:guys )?{ADVERBS}plan to (?:add|support|implement|offer)\b",
        rf"any chance (?:that )?(?:you|they) (?:guys )?(?:can|could|will|would|might) {ADVERBS}{_MAKE}",
        r"please (?:raise|increase|extend|lift) (?:the|our|this) (?:\w+ ){0,3}(?:limit|quota|cap|maximum|timeout)\b",
        r"(?:i|we) (?:really |also |just )?want to (?:be (?:warned|notified|alerted) (?:before|when|if|as soon as)|"
        r"embed (?:the|our|my|a|an))\b",
        r"(?:until|unless) (?:you|they) (?:\w+ )?(?:add|support|implement|offer)\b",
        rf"(?:maybe|perhaps) (?:you|they) (?:guys )?(?:could|can|should|might) {ADVERBS}(?:{_MAKE}|let\b|allow\b)"
        r"(?! (?:me|us|him|her|it to|that to)\b)",
        r"(?:can|could) (?:you|they) (?:guys |please |maybe )?(?:add|support|implement) (?:that|it|this)(?: please)?"
        r"(?: \?)?(?![\s\S])",
        r"(?:can|could) (?:the|that|this|our) \w+(?: \w+)? be (?:raised|increased|extended|configurable|made "
        r"configurable|lowered)\b",
        r"(?:keep|keeps|kept) asking (?:(?:me|us|you) )?for\b(?! (?:my|your|his|her|help)\b)",
        r"(?:we|i|they) could really use\b(?! (?:some|a|your|the) (?:help|hand|break|coffee|advice)\b)",
        r"(?:number one|first|top|high|highest) (?:thing )?on (?:our|my) (?:wish )?list\b",
        r"(?<!\bhe )(?<!she )(?<!body )(?<!one )(?:has|have|had|does|supports|offers|lets|shows|allows) (?:\w+ ){1,5}?"
        r"why (?:do|does|can) not "
        r"(?:you|yours|this|it)(?: [?!])?(?![\s\S])",
        r"without \w+(?: \w+){0,3} (?:we|i|they) (?:can|will) not (?:go live|buy|renew|sign|upgrade|roll|adopt|"
        r"switch|migrate)\b",
    ),
)
