"""How people ask for a feature in forums, support chat and speech: votes, labels, gripes, questions what is planned."""

from __future__ import annotations

from pipeline.tag.cues import Label, Weight, cue
from pipeline.tag.expectation_cues import EXPECTATION
from pipeline.tag.phrases import ADVERBS

_POLITELY = r"(?:(?:guys|folks|all|please|also|maybe|perhaps|just|at least|possibly|somehow|ever|still) )*"
_GRIPE = (
    r"(?:annoying|annoyed|painful|a pain|tedious|frustrating|ridiculous|clunky|cumbersome|awkward|surprised|surprising|"
    r"disappointed|disappointing|strange|crazy|silly)"
)
COLLOQUIAL_CUES = tuple(
    cue(name, Label.REQUEST, Weight.COLLOQUIAL, reason, *patterns, regression=EXPECTATION)
    for name, reason, patterns in (
        (
            "planned",
            "asks about plans",
            [
                r"on (?:your|the) (?:radar|horizon|agenda|backlog)\b",
                r"any (?:chance|hope|appetite|interest|intention|desire|possibility|thoughts?|news|updates?|movement|"
                r"progress|eta)\b",
                r"(?:have|got|is there|what is) (?:a|any|your|the) story (?:for|around|on|here)\b",
                r"(?:see|imagine) (?:yourself|yourselves) \w+ing\b",
                r"(?:be|you) (?:\w+ )?(?:open to|willing to)\b",
                r"(?:do|does) (?:you|it|this) (?:\w+ )?(?:support|have|offer|handle)\b.{0,60} (?:yet|by now|already)\b",
                r"when (?:will|are|do|can) (?:you|we|they|it)\b(?: going)?",
                r"(?:a thing|planned|coming) \?",
            ],
        ),
        (
            "labelled",
            "calls it a request",
            [
                r"(?<![\s\S])(?:(?:feature|small|quick|my|an|one) )?(?:idea|suggestion|proposal|request|enhancement|"
                r"wish list|feedback)\b",
                r"\[(?:feature )?request\]",
                r"(?<![\s\S])(?:sorely |still |badly )?missing\b|what is missing for (?:us|me)\b",
                r"bring back\b",
                r"(?<![\s\S])(?:more|better|finer|nicer|proper|native) (?:\w+ ){1,4}please\b",
                r"(?:consider|think about|look into) (?:\w+ing|a|an|the|letting|making)\b",
            ],
        ),
        (
            "voted",
            "says that they want it too",
            [
                r"(?<![\s\S])(?:1|plus one(?! more)|seconded|bump|bumping|upvote|upvoted|upvoting|voting|same here|"
                r"me too|agreed|i second|we second)\b",
                r"(?:a|my|our|one) vote for\b",
                r"(?:we|i) (?:would )?(?:need|want|could use|are waiting for) (?:this|that|it|these) (?:too|as well)\b",
                r"(?:really|badly|desperately|sorely|still) (?:needed|missed|missing)\b",
            ],
        ),
        (
            "asks it to",
            "asks to change something",
            [
                rf"(?<!what )(?<!how )(?<!where )(?:can|could|will|would) (?:you|we|they) {_POLITELY}"
                r"(?:make|let|give|add|put|cache|sort|store|hide|"
                r"translate|log|compress|encrypt|batch|show|keep|raise|allow|support|bring|think|consider|look|"
                r"expose|offer|get|have|pick|set|pin|remember)\b",
                rf"(?:can|could|should|would) (?:it|the|your|this|that|there|events|alerts|reports|exports|admins) "
                rf"(?:\w+ )?{_POLITELY}(?:be|have|go|come|send|show|answer|run|start|keep|remember|work|speak|use|also|"
                r"maybe|at least|perhaps)\b",
                r"(?:we|i|you|they) (?:really )?(?:need|have) to (?:be able|add|support|fix)\b",
                r"looking for (?:a|an|the|some) (?:\w+ )?(?:setting|button|option|switch)\b",
                r"(?:is|was) (?:that|it|this) something (?:you|we|that)\b",
                r"(?:wants?|needs?|gets?|has|have) (?:its|their|his|her|our|my) own\b",
            ],
        ),
        (
            "gripe",
            "is annoyed by something",
            [
                r"(?:bugs|annoys|bothers|irritates|drives|slows) (?:me|us|people|everybody)\b",
                rf"(?:is|it|this|that|are|am|i|bit|really|very|so|kind of) {_GRIPE}\b",
                rf"{_GRIPE} (?:that|when|to|how|this|is)\b",
                r"(?:flying blind|in the dark)\b",
                r"(?:hard |fixed )?limit of\b",
                r"takes (?:\w+ ){0,4}(?:forever|ages|clicks|weeks?|hours?|minutes|days?)\b",
                r"(?:half|most) (?:of )?(?:my|our|the) (?:day|week|time|morning)\b",
                r"every (?:single )?time\b",
                r"(?:no|not a|not any) (?:idea|clue) .{0,60}\b(?:until|till)\b",
                r"(?:i|we) (?:just )?(?:can|do|could) (?:not|only) (?:\w+ )?(?:see|tell|find|know|fit)\b",
                r"(?:is|was|be) (?:still )?(?:not|never) (?:supported|available|there|possible|in there)\b",
                r"(?:just )?because (?:there is|it has|you have|it can|it does|the \w+ (?:does|can|has|will))\b",
            ],
        ),
        (
            "spoken wish",
            "says what would be good",
            [
                r"(?:got to|have to|has to|must|should|ought to) be (?:a|an|some) (?:\w+ )?(?:way|option|setting)\b",
                r"what (?:i|we) would (?:really |just |actually )?(?:want|love|like|need)\b",
                r"what would (?:\w+ )?(?:be|unblock|help|save|make)\b",
                r"(?:for|to) (?:us|me|our team) (?:the|a|it) (?:big|main|biggest|most important|other|first)\b",
                r"(?:thing|one) (?:that is )?(?:keeping|holding|stopping|blocking)\b",
                rf"would {ADVERBS}(?:go a long way|make (?:my|our) (?:day|life|week)|open up|unblock|help|be (?:huge|"
                r"happier))\b",
                r"would rather not\b",
                r"(?:i|we) (?:was|were|am|are) hoping\b",
                r"(?:i|we) (?:really |still |do |already |sorely |most |all )*miss\b",
                r"(?:asking|asked|waiting|begging) for (?:\w+ )?(?:forever|years|ages|since|is)\b",
                r"it feels like\b",
                r"without (?:that|this|it|them)\b",
            ],
        ),
        (
            "over there",
            "compares with another product",
            [
                r"(?:coming|came|moved|switched) (?:\w+ )?from\b",
                r"(?:do not|does not|can not) (?:see|find|have|get) (?:that|it|this|one|any|them) (?:here|in yours)\b",
                r"(?:here|yours) (?:i|we|you|it) (?:\w+ )?(?:have to|need|must|can not|do not)\b",
                r"(?:has|have) had (?:that|it|this|them|\w+) for\b",
                r"in one (?:click|keystroke|step)\b",
                r"only does (?:half|a part|some)\b",
            ],
        ),
    )
)
