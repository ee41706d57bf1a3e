"""What of a session's folder could not be understood, for the morning report: counts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pipeline.lexicon.counted import counted
from pipeline.records import Session


def unread(sessions: Iterable[Session]) -> Iterator[str]:
    """One line for each session of which something could not be understood; nothing of that is in any output."""
    for session in sessions:
        counts = (
            (session.unread_captions, "line", " of captions"),
            (session.unread_chat, "line", " of chat"),
            (session.unrecognised_files, "file", _kinds(session)),
        )
        parts = [f"{counted(count, noun)}{what}" for count, noun, what in counts if count]
        if parts:
            yield f"{session.session_id}: {enumerated(parts)} could not be understood and are in no output"
        if session.start_is_estimated:
            yield f"{session.session_id}: nobody says when the recording began; say started_at in session.toml"
        if session.unread_times:
            yield (
                f"{session.session_id}: the times of {counted(session.unread_times, 'row')} of the list of "
                "participants could not be read, and those people count as late; say joined in session.toml"
            )


def _kinds(session: Session) -> str:
    """What those files seem to be, in brackets; empty where nothing is known of them."""
    counts = Counter(session.unrecognised_kinds)
    return f" ({', '.join(f'{kind}: {count}' for kind, count in sorted(counts.items()))})" if counts else ""


def enumerated(parts: Sequence[str]) -> str:
    """Parts of a sentence as a person lists them."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
