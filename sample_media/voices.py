"""The synthesizers: speaks one text and says when each of its words begins and ends."""

import ctypes
from dataclasses import dataclass
from functools import cache
from itertools import count as counter
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
SPEECH_LEVEL = 0.08  # root mean square of a whole utterance, about -22 dBFS
MARGIN_S = 0.05  # kept around the first and the last word

Sound = NDArray[np.float64]
Span = tuple[float, float]


@dataclass(frozen=True)
class Take:
    """A spoken text: its sound at SAMPLE_RATE and one span in seconds for each blank-separated word."""

    sound: Sound
    spans: tuple[Span, ...]


def speak(text: str, *, voice: str, pitch: float = 1.0) -> Take:
    """Speaks the text with a voice such as `flite:rms`, at an even level and without silence around it."""
    engine, _, name = voice.partition(":")
    sound, rate, spans = {"flite": _speak_flite, "espeak": _speak_espeak}[engine](text, name)
    if len(spans) != len(text.split()):
        raise ValueError(f"{voice} timed {len(spans)} words of: {text}")
    speed = pitch * rate / SAMPLE_RATE
    sound = np.interp(np.arange(0, len(sound) - 1, speed), np.arange(len(sound)), sound)
    return _trim(sound * SPEECH_LEVEL / np.sqrt(np.mean(sound**2)), [(a / pitch, b / pitch) for a, b in spans])


def _trim(sound: Sound, spans: list[Span]) -> Take:
    begin_s = max(0.0, spans[0][0] - MARGIN_S)
    end_s = spans[-1][1] + MARGIN_S
    kept = sound[round(begin_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
    return Take(kept, tuple((start_s - begin_s, end_s - begin_s) for start_s, end_s in spans))


# --- flite, through its library: the utterance keeps the times of all its segments ---

WORD_START = b"daughter.R:SylStructure.daughter.daughter.R:Segment.p.end"
WORD_END = b"daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"


class _FliteWave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@cache
def _flite() -> ctypes.CDLL:
    library = ctypes.CDLL("libflite.so.1")
    for language in ("usenglish", "cmulex"):
        ctypes.CDLL(f"libflite_{language}.so.1", mode=ctypes.RTLD_GLOBAL)
    pointer, string = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
        ("flite_synth_text", pointer, [string, pointer]),
        ("utt_relation", pointer, [pointer, string]),
        ("utt_wave", ctypes.POINTER(_FliteWave), [pointer]),
        ("relation_head", pointer, [pointer]),
        ("item_next", pointer, [pointer]),
        ("ffeature_float", ctypes.c_float, [pointer, string]),
        ("delete_utterance", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.flite_init()
    return library


@cache
def _flite_voice(name: str) -> int:
    register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
    register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return int(register(None))


def _speak_flite(text: str, voice: str) -> tuple[Sound, int, list[Span]]:
    flite = _flite()
    utterance = flite.flite_synth_text(text.encode(), _flite_voice(voice))
    wave = flite.utt_wave(utterance).contents
    sound = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float64) / 32768
    spans = []
    token = flite.relation_head(flite.utt_relation(utterance, b"Token"))
    while token:
        spans.append((flite.ffeature_float(token, WORD_START), flite.ffeature_float(token, WORD_END)))
        token = flite.item_next(token)
    rate = int(wave.sample_rate)
    flite.delete_utterance(utterance)
    return sound, rate, spans


# --- espeak-ng, through its library: it reports where each word begins ---

ESPEAK_RATE = 22_050
ESPEAK_WORDS_PER_MINUTE = 150
_SYNCHRONOUS, _UTF8, _RATE_PARAMETER = 2, 1, 1
_LIST_END, _WORD, _CLAUSE_END = 0, 1, 5


class _EspeakEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_EspeakCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent)
)


@cache
def _espeak() -> ctypes.CDLL:
    library = ctypes.CDLL("libespeak-ng.so.1")
    if library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0) != ESPEAK_RATE:
        raise RuntimeError("espeak-ng does not start at its usual sample rate")
    return library


def _speak_espeak(text: str, voice: str) -> tuple[Sound, int, list[Span]]:
    espeak = _espeak()
    samples: list[int] = []
    events: list[tuple[int, int, int]] = []

    def collect(sound: Any, count: int, reported: Any) -> int:
        if sound:
            samples.extend(sound[:count])
        for event in takewhile(lambda event: event.type != _LIST_END, map(reported.__getitem__, counter())):
            events.append((event.type, event.text_position - 1, event.sample))
        return 0

    callback = _EspeakCallback(collect)
    espeak.espeak_SetSynthCallback(callback)
    espeak.espeak_SetVoiceByName(voice.encode())
    espeak.espeak_SetParameter(_RATE_PARAMETER, ESPEAK_WORDS_PER_MINUTE, 0)
    encoded = text.encode()
    espeak.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, _UTF8, None, None)
    return np.array(samples) / 32768, ESPEAK_RATE, _espeak_spans(text, events)


def _espeak_spans(text: str, events: list[tuple[int, int, int]]) -> list[Span]:
    """One span a word; words that espeak-ng runs together ("on the") share the span of the whole."""
    starts = {position: sample for kind, position, sample in reversed(events) if kind == _WORD}
    borders = sorted({sample for kind, _, sample in events if kind in (_WORD, _CLAUSE_END)})
    spans: list[Span] = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        if position in starts:
            begin = starts[position]
            end = next(border for border in borders if border > begin)
            spans.append((begin / ESPEAK_RATE, end / ESPEAK_RATE))
        else:
            spans.append(spans[-1])
        position += len(word)
    return spans
