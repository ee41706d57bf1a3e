"""What people say when they ask for something, find something out, meet a problem, praise or ask."""

from __future__ import annotations

import re
from typing import NamedTuple

LABELS = ("request", "discovery", "problem", "praise", "question", "none")
_WOULD = r"(?:it would|it'd|would|that would|that'd|'d)"
_FINE = (
    r"(?:really |super |very |so |pretty |even )?(?:nice|great|better|cool|awesome|amazing|useful|helpful|"
    r"handy|lovely|good|ideal|wonderful)"
)
_WE = r"(?:i|we|they|users|people|customers|my team|our team|our developers|you guys)"
_LOVE = rf"{_WE}(?:'d| would) (?:really |also |actually )?(?:love|like)"


class LabelCue(NamedTuple):
    """One way of saying something, and how much it says, 0 to 1.

    The weights order the cues: 0.75 and more for what says it by itself, 0.5 to 0.6 for what needs more around it.
    Where two match, the heavier one gives the label.
    """

    label: str
    pattern: re.Pattern[str]
    weight: float


def _cue(label: str, weight: float, *patterns: str) -> LabelCue:
    return LabelCue(label, re.compile("|".join(rf"\b(?:{pattern})" for pattern in patterns)), weight)


CUES = (
    _cue(
        "request",
        0.85,
        r"(?:our|my|that's my|a|another|one) feature request\b",
        (
            rf"{_WOULD} be {_FINE} (?:if|to have (?:a|an|some|the|that|more)\b|to be able to|to get (?:a|"
            rf"an)\b|to support)"
        ),
        (
            r"(?:can|could|would|will) you (?:please |guys |maybe |also )?(?:add|support|expose|implement|"
            r"build|include|ship|allow)\b"
        ),
        r"please (?:add|support|expose|implement|consider)\b",
        (
            r"(?:any|are there any|is there any|do you have any|have you) (?:plans?|planned) (?:to|for|"
            r"on) (?:support|add|a\b|an\b|build)"
        ),
        (
            rf"{_WE} (?:really |still |also |do )?(?:need|want) (?:a way|support|an option|the ability|"
            rf"the option|some way|to be able)"
        ),
        (
            r"(?:you|they) (?:should|could) (?:really |also |maybe )?(?:add|support|expose|make|offer|"
            r"provide|have an?)\b"
        ),
        rf"{_LOVE} (?:a way|an option|to be able to|support for|it if|if (?:you|there|it|the))",
        (
            r"(?:wish|wished) (?:that )?(?:there (?:was|were)|it (?:had|did|could|would|was|were)|"
            r"they (?:had|would)|you (?:had|could|would add)|the)"
        ),
        r"(?:a|the) (?:feature|option|setting|flag|button|way|hook) (?:we're|we are|i'm|that is|that's) missing",
        r"(?:what|the one thing)(?:'s| is| we're| i'm| we are)? (?:missing|lacking) (?:is|for us)",
        r"(?:would|could) (?:you|it) be possible to\b",
    ),
    _cue(
        "request",
        0.76,
        (
            r"(?:is|are) there (?:a|any|some)(?: \w+)? (?:ways?|options?|settings?|possibility|"
            r"method) (?:to|of|for|that)\b|any way (?:to|i|we)\b"
        ),
        r"(?:is it|its|it's|if it is|if its|if it's) (?:even |yet |at all )?possible (?:yet )?(?:to|for)\b",
    ),
    _cue(
        "request",
        0.6,
        rf"{_LOVE} (?:to (?:have|see|get) (?:a|an|some|that|more|the|support|better)\b|an?\b)",
        rf"{_WOULD} be {_FINE}\b",
        r"(?:wish|hoping|hope) (?:that )?(?:it|you|they|we|there|i)\b",
        r"(?:it's|there's|there is|we're|we are) (?:missing|lacking)|there(?:'s| is) no way to\b|no support for\b",
        (
            r"feature request|on (?:the|your) roadmap|do you support\b|when (?:will|can) (?:you|we|"
            r"it)\b.*\b(?:support|get|have)"
        ),
        r"(?:it|that|this) (?:would|could) (?:really |also |even )?(?:help|save) (?:us|me|if|our|a lot)",
        r"we (?:really |also |still )?(?:need|must have|require) (?!to know\b|to go\b)\w+",
        r"i(?: would|'d) like to have\b",
        r"i want(?:ed)? to be able to|instead of having to|without having to|so (?:that )?we don't have to",
    ),
    _cue(
        "discovery",
        0.85,
        r"(?:i|we) (?:didn't|did not|never|hadn't) (?:even )?(?:know|knew|realized?|realised?|noticed?|aware)",
        r"(?:i|we) (?:was|were) (?:not|never) aware\b|(?:i|we) wasn't aware\b",
        r"all (?:the time|along)\b.*\bnever (?:found|saw|knew)",
        r"(?:i|we) had no idea\b|no idea (?:that )?(?:you|it|there|this)\b",
        (
            r"(?:oh|wait|wow|huh)[, ]+(?:wow |so |really |wait )*(?:you can|it can|it does|"
            r"there's already|there is (?:already )?a|that (?:already )?exists|it already)"
        ),
        (
            r"(?:i|we) (?:just|only|recently|actually) (?:just )?(?:found|discovered|learned|learnt|"
            r"noticed|stumbled|realized)"
        ),
        (
            r"(?:so )?(?:it|you|that|there) already (?:does|do|exists?|supports?|has|have)\b|(?:that|"
            r"it)'s already (?:there|in there|built in|supported)"
        ),
    ),
    _cue(
        "discovery",
        0.6,
        r"(?:it )?turns out\b|found out\b|stumbled (?:on|upon|across)\b|that's new to me|good to know\b",
    ),
    _cue(
        "problem",
        0.8,
        r"(?:doesn't|does not|don't|didn't|isn't|aren't|not|stopped|never) (?:seem to )?work(?:ing|s)?\b",
        (
            r"(?:we|i)(?:'re|'ve|'m| are| have| am)? (?:keep |kept |been )?(?:hitting|hit|seeing|getting|"
            r"running into|ran into|having)\b.{0,40}\b(?:errors?|issues?|problems?|timeouts?|failures?|"
            r"bugs?|trouble)"
        ),
        (
            r"(?:it|they|that|which|this) (?:just |always |sometimes |keeps? |kept )?(?:crash|fail|break|"
            r"hang|freez|time[sd]? out|timing out|drop)\w*"
        ),
        r"(?:keeps?|kept) (?:crash|fail|break|hang|freez|dropp|tim)ing\b",
        r"(?:error message|stack trace|data loss|memory leak|outage|regression|deadlock|race condition)\b",
        (
            r"(?:the|one|our|a|biggest|main) (?:big |real )?(?:problem|issue|pain point|bug|headache|"
            r"complaint)s? (?:is|was|with|we|i|that|are)\b"
        ),
    ),
    _cue(
        "problem",
        0.55,
        (
            r"(?:broken|buggy|confusing|frustrating|annoying|painful|stuck|flaky|unusable|too slow|"
            r"very slow|really slow)\b"
        ),
        r"(?:errors?|crash(?:es|ed)?|fail(?:s|ed|ing|ure)?|bugs?|timeouts?|time out)\b",
        r"(?:can't|cannot|couldn't|can not) (?:get|figure|seem|find|use|connect|log|see)\b|struggl\w+",
    ),
    _cue(
        "praise",
        0.75,
        (
            r"(?:i|we) (?:really |absolutely |just |all )?(?:love|loved|like|enjoy) (?:it|this|that|how|"
            r"the|your|using|what)\b"
        ),
        r"work(?:s|ed|ing) (?:really |so |very )?(?:great|well|perfectly|nicely|beautifully|like a charm)",
        (
            r"(?:big|huge) fan\b|(?:great|nice|good|amazing|fantastic) (?:job|work|product|tool|docs|"
            r"support)\b|saved us\b|game changer|so much (?:easier|better|faster)"
        ),
    ),
    _cue(
        "praise",
        0.5,
        (
            r"(?:awesome|fantastic|excellent|brilliant|impressed|delighted|very happy|really happy|"
            r"thank you so much)\b"
        ),
    ),
    _cue(
        "question",
        0.6,
        r"(?:how|what|why|when|where|which|who) (?:do|does|did|is|are|can|could|should|would|will|about|happens)\b",
        r"(?:do|does|can|could|is|are|should|will|would) (?:you|we|i|it|there|this|that|they)\b.*\?",
        r"(?:my|a|one|another|quick) question\b|i was wondering|does anyone know|do you know\b",
    ),
)
NOT_A_REQUEST = re.compile(
    r"\b(?:on (?:the|this|our) (?:show|podcast|panel|episode)|have (?:you|them|him|her|someone|"
    r"somebody) (?:on|back|from|as|look|come)|"
    r"wish (?:you|them|him|her|us|everyone)\b|wish (?:we|i) (?:had more time|could|knew|had known|"
    r"was able)|wish (?:that )?when|"
    r"would (?:love|like) to (?:say|record|hear|know|meet|thank|talk|invite|ask|be|continue)|"
    r"(?:great|nice|good|cool) if you (?:could |can )?(?:give|tell|introduce|share|explain|came|"
    r"come|talk|start|say|walk)|"
    r"wish (?:it|that it|that|they) (?:was|were|wasn't|weren't|wouldn't|would continue) (?!cached|"
    r"possible|supported|configurable)|"
    r"to see (?:everyone|everybody|people|companies|you|a picture|what|how|where|the rest))"
)
PRODUCT = re.compile(
    r"\b(?:api|sdk|cli|library|libraries|plugin|app|tool|tools|platform|dashboard|console|button|"
    r"option|setting|flag|config\w*|export|"
    r"import|filter|search|sort|feature|support\w*|webhook\w*|queue|retry|retries|token|login|sso|"
    r"cache\w*|docs?|documentation|example|"
    r"server|client|database|query|log|logs|alert\w*|metric\w*|endpoint|integration|version|file|"
    r"files|data|code|project|projects|"
    r"button|page|ui|menu|shortcut|keyboard|user|users|browser|type|types|test|tests|testing|"
    r"build|deploy\w*|automat\w*|emulator|feeds?)\b"
)
