"""How much a feature matters to who asks for it, by what they say in the sentence that carries it and beside it."""

from __future__ import annotations

import re

from pipeline.records import Strength

_BUY = (
    r"(?:buy|renew|sign|upgrade|purchase|pay|go live|go to production|roll (?:it )?out|adopt|switch|move to|"
    r"deploy it|commit)"
)
_BLOCKS = re.compile(
    rf"\b(?:before|until|unless|so that) (?:\w+ ){{0,4}}?(?:can |will |could )?{_BUY}\b"
    rf"|\b(?:can|will|could|would|do|does) not (?:\w+ )?{_BUY}\b"
    r"|\b(?:more|new) (?:seats|licen[cs]es)\b|\b(?:deal breaker|show stopper|blocker|blocks us|blocking us)\b"
    rf"|\bwe would {_BUY}\b|\b(?:otherwise|or) we (?:\w+ )?(?:leave|churn|cancel|can not|will not|have to leave)\b"
    r"|\b(?:legal|procurement|security|compliance|the auditors?) (?:will not|does not|would not|can not)\b"
    rf"|\b(?:stopping|keeping|blocking|holding) us (?:\w+ ){{0,2}}?(?:is|from)\b|\bthe contract (?:requires|depends)\b"
)
_MUST = re.compile(
    r"\b(?:must|need|needs|needed|require|requires|required|requirement|mandatory|critical|essential|urgent|urgently|"
    r"asap|insist|crucial|indispensable|live without|have to have|compliance)\b"
)
_NICE = re.compile(
    r"\b(?:nice|great|cool|awesome|lovely|handy|useful|helpful|good|better|sweet|neat|wish|love|like|prefer|hope|"
    r"hoping|"
    r"someday|maybe|no rush|at some point|convenient|help|fun|interesting|ideal)\b"
)


def strength_of(sentence: str, neighbours: str) -> Strength:
    """The strength of a request: what blocks a purchase may be said in a sentence beside it, the others in its own.

    Both are texts as ``tokens.joined`` gives them.
    """
    if _BLOCKS.search(sentence) or _BLOCKS.search(neighbours):
        return Strength.BLOCKS_PURCHASE
    if _NICE.search(sentence) and not re.search(r"\b(?:must|require|requires|critical|essential)\b", sentence):
        return Strength.NICE_TO_HAVE
    return Strength.MUST_HAVE if _MUST.search(sentence) else Strength.UNSTATED
