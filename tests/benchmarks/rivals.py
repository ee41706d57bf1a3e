"""Presidio as it comes: its pattern recognisers alone, and with a spaCy pipeline for names."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

from pipeline.detect.ner.recognizer import model_folder
from pipeline.detect.ner.spacy_component import BATCH
from tests.benchmarks.detection_sets import Spans

Finder = Callable[[Sequence[str]], list[Spans]]
_KINDS = {"PERSON": "PERSON", "ORG": "ORGANIZATION", "PRODUCT": "PRODUCT", "GPE": "LOCATION"}


def presidio() -> dict[str, Finder]:
    """Both ways to run it, by name; it opens no socket."""
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    folder = Path(tempfile.mkdtemp(prefix="blank-pipeline-"))
    spacy.blank("en").to_disk(folder)
    return {"Presidio, patterns": _finder(folder), "Presidio, same pipeline": _finder(model_folder())}


def _finder(pipeline: Path) -> Finder:
    kinds = NerModelConfiguration(model_to_presidio_entity_mapping=_KINDS, labels_to_ignore=[], default_score=0.8)
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": str(pipeline)}], ner_model_configuration=kinds)
    engine.load()
    analyzer = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=engine, supported_languages=["en"]))

    def find(texts: Sequence[str]) -> list[Spans]:
        found = analyzer.analyze_iterator(texts, language="en", batch_size=BATCH)
        return [[(result.start, result.end) for result in results] for results in found]

    return find
