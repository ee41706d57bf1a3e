"""The written forms of a performance: WebVTT, SRT and Zoom's chat."""

from datetime import datetime, timedelta

from performance import Performance


def write_vtt(performance: Performance) -> str:
    """WebVTT with one cue an utterance, the speaker as `Name: text`."""
    return "WEBVTT\n\n" + "\n".join(_cues(performance, "."))


def write_srt(performance: Performance) -> str:
    """SubRip with the same cues."""
    return "\n".join(_cues(performance, ","))


def write_zoom_chat(lines: tuple[tuple[float, str, str, str], ...], start: datetime) -> str:
    """Zoom's local chat file from (seconds, sender, receiver, text); the clock is the host's."""
    return "".join(
        f"{start + timedelta(seconds=at_s):%H:%M:%S} From {sender} to {receiver}:\n\t{text}\n"
        for at_s, sender, receiver, text in lines
    )


def _cues(performance: Performance, point: str) -> list[str]:
    cues = []
    for number, spoken in enumerate(performance.spoken, 1):
        name = performance.people[spoken.utterance.speaker].name
        times = f"{_clock(spoken.start_s, point)} --> {_clock(spoken.end_s, point)}"
        cues.append(f"{number}\n{times}\n{name}: {spoken.utterance.text}\n")
    return cues


def _clock(at_s: float, point: str) -> str:
    milliseconds = round(at_s * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"00:{minutes:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
