"""The proof of a rendition. It shares no code with the renderer: what it compares with, it works out anew.

In order: what goes to the encoder (``pre_encode``), the finished file (``media_file``: ``streams``, ``text_search``,
``silence``, ``residue``), copied sound (``packets``), covers (``picture_boxes``) and tiles (``gallery_tiles``), voices
left out (``crosstalk``) and the whole folder (``bundle``); ``reprove`` and ``file_plan`` prove again, later and without
the workspace.
"""

from pipeline.proof.bundle import Listener, files_as_allowed, heard_again, texts_checked
from pipeline.proof.crosstalk import RemovedVoice, find_crosstalk, removed_voices_are_gone
from pipeline.proof.expected import ExpectedSound, SoundSource, Sources, expected_of
from pipeline.proof.file_plan import FilePlan, prove_file
from pipeline.proof.gallery_tiles import TILE_CHECKS, tiles_hold
from pipeline.proof.media_file import media_checks
from pipeline.proof.originals import NAME as ORIGINALS
from pipeline.proof.originals import Originals, hashing
from pipeline.proof.packets import untouched_packets
from pipeline.proof.picture_boxes import covers_hold
from pipeline.proof.pre_encode import PreEncodeCheck
from pipeline.proof.proof_file import NAME as MANIFEST
from pipeline.proof.proof_file import Manifest, RedactedWindow, read_manifest, signed, write_manifest
from pipeline.proof.reprove import failure_line, prove, prove_unchanged, what_it_means
from pipeline.proof.text_agreement import CAPTIONS, TRANSCRIPT, TURNS, texts_agree

__all__ = [
    "CAPTIONS",
    "MANIFEST",
    "ORIGINALS",
    "TILE_CHECKS",
    "TRANSCRIPT",
    "TURNS",
    "ExpectedSound",
    "FilePlan",
    "Listener",
    "Manifest",
    "Originals",
    "PreEncodeCheck",
    "RedactedWindow",
    "RemovedVoice",
    "SoundSource",
    "Sources",
    "covers_hold",
    "expected_of",
    "failure_line",
    "files_as_allowed",
    "find_crosstalk",
    "hashing",
    "heard_again",
    "media_checks",
    "prove",
    "prove_file",
    "prove_unchanged",
    "read_manifest",
    "removed_voices_are_gone",
    "signed",
    "texts_agree",
    "texts_checked",
    "tiles_hold",
    "untouched_packets",
    "what_it_means",
    "write_manifest",
]
