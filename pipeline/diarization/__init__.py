"""Diarization: who speaks when in mixed sound. Voices are told apart within one session and never recognised."""

from pipeline.diarization.diarize import MODEL, VERSION, VoiceModels, diarize, load_models
from pipeline.diarization.fbank import RATE

__all__ = ["MODEL", "RATE", "VERSION", "VoiceModels", "diarize", "load_models"]
