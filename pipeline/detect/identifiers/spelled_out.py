"""Finds words that were spelled out: letter by letter ("h a l c y o n"), or by words ("h for hotel, a for alfa")."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from pipeline.detect.text.token_classes import classify
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

# Five letters and more, or behind "spelled": in the set made for it 94 of 94 are found. Three or four are mostly an
# abbreviation that is not in the list below: 27 of 84 were right.
_SURE, _SHORT = 0.9, 0.3
_RUN = re.compile(r"[lo](?:[lo\-]|x(?=[lo])|d(?=[lod]))+[lod]")
_CUES = word_set("spelled spelt spell spells spelling letters")
_ACRONYMS = word_set(
    """api apis sdk aws gcp sql cli url dns ssl tls tcp udp http html css xml csv pdf usb cpu gpu ram ssd vpn sso mfa
    llm gpt ceo cto cfo coo kpi sla slo usa usd fda sec ipo etf gdp roi ebitda faq eta asap rpc jwt ide aka fyi ios
    npm git ftp ssh iot crm erp eps bbc nbc cbs nyc mit phd mba hr ui ux qa abc xyz rfid lng ifrs oem cpg nda rfp rfi
    sku ltv cac arr mrr npv irr ebit mri pcr dna rna hiv led lcd dvd suv hvac atm pos kyc aml gdpr saas paas faqs"""
)
SPELLING_ALPHABET = word_set(
    """alfa alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa
    quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"""
)
"""The words of the international spelling alphabet, each for the letter that it begins with."""
_LETTER = re.compile(
    r"\b([^\W\d_])\W{1,3}(?:as\W{1,3}in|is\W{1,3}for|for|like|as|wie|comme|como)\W{1,3}(?=\1)[^\W\d_]{2,}"
    rf"|\b(?:{'|'.join(sorted(SPELLING_ALPHABET))})\b",
    re.IGNORECASE,
)
"""One letter by a word that begins with it, in any spelling alphabet, or a word of the international one alone."""
_DIGIT = r"\d{1,6}|oh|zero|one|two|three|four|five|six|seven|eight|nine|dash|hyphen|double|triple"
_BETWEEN = re.compile(rf"\W*(?:(?:and|then|und|et|y|uh|um|capital|[^\W\d_]|{_DIGIT})\W+)*", re.IGNORECASE)
_LEAST_LETTERS = 3
_STATUS_CODE = len("a404")


def spelling_alphabet_recognizer() -> Recognizer:
    """For runs of at least three letters that are said by words; further letters and digits may stand between them."""

    def recognize(text: Text) -> list[Match]:
        starts = [token.start_char for token in text.tokens]
        return [
            text.match(
                bisect_right(starts, run[0].start()) - 1,
                bisect_right(starts, run[-1].end() - 1) - 1,
                label="OTHER",
                entity=f"spelled:{''.join(each.group()[0] for each in run).casefold()}",
                rule=DetectionRule.SPELLED_OUT,
                score=_SURE,
            )
            for run in _runs(text.raw)
            if len(run) >= _LEAST_LETTERS
        ]

    return recognize


def _runs(raw: str) -> Iterator[list[re.Match[str]]]:
    """What is said of letters, by runs in which nothing else is said."""
    run: list[re.Match[str]] = []
    for letter in _LETTER.finditer(raw):
        if run and not _BETWEEN.fullmatch(raw, run[-1].end(), letter.start()):
            yield run
            run = []
        run.append(letter)
    if run:
        yield run


def spelled_out_recognizer() -> Recognizer:
    """For runs of at least three letters that are no usual abbreviation."""

    def recognize(text: Text) -> list[Match]:
        classed = classify(text)
        matches = []
        for occurrence in _RUN.finditer(classed.codes):
            first, last = occurrence.start(), occurrence.end() - 1
            letters = "".join(token.plain for token in text.tokens[first : last + 1] if len(token.plain) == 1)
            announced = bool(classed.before(first, 8) & _CUES)
            if len(letters) >= 3 and (announced or not _is_usual(letters)) and not _is_number(letters):
                sure = announced or len(letters) > 4
                score = _SURE if sure else _SHORT
                matches.append(
                    text.match(
                        first,
                        last,
                        label="OTHER",
                        entity=f"spelled:{letters}",
                        rule=DetectionRule.SPELLED_OUT,
                        score=score,
                    )
                )
        return matches

    return recognize


def _is_number(letters: str) -> bool:
    """Whether only digits are said, with no more than an article before them: "a four oh four"."""
    digits = letters.replace("o", "0")
    return letters.isdigit() or (len(letters) <= _STATUS_CODE and digits[0] in "ai" and digits[1:].isdigit())


def _is_usual(letters: str) -> bool:
    """An abbreviation that any talk has, or one letter again and again: "m m m"."""
    return letters in _ACRONYMS or len(set(letters)) == 1
