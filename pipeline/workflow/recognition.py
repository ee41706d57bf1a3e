"""What is heard in a session: its transcript and the known names in its sound, each made once for the same inputs.

In mixed sound the platform's captions say who speaks when. They are late or early by an unknown time; the words of the
first hearing measure it, and where that changes what may be listened to, the session is heard again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline import speech
from pipeline.executors.worker_environment import give_back_freed_memory
from pipeline.records import Audience, Failed, Held, KeywordHit, Outcome, Purpose, Transcript
from pipeline.speech import CueTime
from pipeline.store.codec import key_of
from pipeline.workflow.session_context import SessionContext

CAPTION_TIMES = "caption_times"


def recognised(context: SessionContext) -> tuple[SessionContext, Transcript] | Held | Failed:
    """The transcript, and the context with the captions moved to where their words were heard."""
    times, transcript = _caption_times(context)
    if isinstance(transcript, (Held, Failed)):
        return transcript
    if times is None:
        return _kept(context, transcript)
    if any(time.is_elsewhere for time in times) and _takes_out(context):
        return Held(
            reason="its captions lie elsewhere than the words that were heard, and somebody is cut out of its sound",
            action="put the captions of this recording in their place, or take them out and name the voices",
        )
    timed = with_caption_times(context, times)
    if transcript is None or _closed(timed) != _closed(context):
        return _kept(timed, None)
    return _kept(timed, speech.with_speakers(timed.session, transcript))


def _takes_out(context: SessionContext) -> bool:
    """Whether somebody is to be cut out of the sound in any part, of what is heard or of a rendition."""
    session, ruling = context.session, context.ruling
    wanted = (each.purpose for each in Audience if each is Audience.INTERNAL or each.purpose in session.purposes)
    return any(
        outcome is Outcome.MINUS
        for purpose in (Purpose.TRANSCRIBE, *wanted)
        if ruling.any_open(purpose)
        for person in session.participants
        for _, outcome in ruling.spans(purpose, person.participant_id)
    )


def with_caption_times(context: SessionContext, times: Sequence[CueTime]) -> SessionContext:
    """The context with the captions moved to these times."""
    return replace(context, session=speech.with_caption_times(context.session, times), as_written=context.decided)


def _caption_times(context: SessionContext) -> tuple[tuple[CueTime, ...] | None, Transcript | Held | Failed | None]:
    """Where the captions belong, and the transcript that showed it if it had to be made.

    That one is not kept: it may hold words of somebody whose voice lies elsewhere than the captions say.
    """
    if not speech.measures_captions(context.session):
        return None, None
    key = _key(context)
    times = context.workspace.stages.get(CAPTION_TIMES, key, tuple[CueTime, ...])
    if times is not None:
        return times, None
    transcript = _transcribed(context)
    if not isinstance(transcript, Transcript):
        return None, transcript
    times = speech.caption_times(context.session, transcript, context.workspace.settings.speech)
    context.put(CAPTION_TIMES, key, times, tuple[CueTime, ...], purpose=Purpose.TRANSCRIBE)
    return times, transcript


def _kept(context: SessionContext, transcript: Transcript | None) -> tuple[SessionContext, Transcript] | Held | Failed:
    """The transcript of this session as it stands, from the store or else this one or a new one, with what was hit."""
    key = _key(context)
    stored = context.workspace.stages.get("speech", key, Transcript)
    if stored is None:
        heard = transcript or _transcribed(context)
        if not isinstance(heard, Transcript):
            return heard
        context.put("speech", key, heard, purpose=Purpose.TRANSCRIBE)
        stored = heard
    return context, replace(stored, heard_terms=_keyword_hits(context, stored, key))


def _transcribed(context: SessionContext) -> Transcript | Held | Failed:
    """What is heard; then the 600 MB that Whisper freed are given back, before the models of detection are loaded."""
    vault, settings = context.workspace.vault, context.workspace.settings.speech
    try:
        return speech.transcribe(context.session, context.ruling, context.known, vault=vault, settings=settings)
    finally:
        give_back_freed_memory()


def _key(context: SessionContext) -> str:
    session, settings = context.session, context.workspace.settings.speech
    engine, hints = speech.preflight(settings), speech.hints(context.known, settings)
    said_by = (session.captions, session.voices) if session.voices else (session.captions,)
    return key_of(speech.VERSION, engine, session.tracks, *said_by, _closed(context), hints, settings)


def _closed(context: SessionContext) -> object:
    """What may not be listened to, and so decides with the rest what is heard."""
    return speech.closed(context.session, context.ruling)


def _keyword_hits(context: SessionContext, transcript: Transcript, speech_key: str) -> tuple[KeywordHit, ...]:
    """The known names and terms that the sound itself holds.

    It has a key of its own, because a changed term list must repeat this search alone and never the recognition, which
    takes most of a run.
    """
    key = key_of(speech_key, speech.vocabulary(context.known))
    stored = context.workspace.stages.get("keyword_search", key, tuple[KeywordHit, ...])
    if stored is not None:
        return stored
    vault, settings = context.workspace.vault, context.workspace.settings.speech
    hits = speech.keyword_search(
        context.session, context.ruling, transcript, context.known, vault=vault, settings=settings
    )
    context.put("keyword_search", key, hits, tuple[KeywordHit, ...], purpose=Purpose.TRANSCRIBE)
    return hits
