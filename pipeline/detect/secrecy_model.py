"""Finds what makes something a secret in words that no phrase has ("that never leaves my drawer"), clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.detect.sentence_model import Examples, SentenceModel
from pipeline.lexicon import FUNCTION_WORDS
from pipeline.lexicon.cues import CuePlace, SpokenSentence
from pipeline.lexicon.plain import word_set
from pipeline.records import SpokenCues

# With 0.25 five sets of 40 secrets have 5 more of 150, and written office hours have 11 instead of 5 false sentences,
# each of which mutes 40 to 80 s/h; 0.35 and 0.45 are as 0.4.
_LEAST = 0.4
MODEL = SentenceModel(
    name="secrets",
    examples_of=lambda cues: Examples(cues.secret_examples, cues.no_secret_examples),
    gate=word_set(
        """know knows knew known knowing aware unaware idea clue told tell tells telling heard hear hears hearing
        say says saying said share shares shared sharing quiet quietly public publicly press papers paper news
        newspapers newspaper headlines media journalist journalists reporter announce announced announcing
        announcement outside outsider outsiders team board yet keep keeping kept keeps between repeat repeated
        mention mentioned mentioning leak leaks leaked leaking secret secrets secretly secrecy trouble
        confidential confidence confidentially confidentiality private privately privacy personal sensitive
        discreet discretion indiscreet delicate embargo embargoed nda disclose disclosed disclosing disclosure
        undisclosed reveal revealed official officially unofficial unofficially legal lawyer lawyers compliance
        boss fired kill hat hush hushed wraps stealth rumour rumor rumours rumors record recording recorded
        published publish minutes notes transcript slide attribution quote quoted name named names trust
        promise promised forget forgot pretend surprise surprised act room call walls ears eyes spread pass
        passing forward further supposed meant allowed permitted forbidden shouldnt should cant cannot mustnt
        must wouldnt internal internally external staff employees union investors shareholders market markets
        competitors competition customers clients regulator police family wife husband anyone anybody nobody
        noone soul someone everyone everybody informed briefed notified communicated word out behind back
        closed cut edit bleep strike delete erase leave leaves leaving stay stays inside only just few handful
        listening anonymous traced whisper peep hide hiding hidden hid dark cover covered unannounced insider
        insiders gossip sworn oath sign signed agreement story think thinks believe believes sealed lips mum
        schtum grapevine guarded nothing job head sit sitting under until till wind denies deny suspect
        suspects suspected supposedly wiser impression source common widely circulate broadcast delicately
        carefully careful gag gagged classified restricted clearance consulted talk talks talked talking write
        written type noticed notice post tweet website internet chat email print publication report reported
        admit admits admitted silence gossiping blab blabbing beans slip slipped locked protect protects
        protected identity conversation audience purpose tape camera pen pens reach reaches reached anywhere
        friends trade jail furious sacked around neighbours neighbors saw ticket purely strictly breach
        breaching chest cards panic foggiest attribute care marketing stayed bring voice loop faintest inkling
        advertise brag summary travel rounds zip limits article dynamite explosive airing barrier privilege
        privileged seal syllable scrap scrub wipe alone finds learn learns concerned connection wander
        confession attributed"""
    ),
    least=_LEAST,
    penalty=0.2,
    width=2.0,
)
_LONGEST, _LONG_PART, _STEP = 20, 14, 7  # words of a clause; of a longer run without points, what is read together
_SAYS_IT = 3  # words of its own, as in statements.py
_SHORTEST = 3  # words: "so", or "um, yes" before a comma, is no clause
_ENDS_CLAUSE = re.compile(r"[,;:—–]|\.\.\.|\s-\s")
_BEGINS_CLAUSE = word_set("but because so although though")
_HESITATION = re.compile(
    r"(?<![\w'])(?:u[hm]+|er+m?|h?m+|you know|i mean|kind of|sort of)(?![\w']),?\s*", re.IGNORECASE
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*(?![\w'])")
_SAID_TWICE = re.compile(r"\b([\w']{1,40}(?: [\w']{1,40})?)(?:,? \1)+(?![\w'])", re.IGNORECASE)
"""A word or two said once more: "we're, we're"; bounded, as a run of apostrophes has borders everywhere."""


def secret_places(
    raw: str, spans: Sequence[tuple[int, int]], words: Sequence[str], parts: Sequence[SpokenSentence], cues: SpokenCues
) -> Iterator[CuePlace]:
    """What is like saying that something is a secret, of a text with words at these characters.

    A place is the clause, or where that says something itself as well ("we haven't told them that the price goes up")
    what lies between the words of secrecy in it. None where the sentence model is not on this machine, and none without
    examples of both kinds.
    """
    written = (
        (place, simplified(raw[spans[place.start][0] : spans[place.end - 1][1]]))
        for number, part in enumerate(parts)
        for place in _clauses(raw, spans, words, part, number)
    )
    for place in MODEL.alike(written, words, cues):
        clause = range(place.start, place.end)
        of_secrecy = [index for index in clause if words[index] in MODEL.gate]
        own = [index for index in clause if words[index] not in MODEL.gate | FUNCTION_WORDS]
        yield place if len(own) < _SAYS_IT else CuePlace(of_secrecy[0], of_secrecy[-1] + 1, place.sentence)


def simplified(text: str) -> str:
    """A text without "um", "you know" and what is said twice in a row, and with "them" for names inside a sentence.

    With names, "I'd rather that not get back to Karen" is less like the examples: of 299 secrets 224 are found, and 233
    without names.
    """
    return _NAME.sub("them", _SAID_TWICE.sub(r"\1", _HESITATION.sub("", text.replace("’", "'"))))


def _clauses(
    raw: str, spans: Sequence[tuple[int, int]], words: Sequence[str], part: SpokenSentence, number: int
) -> Iterator[CuePlace]:
    """The clauses of a sentence, cut at commas and before "but" and the like; of long ones, parts that overlap."""
    starts = [part.start]
    for index in range(part.start + 1, part.end):
        ends = words[index] in _BEGINS_CLAUSE or _ENDS_CLAUSE.search(raw, spans[index - 1][1], spans[index][0])
        if ends and index - starts[-1] >= _SHORTEST:
            starts.append(index)
    if len(starts) > 1 and part.end - starts[-1] < _SHORTEST:
        starts.pop()
    for start, end in zip(starts, [*starts[1:], part.end], strict=True):
        if end - start <= _LONGEST:
            yield CuePlace(start, end, number)
            continue
        for begin in range(start, end - _STEP, _STEP):
            yield CuePlace(begin, min(begin + _LONG_PART, end), number)
