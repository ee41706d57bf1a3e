"""What each rule id means in one plain sentence, and what to do next where it holds or refuses."""

from __future__ import annotations

REASONS = {
    "C1": "They had said yes to being recorded when they spoke.",
    "C2": "Nothing shows that they were told about the recording, and nobody is recorded untold.",
    "C3": "They said no to being recorded; the law lets the file be kept, but their part is taken out.",
    "C4": "They were provably told about the recording, which is what the law asks there.",
    "C5": "The host says that they were told about the recording, but nothing proves it yet.",
    "C6": "They said no to being recorded where the law needs everybody's consent.",
    "C7": "They were provably told and stayed, which counts as consent to the recording there.",
    "C8": "Being told and staying would count as consent there, but nothing proves that they were told.",
    "C9": "Nothing shows that they were told, where the law needs everybody's consent.",
    "C10": "They said no to being recorded where the law needs everybody's express yes.",
    "C11": "They neither said yes to being recorded nor were told, where the law needs everybody's express yes.",
    "C12": "The law needs their express yes to being recorded, and none from before the session is on file.",
    "U1": "They said yes to this purpose.",
    "U2": "They said no to this purpose or withdrew their yes, so their part is taken out.",
    "U3": "Their answer for this purpose is over or cannot be read; they were silent, so their traces are taken out.",
    "U4": "Their answer for this purpose is over or cannot be read.",
    "U5": "They never said yes to publication; they were silent, so their traces are taken out.",
    "U6": "They never said yes to publication.",
    "U7": "Nobody on file matches them, so they could never withdraw; their part is taken out.",
    "U8": "They were provably told of this purpose and did not object, which suffices there.",
    "U9": "They never answered for this purpose, so their part is taken out.",
    "S1": "They said yes to this special purpose themselves.",
    "S2": "A special purpose needs their own sure yes, and there is none.",
    "L1": "Nobody vouches that everybody who may be heard in the mixed sound is listed.",
    "L2": "They are named as speaking or writing, and no list of participants has them.",
    "L3": "They are called a bot, but somebody on file may be them, or they may be heard.",
    "M1": "An agreement with somebody's organisation forbids it, whatever anybody ticked.",
    "M2": "They are, or may be, a minor: only a guardian can agree for them, and to nothing public.",
    "M3": "A bot is nobody whose consent counts, but its maker may hold another copy of the recording.",
    "M7": "They are the team's own staff, whose employment notice covers use inside the team.",
    "G1": "They are, or may be, a minor, and their guardian agreed for them.",
    "P1": "They were silent and never answered; the policy goes on without them there.",
    "P2": "The policy of the workspace, the series or the session does not allow this purpose.",
    "H1": "It was held, and people decided with reason and evidence that it may go on.",
    "H2": "It was held, and people decided that their part is taken out.",
    "O1": "Publishing code takes their organisation's approval of these very bytes, and there is none.",
    "O2": "The organisation was asked about the code and has not answered yet.",
    "O3": "Somebody who may speak for the organisation approved these bytes for this place and licence.",
    "O4": "The organisation approved other bytes, another place or another licence: ask again.",
    "O5": "Whoever approved the code could not, or can no longer, speak for the organisation.",
    "O6": "An agreement with the organisation forbids publication.",
    "O7": "Staff vouch by name and with a reason that the code is a trifle, and nothing in it speaks against that.",
    "O8": "The organisation took its approval back: take the code down; copies may exist.",
    "O9": "The approval of the code has run out: ask again.",
    "O10": "The organisation said no to publishing the code.",
}

_MODIFIERS = {
    "I": "It is not sure who on file they are.",
    "M": "Their speech cannot be taken out cleanly.",
    "D": "It was held, and nobody settled it by its deadline.",
}

_FILE = "file their answers with `offrecord consent import`; ask them or find the proof by {due}"
_SETTLE = (
    "say in session.toml by which e-mail or platform id they answered, or settle it with `offrecord consent match`"
)
_LEGAL = "leave it sealed and ask legal whether to delete it"
_OVERDUE = "leave it sealed and ask legal whether to delete it; an answer from before that turns up may still be filed"
_ACTIONS = {
    "C2": _FILE,
    "C5": _FILE,
    "C6": _LEGAL,
    "C8": _FILE,
    "C9": _LEGAL,
    "C10": _LEGAL,
    "C11": _LEGAL,
    "C12": _FILE,
    "L1": "list everybody who speaks in session.toml, then say participants_complete = true there",
    "L2": "list them in session.toml with the e-mail or platform id they answered from; `offrecord consent show` with "
    "--names says who it is",
    "L3": "correct their role in session.toml, and list them as the person they are",
    "M1": _LEGAL,
    "M2": "file their guardian's answer, take them out of the recording, or leave the session sealed",
    "P2": "ask for other purposes in session.toml, or change the policy",
    "U4": "ask them to answer the form again by {due}",
    "U7": _SETTLE,
    "U9": _FILE,
    "I": _SETTLE,
    "M": "give each person's own track, or captions that name the speakers, or leave the session sealed",
}


def reason_of(rule_id: str) -> str:
    """The sentence for a rule id, with one more for each modifier."""
    base, *marks = rule_id.split("+")
    return " ".join([REASONS[base], *(_MODIFIERS[mark] for mark in marks)])


def action_of(rule_id: str, *, due: str) -> str:
    """The one next action where a rule holds or refuses: what its ground asks for, else what the modifier does."""
    base, *marks = rule_id.split("+")
    if "D" in marks:
        return _OVERDUE
    ground = _ACTIONS.get(base)
    return (ground or _ACTIONS[marks[-1]]).format(due=due)
