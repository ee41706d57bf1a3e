"""What each rule id means in one sentence, and what to do next where it holds or refuses."""

from __future__ import annotations

from collections.abc import Collection

REASONS = {
    "C1": "They had consented to the recording when they spoke.",
    "C2": "No notice of the recording is shown to have reached them, and nobody is recorded without notice.",
    "C3": "They refused the recording; the law there lets the file be kept, so only their part is removed.",
    "C4": "Evidence shows that a notice of the recording reached them, which is what the law there requires.",
    "C5": "The host asserts that they were notified of the recording, but no evidence shows it yet.",
    "C6": "They refused the recording where the law requires everybody's consent.",
    "C7": "Evidence shows that they were notified and stayed, which counts as consent to the recording there.",
    "C8": "Notice and staying would count as consent there, but no evidence shows that they were notified.",
    "C9": "No notice of the recording is shown to have reached them, where the law requires the consent of all.",
    "C10": "They refused the recording where the law requires everybody's express consent.",
    "C11": "They neither consented to the recording nor were notified, where the law requires express consent.",
    "C12": "The law requires their express consent to the recording, and none from before the session is on file.",
    "U1": "They consented to this purpose.",
    "U2": "They refused this purpose or withdrew their consent, so their part is removed.",
    "U3": "Their answer for this purpose has expired or cannot be read; they were silent, so their traces are removed.",
    "U4": "Their answer for this purpose has expired or cannot be read.",
    "U5": "They never consented to publication; they did not speak, so their traces are removed.",
    "U6": "They never consented to publication.",
    "U7": "Nobody on file matches them, so they could never withdraw; their part is removed.",
    "U8": "Evidence shows that they were notified of this purpose and did not object, which suffices there.",
    "U9": "They never answered for this purpose, so their part is removed.",
    "S1": "They consented to this special purpose themselves.",
    "S2": "A special purpose requires their own certain consent, and there is none.",
    "L1": "Nobody vouches that everybody who may be heard in the mixed sound is listed, or somebody heard a voice "
    "there of nobody on the list.",
    "L2": "They are named as speaking or writing, and no list of participants has them.",
    "L3": "They are called a bot, but somebody on file may be them, or they may be heard.",
    "M1": "An agreement with somebody's organisation forbids it, whatever anybody ticked.",
    "M2": "They are, or may be, a minor: only a guardian can consent for them, and to nothing public.",
    "M3": "A bot is no data subject, but its maker may hold another copy of the recording.",
    "M7": "They are the team's own staff, whose employment notice covers use inside the team.",
    "G1": "They are, or may be, a minor, and their guardian consented for them.",
    "P1": "They did not speak and never answered; the policy excludes them instead of holding the session.",
    "P2": "The policy of the workspace, the series or the session does not allow this purpose.",
    "H1": "It was held, and people decided with reason and evidence that it may proceed.",
    "H2": "It was held, and people decided that their part is removed.",
    "O1": "Publishing code requires their organisation's approval of these exact bytes, and there is none.",
    "O2": "The organisation was asked about the code and has not answered yet.",
    "O3": "Somebody authorised to speak for the organisation approved these bytes for this place and licence.",
    "O4": "The organisation approved other bytes, another place or another licence: ask again.",
    "O5": "Whoever approved the code was not, or is no longer, authorised to speak for the organisation.",
    "O6": "An agreement with the organisation forbids publication.",
    "O7": "Staff vouch by name and with a reason that the code is insignificant, and nothing in it contradicts that.",
    "O8": "The organisation withdrew its approval: take the code down; copies may exist.",
    "O9": "The approval of the code has expired: ask again.",
    "O10": "The organisation refused to have the code published.",
}

_MODIFIERS = {
    "I": "It is not certain who on file they are.",
    "M": "Their speech cannot be removed cleanly.",
    "D": "It was held, and nobody settled it by its deadline.",
}

_FILE = "file their answers with `offrecord consent import`; ask them or find the proof by {due}"
_SETTLE = (
    "say in session.toml by which e-mail or platform id they answered, or settle it with `offrecord consent match`"
)
_LEGAL = "leave it sealed and ask legal whether to delete it"
_ANSWERABLE = frozenset({"C2", "C5", "C8", "C9", "C11", "C12", "U4", "U6", "U9"})
"""The rules that stop because no certain answer of somebody is on file."""
_UNDESCRIBED = frozenset({"", "L1", "L2"})
"""What stops because nobody said who was there; empty where no participant is known at all."""
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
    "M": "give each person's own track, or captions that name the speakers, or say who speaks with "
    "`offrecord review voices`, or leave the session sealed",
}


def reason_of(rule_id: str) -> str:
    """The sentence for a rule id, with one more for each modifier."""
    base, *marks = rule_id.split("+")
    return " ".join([REASONS[base], *(_MODIFIERS[mark] for mark in marks)])


def action_of(rule_id: str, *, due: str, is_ambiguous: bool = False, series: str = "") -> str:
    """The one next action where a rule holds or refuses: what its ground asks for, else what the modifier does.

    Where an answer may be on file already, nobody is asked for it: ``series`` is what to correct in session.toml so
    that it counts, ``is_ambiguous`` that it is not certain whose it is.
    """
    base, *marks = rule_id.split("+")
    if "D" in marks:
        return _OVERDUE
    ground = _ACTIONS.get(base)
    if base in _ANSWERABLE and series:
        return series
    if base in _ANSWERABLE and (is_ambiguous or "I" in marks):
        return f"{_SETTLE}, by {due}" if due else _SETTLE
    return (ground or _ACTIONS[marks[-1]]).format(due=due)


def draft_action(rule_id: str, session_id: str) -> str:
    """The command that begins what is asked for where nobody described a recording; empty where a rule asks for else.

    ``rule_id`` is empty where no participant is known. The session's id stands for its file, whose name may be secret.
    """
    if rule_id.partition("+")[0] not in _UNDESCRIBED:
        return ""
    return (
        f"`offrecord session draft {session_id}` writes its session.toml; list everybody who speaks there with the "
        "e-mail they answered from, then say participants_complete = true"
    )


def series_action(session_series: str | None, on_file: Collection[str]) -> str:
    """What to correct in session.toml so that forms for a series count for a session; empty where nothing is wrong."""
    if session_series is None:
        several = len(on_file) > 1
        return (
            'say in session.toml which series it is of, as series = "NAME": forms of several are on file'
            if several
            else ""
        )
    if on_file and session_series not in on_file:
        return "correct series in session.toml, or file the answers for it: no form on file is for that series"
    return ""
