"""The registry of detection rules: the name under which each is stored, and what every stage has to know of it.

Whoever asks something of a rule asks its ``spec``: no other module keeps a list of rules. A new rule is a member here,
a case in ``_spec`` (mypy refuses a member without one) and a row in docs/detection.md (a test compares them).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import assert_never


class Rank(IntEnum):
    """Of two findings of which one covers the other, that of the higher rank stays; of one rank the longer."""

    STATEMENT = 0
    """A whole sentence: never in place of what is found in it, so that who keeps the sentence still redacts that."""
    STRANGER = 1
    """A guess at somebody whom nobody listed."""
    RESEMBLANCE = 2
    """Words that resemble a known name, or stand where it would."""
    DIGITS = 3
    """Grouped digits of no certain kind."""
    FORMAT = 4
    """The format of an identifier, mostly with a checksum."""
    KNOWN_ADDRESS = 5
    """Above the same address by its format alone, below a name within it: who keeps the address still redacts that."""
    LISTED = 6
    """What somebody wrote down beforehand: never dropped for a guess, so that who keeps the guess still redacts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """What is known of one rule.

    ``listed``: what it finds was known by name beforehand, so that the allow list does not free it, and it is found
    over a border of turns or captions whatever the pause. ``across_borders``: it is looked for there at all.
    ``plannable``: the text that it finds is the name itself, which may appear nowhere in the output; otherwise the
    text is taken out where it was found alone, as elsewhere it may be an ordinary word. ``on_ocr`` and ``on_code``: it
    holds in text that was read in a picture, and in source code. ``teaches``: a reviewer who redacts a single proposal
    of it confirms a form that is found from then on. ``identifies``: how similar, from 0 to 1, what it finds must be to
    the known name to be called that; None where it never is: then it is somebody unknown. ``right``: the share of its
    findings that touch what is marked on the sets of ``make bench-detect``; None where no set marks what it finds.
    """

    rank: Rank
    listed: bool = False
    across_borders: bool = False
    plannable: bool = False
    on_ocr: bool = False
    on_code: bool = False
    teaches: bool = False
    identifies: float | None = 0.0
    right: float | None = None


class DetectionRule(StrEnum):
    """Every way to find a mention. The values are stored with findings and plans: they never change."""

    KNOWN_NAME = "known name"
    KNOWN_COMPANY = "known company"
    KNOWN_ADDRESS = "known address"
    NICKNAME = "nickname"
    HEARD_BEFORE = "heard before"
    KNOWN_ELSEWHERE = "known elsewhere"
    TERM_LIST = "term list"
    TERM_PATTERN = "term pattern"
    SOUNDS_LIKE = "sounds like"
    PLACE_OF_A_NAME = "place of a name"
    BESIDE_A_NAME = "beside a name"
    SOUND_SEARCH = "sound search"
    ALSO_HEARD = "also heard"
    DOUBTFUL_WORD = "doubtful word"
    SPOKEN_ADDRESS = "spoken address"
    SPOKEN_NUMBER = "spoken number"
    SPELLED_OUT = "spelled out"
    WRITTEN_IDENTIFIER = "written identifier"
    WRITTEN_NUMBER = "written number"
    WRITTEN_ADDRESS = "written address"
    WRITTEN_REFERENCE = "written reference"
    POSTAL_ADDRESS = "postal address"
    DATE_OF_BIRTH = "date of birth"
    STATED_PRICE = "stated price"
    KEY_OR_TOKEN = "key or token"
    POSITION = "position"
    NAME_MODEL = "name model"
    SECOND_NAME_MODEL = "second name model"
    SAID_TO_BE_SECRET = "said to be secret"
    NAMED_AS_SECRET = "named as secret"
    FOUND_AGAIN = "found again"
    HEARD_OFTEN = "heard often"
    SPACY_MODEL = "spaCy model"
    TEXT_IN_PICTURE = "text in the picture"
    FACE_IN_PICTURE = "face in the picture"
    REPORTED_SPEECH = "reported speech"
    HEARD_AGAIN = "heard again"
    REVIEWER = "marked by a reviewer"

    @property
    def spec(self) -> RuleSpec:
        """What is known of this rule."""
        return _SPECS[self]


# "Further places" below are those that a plan takes out beyond the findings: the text of a finding, as whole tokens
# that may be split or joined otherwise, anywhere else in the same call. They were counted in the 22 calls of earnings21
# as two recognisers wrote them, with their participants and company known, and for strangers also as typed by hand.

# Names and terms as somebody wrote them down hold in every text.
_LISTED = RuleSpec(rank=Rank.LISTED, listed=True, across_borders=True, plannable=True, on_ocr=True, on_code=True)
# Pet forms, and misspellings that reviewers confirmed, are found as whole words wherever they stand. Of the further
# places of nicknames 1 in 3 was right ("and I" for Andi), of those of misspellings 10 in 61.
_LISTED_FORM = replace(_LISTED, plannable=False)
# An identifier is one wherever it stands.
_WRITTEN = RuleSpec(rank=Rank.FORMAT, across_borders=True, plannable=True, on_ocr=True, on_code=True)
# As it is said aloud. Source code has single letters, digits and "dot" on any line: 271 findings in 800 snippets of 30
# lines of Python, none of them right.
_SPOKEN = replace(_WRITTEN, on_ocr=False, on_code=False)
# Whose name it is was counted by similarity in the same calls, also typed by hand. "Sounds like" was right of the
# person in 365 of 397 from 0.9 on and in 55 of 193 below, of the company in 93 of 128 and in 27 of 50; "place of a
# name" of the person in 85 of 101 from 0.75 on and in 22 of 112 below, of the company in 26 of 45 and in 26 of 75;
# "heard often" of the company in 32 of 154 at no matter what similarity. Of what the search heard, by the words there,
# 54 of 55 right ones are called so from 0.65 on, 2 of 14 false ones: written sets, made voices, 149 s of read speech.
# What was heard instead of a known name is mostly an ordinary word. Right were of the further places of "place of a
# name" 33 in 81, of "sounds like" 10 in 61, of "heard often" 0 in 2.
_MISHEARD = RuleSpec(rank=Rank.RESEMBLANCE)
# A listener beside the transcript hears the known name itself, whose spellings are planned anyway; the text of what the
# search of the sound heard is what the words say there.
_LISTENER = RuleSpec(rank=Rank.RESEMBLANCE, identifies=0.65)
# A stranger's name is the name itself, in comments of code too. Right were of the further places of the name model 543
# in 899, of "found again" 14 in 16.
_STRANGER = RuleSpec(rank=Rank.STRANGER, plannable=True, on_code=True)


def _spec(rule: DetectionRule) -> RuleSpec:
    match rule:
        case DetectionRule.KNOWN_NAME:
            return replace(_LISTED, right=0.97)
        case DetectionRule.KNOWN_COMPANY:
            return replace(_LISTED, right=0.96)
        case DetectionRule.KNOWN_ELSEWHERE:  # the allow list frees it: nobody listed it as a secret
            return replace(_LISTED, listed=False)
        case DetectionRule.TERM_LIST | DetectionRule.TERM_PATTERN | DetectionRule.REVIEWER:
            return _LISTED
        case DetectionRule.KNOWN_ADDRESS:
            return replace(_LISTED, rank=Rank.KNOWN_ADDRESS)
        case DetectionRule.NICKNAME:
            return replace(_LISTED_FORM, right=0.86)
        case DetectionRule.HEARD_BEFORE:
            return replace(_LISTED_FORM, teaches=True, identifies=0.9)
        case DetectionRule.SOUNDS_LIKE:
            return replace(_MISHEARD, teaches=True, identifies=0.9, right=0.87)
        case DetectionRule.PLACE_OF_A_NAME:
            return replace(_MISHEARD, identifies=0.75, right=0.87)
        case DetectionRule.BESIDE_A_NAME:
            return replace(_MISHEARD, right=1.0)
        case DetectionRule.HEARD_OFTEN:
            return replace(_MISHEARD, rank=Rank.STRANGER, identifies=None, right=0.5)
        case DetectionRule.SOUND_SEARCH | DetectionRule.ALSO_HEARD | DetectionRule.HEARD_AGAIN:
            return _LISTENER
        case DetectionRule.SPOKEN_ADDRESS | DetectionRule.SPOKEN_NUMBER:
            return replace(_SPOKEN, right=0.88 if rule is DetectionRule.SPOKEN_ADDRESS else 1.0)
        case DetectionRule.SPELLED_OUT:
            return replace(_SPOKEN, plannable=False, right=0.33)  # further places: 5 in 13 ("p p e")
        case DetectionRule.WRITTEN_IDENTIFIER:
            return replace(_WRITTEN, right=1.0)
        case DetectionRule.WRITTEN_NUMBER:
            return replace(_WRITTEN, rank=Rank.DIGITS, right=1.0)
        case DetectionRule.WRITTEN_ADDRESS:
            return replace(_WRITTEN, right=0.98)
        case DetectionRule.WRITTEN_REFERENCE | DetectionRule.KEY_OR_TOKEN | DetectionRule.POSTAL_ADDRESS:
            return _WRITTEN
        case DetectionRule.DATE_OF_BIRTH:  # elsewhere the same words may be any date
            return replace(_WRITTEN, plannable=False)
        case DetectionRule.POSITION:  # further places: 28 in 116 ("ladies", "best")
            return replace(_STRANGER, plannable=False, on_code=False, right=0.68)
        case DetectionRule.NAME_MODEL:
            return replace(_STRANGER, right=0.8)
        case DetectionRule.FOUND_AGAIN:
            return replace(_STRANGER, right=0.51)
        case DetectionRule.SAID_TO_BE_SECRET:  # a sentence, which says the same elsewhere in other words
            return RuleSpec(rank=Rank.STATEMENT)
        case DetectionRule.NAMED_AS_SECRET:
            return replace(_STRANGER, on_code=False)
        case DetectionRule.SECOND_NAME_MODEL:  # further places: 24 in 28, where participants are known
            return replace(_STRANGER, on_code=False, right=0.65)
        case DetectionRule.DOUBTFUL_WORD | DetectionRule.SPACY_MODEL:  # of the latter 144 in 678, 701 of 800 snippets
            return replace(_STRANGER, plannable=False, on_code=False)
        case DetectionRule.TEXT_IN_PICTURE:  # as the reader read it, mistakes and all
            return replace(_MISHEARD, on_ocr=True)
        case DetectionRule.FACE_IN_PICTURE | DetectionRule.REPORTED_SPEECH | DetectionRule.STATED_PRICE:  # no name
            return replace(_MISHEARD, rank=Rank.STRANGER)
        case _:
            assert_never(rule)


_SPECS = MappingProxyType({rule: _spec(rule) for rule in DetectionRule})
