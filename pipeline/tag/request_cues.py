"""How people ask for a feature: wishes, suggestions, needs, what is missing, questions for a way to do something."""

from __future__ import annotations

from pipeline.tag.cues import Label, Weight, cue
from pipeline.tag.phrases import ADD, ADVERBS, FINE, GROUP, NEED, PEOPLE, WAY, A

ASKED, STRONG, PLAIN, WEAK = Weight.ASKED, Weight.STRONG, Weight.PLAIN, Weight.WEAK

REQUEST_CUES = tuple(
    cue(name, Label.REQUEST, weight, reason, *patterns)
    for name, weight, reason, patterns in (
        ("wish", STRONG, "a wish", [r"(?:wish|wished|wishing|wishes)\b(?: list)?(?: that)?(?: when)?"]),
        ("if only", STRONG, "a wish", [r"if only\b"]),
        ("pity", STRONG, "says that something is a pity", [r"(?:shame|pity|too bad|sad)\b(?: that)?"]),
        (
            "nice",
            STRONG,
            "says what would be good",
            [
                rf"(?:would|will|might|could|should|may) {ADVERBS}(?:not )?be {ADVERBS}{FINE}\b",
                rf"(?:would|will|could|might) (?:have been|make) {ADVERBS}{FINE}\b",
                rf"{FINE} (?:if|to have)\b",
                rf"(?:would|could|will) {ADVERBS}(?:help|save|make (?:my|our|your|a|perfect|more|sense|it)|solve|"
                rf"go a long|"
                r"work better|simplify|ease)\b",
            ],
        ),
        (
            "love",
            STRONG,
            "says what somebody would like",
            [
                rf"(?:would|will) {ADVERBS}(?:love|like|prefer|appreciate|enjoy|kill for|pay|rather|wish|want|"
                rf"benefit)\b",
                r"would be (?:happy|glad|thrilled|excited) (?:if|to)\b",
            ],
        ),
        (
            "want",
            PLAIN,
            "says what somebody wants",
            [
                rf"{PEOPLE} (?:(?:would|do not|does not|did not) )?{ADVERBS}(?:want|wants|wanted)\b",
                rf"(?:what|all) (?:i|we) {ADVERBS}want\b",
                r"i like to have\b",
            ],
        ),
        (
            "our need",
            STRONG,
            "states a need",
            [rf"(?:we|(?:my|our) (?:\w+ )?{GROUP}) (?:(?:will|would) )?{ADVERBS}{NEED}"],
        ),
        (
            "need",
            PLAIN,
            "states a need",
            [
                rf"(?!(?:we|my|our) ){PEOPLE} (?:(?:will|would) )?{ADVERBS}{NEED}",
                r"(?:needs|requires?|has to)\b",
            ],
        ),
        ("should", PLAIN, "says what should be", [r"(?:should|ought to)\b"]),
        (
            "you could",
            WEAK,
            "says what the team could do",
            [rf"(?:you|they|guys) (?:could|can|might) {ADVERBS}{ADD}\b"],
        ),
        (
            "asks to add",
            STRONG,
            "asks to add something",
            [
                rf"(?:can|could|will|would) (?:you|they|someone|somebody|we|the team) (?:guys )?(?:please )?{ADVERBS}"
                rf"(?:please )?{ADD}\b",
                rf"please {ADVERBS}{ADD}\b",
                r"have you (?:guys )?(?:ever )?(?:thought|considered|looked|planned)\b",
                r"(?:did|would|could) you (?:ever )?(?:consider|think about|look into)\b",
                r"any (?:thoughts?|word|news|progress|update|chance|hope|interest|movement)\b(?: (?:on|of|about|for|"
                r"that|in)\b)?",
            ],
        ),
        (
            "plans",
            STRONG,
            "asks about plans",
            [
                r"(?:any|your|some|are there|is there a|you have|you got|what) (?:\w+ )?plans?\b"
                r"(?: (?:to|for|on|of|around)\b)?",
                rf"(?:are|is|be) (?:you|they|it|there|anyone|anybody|someone) (?:guys )?{ADVERBS}planning (?:to|on)\b",
                r"(?:do|did) you (?:guys )?plan (?:to|on|for)\b",
                r"road ?map\b",
                r"when (?:will|can|could|do|are|is|does) (?:you|we|it|there|they)\b",
                r"(?:are|is|if|whether) (?:you|they|it|this|that|there) (?:guys )?(?:\w+ )?going to "
                r"(?:add|support|implement|ship|release|offer|build|have)\b",
                r"(?:you|they) (?:\w+ )?going to (?:add|support|implement|ship|release|offer|build|have) "
                r"(?:\w+ ){1,8}\?",
                r"on (?:the|your) (?:plan|list|roadmap)\b",
                r"part of the plan\b",
            ],
        ),
        (
            "feature request",
            STRONG,
            "calls it a request",
            [
                r"feature requests?\b",
                r"(?:my|our|one|the) (?:ask|request|wish list|number one)\b(?: (?:is|would|for)\b)?",
                r"(?:ask for|one ask|my (?:one )?idea)\b",
                r"request(?:ing)? (?:a|an|that|for)\b",
                r"(?:ticket|issue) for\b",
            ],
        ),
        (
            "way",
            ASKED,
            "asks for a way to do something",
            [
                r"(?:is|are|was|would|be|know|does|if|wonder|whether) (?:not )?(?:if )?(?:there (?:not )?(?:be )?|"
                r"of )(?:not )?"
                rf"(?:also )?(?:really )?(?:{A} )?(?:\w+ ){{0,2}}{WAY}\b",
                r"(?:is there |know |of |there )?any (?:\w+ )?ways?\b",
                rf"(?:looking|searching|asking|hoping|need|want|find|love|like|prefer|have|had|wish|add|offer|"
                rf"provide|give) "
                rf"(?:(?:me|us|for) )?(?:a|some|an|the) (?:\w+ ){{0,2}}{WAY} (?:to|for|that|of|where)\b",
                rf"there (?:was|were|should be) (?:a|an|some|any) (?:\w+ )?{WAY}\b",
            ],
        ),
        (
            "no way",
            PLAIN,
            "says that there is no way to do something",
            [rf"(?:is|was|are) (?:no|not a|not any|not) (?:\w+ )?{WAY}\b", rf"no (?:\w+ )?{WAY}\b"],
        ),
        (
            "possible",
            ASKED,
            "asks whether something is possible",
            [
                r"(?:is|if|would|was|be) (?:(?:it|this|that) )?(?:is )?(?:(?:even|at all|yet|not|already|"
                r"somehow) )?(?:be )?"
                r"(?:yet )?possible\b",
                r"feasible\b",
            ],
        ),
        (
            "is there",
            PLAIN,
            "asks whether there is something",
            [
                r"(?:is|are) (?:not )?there (?:not )?(?:a|an|any|some|something|anything|another|already)\b",
                r"(?:is there no|there not (?:a|an|any|some))\b",
            ],
        ),
        (
            "has it",
            PLAIN,
            "asks whether there is something",
            [
                r"(?:do|does|have|has|did) (?:you|we|it|they|this|that|\w+) (?:guys )?(?:(?:already|also|"
                r"currently) )?(?:have|"
                r"support|offer|provide|got|include|come with|integrate|allow)\b"
            ],
        ),
        (
            "know of",
            PLAIN,
            "asks whether anybody knows of something",
            [r"(?:anyone|anybody|someone|you|who|guys) (?:here )?(?:know|knows|recommend|suggest)\b(?: of\b)?"],
        ),
        (
            "how to make",
            PLAIN,
            "asks how to get something to behave",
            [
                rf"how (?:can|do|could|would|to|should|might|does) (?:(?:i|we|you|one|it) )?{ADVERBS}(?:make|get|"
                rf"keep|prevent|"
                r"stop|force|have|hide|disable|enable|turn|change|set|customize|override|center|align|resize|remove|"
                r"avoid|"
                r"ensure|lock|limit|restrict|allow|let|skip)\b"
            ],
        ),
        (
            "looks for",
            PLAIN,
            "looks for something",
            [
                rf"(?:i|we|they|guys) (?:am|are|was|were|have been|had been) {ADVERBS}(?:trying|looking|searching|"
                rf"hoping|waiting|"
                r"wondering|after|seeking|asking|struggling|thinking)\b(?: (?:to|for|of|about)\b)?",
                r"(?:looking|hoping|waiting|searching) for\b",
                r"(?:trying|try) to (?:find|figure|make|get)\b",
            ],
        ),
        (
            "can it",
            WEAK,
            "asks whether something can be done",
            [r"(?:can|could|may) (?:i|we|one|you|it|this|that|the \w+|\w+) (?:\w+ )?\w+"],
        ),
        (
            "does it",
            WEAK,
            "asks whether something can be done",
            [
                r"(?:will|can|does|do|did|is|are|could|would) (?:\w+ ){1,3}?(?:be used|work|integrate|support|allow|"
                r"let|ever|"
                r"also|already|maybe|please|run|play|on)\b"
            ],
        ),
        ("let me", WEAK, "asks to be let do something", [r"let (?:us|me|people|users|the \w+)\b"]),
        (
            "missing",
            WEAK,
            "says what is missing",
            [
                r"(?:missing|lacks?|lacking|lack of)\b",
                r"(?:there|it|\w+) (?:is|are|was|has|have|had) (?:not|no) (?:a |any |an )?\w+",
                r"no (?:command|such|flag|support|easy|means|possibility)\b",
                r"(?:will|would) not (?:let|allow)\b",
                r"(?:i|we) (?:really )?miss\b",
                r"have to (?:leave|do it|open|copy|write)\b",
                r"have to \w+ (?:\w+ ){0,4}(?:but|and)\b",
                r"(?:do|does|did|is|are|has|have|can) not (?:\w+ )?(?:support|supported|offer|allow|let|have|"
                r"possible|available|"
                r"implemented|exist|handle|include|provide|work with|able)\b",
                r"(?:i|we|you|users|people|they) (?:still )?can not (?:(?:even|just|really|currently) )?"
                r"(?!buy|renew|wait|believe|say|imagine|remember)\w+",
            ],
        ),
        (
            "why not",
            PLAIN,
            "asks why something is not so",
            [
                r"why (?:can|does|do|is|are|will|would|did|could|has|have) (?:(?:i|we|you|it|they|there|the \w+|\w+) )?"
                r"(?:\w+ )?(?:not|no)\b",
                r"how come\b",
                r"why not\b",
                r"why (?:have|has|was|were)\b",
            ],
        ),
        ("what if", PLAIN, "imagines something", [r"what (?:if|about)\b", r"how about\b", r"imagine (?:if|that)\b"]),
        (
            "suggests",
            PLAIN,
            "suggests something",
            [r"(?:suggest|suggesting|suggestion|propose|proposal|vote for|recommend|idea (?:is|would|for)|pitch)\b"],
        ),
        (
            "blocks",
            STRONG,
            "says that something is in the way of using it",
            [
                r"we would (?:buy|sign|switch|use it|upgrade|roll)\b",
                r"(?:can|will|could|would|does|do) not (?:buy|renew|sign|upgrade|go live|roll|move|adopt|switch|use|"
                r"let)\b"
                r".{0,30}\b(?:until|unless|without|because)\b",
                r"(?:until|unless) (?:you|there|we|it|they)\b",
                r"(?:deal breaker|show stopper|blocker|must have|hard requirement)\b",
                r"(?:stopping|blocking|holding|keeping) (?:us|me|them)\b",
                r"without (?:it|this|that|a|an) .{0,30}\b(?:we|i) (?:can|will) not\b",
            ],
        ),
        (
            "instead",
            WEAK,
            "says what it would save",
            [
                r"instead of (?:having|me|us|\w+ing)\b",
                r"without (?:having|needing) to\b",
                r"so (?:that )?(?:i|we) do not have to\b",
            ],
        ),
        (
            "sense",
            WEAK,
            "says what would make sense",
            [r"(?:makes?|would make|made) (?:(?:more|a lot of|total|perfect|much) )?sense\b"],
        ),
        ("one thing", WEAK, "names one thing", [r"(?:one thing|the thing|something) (?:i|we|that|you|they)\b"]),
        ("more control", WEAK, "asks for more of something", [r"more (?:control|visibility|flexibility|insight)\b"]),
    )
)
