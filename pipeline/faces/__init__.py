"""Where in a picture there are faces: found in frames and followed from one to the next; nobody is recognised."""

from pipeline import models
from pipeline.faces.detector import FaceDetector
from pipeline.faces.following import followed
from pipeline.records import FaceLook

VERSION = "2"
MODEL = "faces"
"""The entry of models.toml that holds the network."""


def version() -> str | None:
    """What tells the model and the way that faces are followed from any others; None where the model is not here."""
    model = models.fingerprint(MODEL)
    return f"{VERSION} {model}" if model else None


def load_detector() -> FaceDetector:
    """The pulled model; raises ``ConfigurationError`` where it is not here, or not what it was."""
    return FaceDetector(models.verified(models.find(MODEL)))


__all__ = ["MODEL", "VERSION", "FaceDetector", "FaceLook", "followed", "load_detector", "version"]
