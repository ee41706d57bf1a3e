"""What people expect of a product and find lacking, told without a wish: duties, gaps, rivals, workarounds."""

from __future__ import annotations

from pipeline.tag.cues import Label, Weight, cue
from pipeline.tag.phrases import ADVERBS

EXPECTATION = "expectation"
"""The regression that judges these: one for all requests took F1 of real talk from 0.51 to 0.49."""
RIVAL = "compares with another product"
_OTHERS = (
    r"(?:(?:(?:half|most|many|some|two|three|several|a lot|lots) of )?(?:my|our|the|some|their|your) (?:\w+ ){0,2}?"
    r"(?:manager|managers|boss|bosses|lawyers?|team|teams|users|customers?|clients?|people|folks|colleagues?|auditors?|"
    r"engineers|developers|staff|shift|department|finance|sales|support|designers|admins|administrators|testers|"
    r"partners|students|teachers|analysts|operators|writers|translators|board|director|management|accountants?)"
    r"(?: (?:in|from|at|of|on) (?:the )?\w+)?)"
)
_NOT = r"(?:will|does|do|did|can|could|would|is|are|has|have) not (?:(?:even|really|yet|currently|still|seem to) )*"
EXPECTATION_CUES = tuple(
    cue(name, Label.REQUEST, Weight.EXPECTED, reason, *patterns, regression=EXPECTATION)
    for name, reason, patterns in (
        (
            "expected",
            "says what was expected",
            [
                rf"(?:i|we|you|people|users) would (?:have )?{ADVERBS}(?:expect|think|assume|expected|thought|assumed)"
                r"\b"
                r"(?! (?:so|not|about|of|nothing)\b)",
                r"should (?:not have to|at least|be able to)\b",
            ],
        ),
        (
            "must",
            "says what has to be",
            [
                r"(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bthey )(?:(?:should|must|ought to|have to|need to|has to|"
                r"needs to) (?!(?:i|we|you|they|have been)\b)|(?:really )?needs (?:a|an|some|better|more)\b)",
                rf"(?:i|we|you|users|people) should {ADVERBS}(?:not have to|be able)\b",
            ],
        ),
        (
            "lack",
            "says what is missing",
            [
                r"nowhere (?:to|where|that|in)\b",
                r"nothing (?:to|for|that|which|tells|shows|warns|like)\b",
                r"(?:only|just) (?:lets?|allows?|supports?|takes?|accepts?|works?|shows?|offers?|gives?|exports?|"
                r"knows?|handles?|covers?|have|has)\b",
                r"(?:is|are|was|have|has|see|seen|find|found|with|offers?|has got) (?:just |still |yet |simply )*"
                r"(?:no|not a|not any|any kind of) (?!need|reason|difference|hurry|rush|doubt|point|problem|idea|one)"
                r"(?:\w+ )?\w+",
                rf"{_NOT}(?:take|accept|return|remember|keep|show|tell|include|say|sort|read|let|allow|support|offer|"
                r"have|handle|give|save|send|understand|respect|contain|export|import|display|warn|explain|scale|"
                r"scroll|filter|search|find|group|list|expose|possible|available|configurable|documented|there|able)\b",
                r"(?:you|we|users|people|one|they|i) can not (?:even |really |just |currently )*(?:sort|filter|search|"
                r"export|import|edit|rename|copy|undo|change|set|see|tell|add|remove|move|select|group|share|print|"
                r"download|upload|pin|hide|limit|schedule|assign|merge|compare|use|find|have|do|turn|get)\b",
                r"(?:stuck|left|stay) with\b",
                r"(?:forgets?|ignores?|loses|drops|resets|throws away|overwrites|is gone|are gone)\b",
                r"no longer (?:possible|there|supported|available|shows?|works?)\b",
            ],
        ),
        (
            "why lacking",
            "asks why something is not so",
            [
                r"why (?:can|do|does|is|are|must|will|would|has|have|should) (?:\w+ ){0,4}?(?:not|no|only|still|"
                r"have to|need to|must)\b",
                r"why must (?:i|we|you|one|it)\b",
                r"how (?:come|is there (?:still )?no|are there (?:still )?no|can there (?:still )?be no)\b",
            ],
        ),
        (
            "rival",
            RIVAL,
            [
                r"(?:you|yours|this one|it|here|the new one|this) (?:do|does|can|have|has|is|are|will) not"
                r"(?: (?:yet|here|at all))?(?: [?!])?(?![\s\S])",
                r"(?:every|all the|all|the|your|most) (?:other|others|competitors?|competition|rivals?)\b",
                r"(?:in|with|on|from) (?:our|the|my) (?:old|previous|last|former|other) (?:\w+ )?(?:system|tool|vendor|"
                r"product|provider|software|setup|one|app|platform|version|service)\b",
                r"(?:we|i) (?:had|used|came from|come from|have) before\b",
                r"out of the box\b",
                r"why (?:do|does|can) not (?:you|yours|this|it)\b",
            ],
        ),
        (
            "workaround",
            "tells of a workaround",
            [
                r"(?:by hand|manually|one by one)\b",
                r"(?:end|ends|ended|ending|wind|winds|wound) up (?:\w+ )?\w+ing\b",
                r"(?:for now|right now|today|currently|at the moment|at present|these days|until then|so far) "
                r"(?:\w+ ){0,2}?(?:i|we|somebody|someone|they|people|everybody)\b",
                r"(?:what|how) (?:i|we) (?:do|do it|are doing|did|have been doing) (?:now|today|instead|at the moment|"
                r"so far|is)\b",
                r"(?:wrote|write|writing|built|build|use|made|make|keep|have) (?:a|an|our own|my own) (?:\w+ )?(?:"
                r"script|bot|cron|macro|wrapper|spreadsheet|hack|sheet|wiki|tool)\b",
                r"work ?arounds?\b",
                r"(?:i|we|they|people|users) (?:always |still |then |actually )*(?:have|has|had) to (?:keep|open|copy|"
                r"click|type|go|log|switch|use|write|ask|wait|export|download|paste|look|take|make|run|restart|do)\b",
                r"(?:into|in) (?:a|an|our|the|my) (?:spreadsheet|excel|sheet|wiki|document|word)\b",
            ],
        ),
        (
            "conditional",
            "imagines something",
            [
                r"if (?:there (?:was|were)|(?:it|you|they|that|i|we|one|this|somebody|(?:the|your|a|my|these|those) \w+"
                r"(?: \w+)?|tags|users|people|things) (?:(?:also|just|only|at least|simply|actually) )?(?:had|could|"
                r"came|were|was|went|worked|let|did|showed|kept|told|supported|knew|sent|remembered|ran|gave|offered|"
                r"understood|got|made))\b",
                r"(?:i|we|they|everybody|nobody|people|my \w+|our \w+) would (?:\w+ )?(?:use (?:it|this)|upgrade|"
                r"switch|make fewer|never have|not have to|be much|be a lot|be so much)\b",
                r"would be (?:so |a lot |much |far |way |so much )*(?:easier|nicer|simpler|better|quicker|faster|"
                r"happier)\b",
            ],
        ),
        (
            "others want",
            "tells what others want",
            [
                rf"{_OTHERS} {ADVERBS}(?:(?:have|has|had|is|are|would|will|keeps?|kept) )?{ADVERBS}(?:been )?{ADVERBS}"
                r"(?:wants?|wanted|needs?|needed|insists?|insisted|like|love|prefer|begging|begged|asks?|asked|asking|"
                r"complain|complains|complained|complaining|expects?|expected|demands?|demanded|requires?|wish|wishes|"
                r"hoping|hope|waiting|dying|crying|appreciate)\b"
            ],
        ),
        (
            "would change",
            "names what should be otherwise",
            [
                r"(?:thing|things|what|feature) (?:i|we) would (?:\w+ )?(?:change|improve|fix|add|do differently)\b",
                r"(?:feature|thing|things|what|all|something) (?:that )?(?:i|we) (?:am |are )?(?:really |still |most |"
                r"badly |sorely )*(?:miss|missing|after|lack|lacking|looking for|asking for|waiting for|hoping for)\b",
                r"what would (?:really |actually )?(?:help|be|make)\b",
                r"(?:i|we) would (?:really |also )?like (?:a|an|some)\b",
                r"(?:my|our|one) vote\b",
                r"plus one from (?:me|us)\b",
                r"(?:hoping|hope|hoped|waiting) for\b",
                r"(?:you|they) (?:will|would) ever\b",
                r"(?:are|is) (?:you|they|there|it) (?:\w+ )?ever (?:going|planning)\b",
            ],
        ),
    )
)
