"""Sentence vectors: all-MiniLM-L6-v2 where it is on this machine, hashed TF-IDF where it is not; one door to both."""

from pipeline.embeddings.encoder import MODEL, SentenceEncoder, encoder_name, load_encoder, version

__all__ = ["MODEL", "SentenceEncoder", "encoder_name", "load_encoder", "version"]
