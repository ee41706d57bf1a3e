"""Pieces that the patterns of cues are made of."""

from __future__ import annotations

ADVERBS = (
    r"(?:(?:really|just|also|still|even|actually|simply|only|definitely|probably|maybe|totally|absolutely|always|"
    r"kind of|"
    r"sort of|sometimes|honestly|personally|certainly|do|ever|already|somehow|currently|desperately|particularly|"
    r"especially|truly|perhaps|all|so|very|super|pretty|extremely|too|quite|much|way|a lot|a little|a bit|more|a|an|"
    r"ultra|"
    r"incredibly|most) )*"
)
GROUP = (
    r"(?:team|users|customers|people|developers|company|auditors?|clients|boss|guys|group|department|contract|policy|"
    r"compliance)"
)
PEOPLE = (
    r"(?:i|we|you|they|he|she|it|people|users|customers|developers|everyone|everybody|somebody|someone|folks|admins|"
    r"legal|"
    rf"security|(?:my|our|the|some|their) (?:\w+ )?{GROUP})"
)
NEED = r"(?:need|needs|needed|requires?|must have|must|have to have|insist on|insists on|depend on|rely on)\b"
FINE = (
    r"(?:nice|great|cool|awesome|amazing|useful|helpful|handy|lovely|good|better|ideal|wonderful|sweet|neat|fantastic|"
    r"interesting|perfect|excellent|brilliant|beneficial|convenient|fun|appreciated|best|huge|worth|valuable|superb|"
    r"nicer|"
    r"cooler|easier|game changer|must)"
)
WAY = (
    r"(?:ways?|options?|settings?|flags?|methods?|possibilit(?:y|ies)|commands?|buttons?|shortcuts?|switch|toggle|"
    r"config|"
    r"features?|tools?|plugins?|ability|mode|mechanism|trick|workaround|api|events?|class)"
)
ADD = (
    r"(?:add|support|expose|implement|build|include|ship|make|provide|give|offer|create|bring|allow|let|enable|"
    r"introduce|"
    r"release|improve|change|extend|consider|put|get|have|show|integrate|port|open source|document|develop)"
)
A = r"(?:a|an|any|some|the|another|one)"
