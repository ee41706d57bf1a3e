"""How people find something out, meet a problem, praise and ask."""

from __future__ import annotations

from pipeline.tag.cues import Label, Weight, cue

STRONG, PLAIN, WEAK = Weight.STRONG, Weight.PLAIN, Weight.WEAK
_NEW = r"(?:know|knew|realize|realise|notice|noticed|see|find|aware|think of)"

OTHER_CUES = tuple(
    cue(name, label, weight, reason, *patterns)
    for name, label, weight, reason, patterns in (
        (
            "did not know",
            Label.DISCOVERY,
            STRONG,
            "did not know of something",
            [
                rf"(?:i|we|nobody) (?:(?:did|do|had|have|was|were) not|never|not) (?:even )?{_NEW}\b",
                r"(?:had|have) no idea\b",
                r"no idea (?:that )?(?:you|it|there|this)\b",
                r"(?:not|never|was not) aware\b",
                r"(?:nobody|no one) (?:ever )?(?:told|tells) (?:me|us)\b",
            ],
        ),
        (
            "surprised",
            Label.DISCOVERY,
            PLAIN,
            "is surprised that something is there",
            [
                r"(?:oh|ah|wait|wow|huh|really|so|seriously)(?: (?:oh|ah|wow|so|really|wait|what))* (?:you can|"
                r"it can|it does|"
                r"there is|there was|that exists|it already|it lets|the \w+ (?:can|does|has|had|works))\b",
                r"(?:all the time|all along|the whole time|all this time)\b",
                r"(?:can|does|do|has) (?:do )?(?:that|it) already\b",
                r"already (?:does|do|exists?|supports?|has|have|there|built in|supported)\b",
                r"(?:where|how long) (?:was|has) (?:that|it|this)\b",
            ],
        ),
        (
            "found out",
            Label.DISCOVERY,
            PLAIN,
            "found something out",
            [
                r"(?:i|we) (?:(?:have|had) )?(?:(?:just|only|recently|actually|finally) )*(?:found|discovered|"
                r"learned|learnt|"
                r"noticed|stumbled|came across|realized|realised|saw)\b",
                r"(?:turns out|found out|stumbled (?:on|upon|across))\b",
                r"(?:new to me|news to me|good to know)\b",
                r"(?:missed|overlooked)\b",
                r"(?:solves|solved) (?:my|our) problem\b",
                r"do not (?:even )?need .{0,30}(?:anymore|any more|then)\b",
            ],
        ),
        (
            "does not work",
            Label.PROBLEM,
            STRONG,
            "says that something does not work",
            [
                r"(?:do|does|did|is|are|was|will|has) not (?:seem to )?(?:work|working|worked|fire|load|open|start|"
                r"respond|compile|"
                r"update|save|appear|show up)\b",
                r"(?:stopped|never) (?:working|works|worked)\b",
                r"(?:keeps?|kept) (?:\w+ing)\b",
                r"(?:crash|fail|break|hang|freez|time[sd]? out|timing out|disconnect)\w*\b",
                r"(?:error|errors|stack trace|data loss|memory leak|outage|regression|deadlock|race condition|"
                r"undefined|blank "
                r"page|bug|bugs|glitch)\b",
            ],
        ),
        (
            "trouble",
            Label.PROBLEM,
            PLAIN,
            "says what goes wrong",
            [
                r"(?:problem|problems|issue|issues|pain|pain point|headache|complaint|trouble|hard time|struggl\w+)\b",
                r"(?:broken|buggy|confusing|frustrating|annoying|painful|stuck|flaky|unusable|unreliable|slow|wrong|"
                r"lost|losing|"
                r"blurry|late|down|behind|out of date|driving me nuts)\b",
                r"(?:arrive|come|get|are|is|fail|pile) (?:twice|lost|in the wrong|delayed|cut off|silently|up)\b",
                r"(?:can|could) not (?:get|figure|seem|find|connect|log|reproduce|open)\b",
                r"why (?:is|does|do|would)\b",
                r"(?:disappear|overlap|jumps around|flickers|breaks)\w*\b",
            ],
        ),
        (
            "likes it",
            Label.PRAISE,
            STRONG,
            "likes something",
            [
                r"(?:i|we|team|everybody|people) (?:(?:really|absolutely|just|all) )*(?:love|loved|like|liked|enjoy|"
                r"adore)\b",
                r"work(?:s|ed|ing)? (?:(?:really|so|very) )?(?:great|well|perfectly|nicely|beautifully|flawlessly|"
                r"like a charm)\b",
                r"(?:big|huge) fan\b",
                r"(?:great|nice|good|amazing|fantastic) (?:job|work)\b",
                r"(?:saved|saves) us\b",
                r"(?:game changer|life saver|a joy|kudos)\b",
                r"much (?:easier|better|faster|nicer) than\b",
            ],
        ),
        (
            "good word",
            Label.PRAISE,
            PLAIN,
            "praises something",
            [
                r"(?:is|are|was|has been|am|very|really|so|super|just|absolutely) (?:great|awesome|amazing|"
                r"fantastic|brilliant|"
                r"excellent|wonderful|perfect|fast|happy|impressed|pleased|delighted)\b",
                r"(?:thank you|thanks) (?:(?:so much|a lot) )?for\b",
            ],
        ),
        (
            "asks",
            Label.QUESTION,
            STRONG,
            "asks something",
            [
                r"(?:how|what|why|when|where|which|who) (?:do|does|did|is|are|can|could|should|would|will|was|about|"
                r"happens?|"
                r"version|plan|one)\b",
                r"(?:do|does|did|can|could|is|are|was|were|should|will|would|have|has|am|must|may) (?:you|we|i|it|"
                r"there|this|"
                r"that|they|he|she|people|anyone|someone|the \w+)\b",
                r"(?:a|one|another|quick) question\b",
                r"(?:wondering|curious)\b",
                r"(?:anyone|anybody|someone|you) know\b",
            ],
        ),
        ("question mark", Label.QUESTION, PLAIN, "asks something", [r"\?"]),
    )
)
