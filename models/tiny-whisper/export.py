"""Writes a trained model as the int8 CTranslate2 files that faster-whisper loads."""

from pathlib import Path
from typing import Any

import tokens
import torch
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec, whisper_spec
from network import GUIDED_HEADS, NEAR, WINDOW, Attention, Feed, TinyWhisper
from tokenizers import Tokenizer
from torch import Tensor, nn


def export(model: TinyWhisper, tokenizer: Tokenizer, folder: Path) -> None:
    """Writes `model.bin`, `config.json`, `vocabulary.json` and `tokenizer.json`."""
    shape = model.shape
    spec = whisper_spec.WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    with torch.no_grad():
        _set_encoder(spec, model)
        _set_decoder(spec, model)
    names = tokens.listing(tokenizer)
    # Nothing is suppressed at the beginning, so that silence may give an empty transcript.
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = [[shape.decoder_layers - 1, head] for head in range(GUIDED_HEADS)]
    spec.register_vocabulary(names)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    tokens.save(tokenizer, folder)


def _set_encoder(spec: whisper_spec.WhisperSpec, model: TinyWhisper) -> None:
    encoder, target = model.encoder, spec.encoder
    for convolution, theirs in ((encoder.conv1, target.conv1), (encoder.conv2, target.conv2)):
        theirs.weight, theirs.bias = _copy(convolution.weight), _copy(convolution.bias)
    far = encoder.far_place.expand(WINDOW - NEAR, -1)
    target.position_encodings.encodings = _copy(torch.cat([encoder.places, far]))
    _set_norm(target.layer_norm, encoder.norm)
    for layer, attention, feed in zip(target.layer, encoder.attention, encoder.feed, strict=True):
        _set_attention(layer.self_attention, attention, alone=True)
        _set_feed(layer.ffn, feed)


def _set_decoder(spec: whisper_spec.WhisperSpec, model: TinyWhisper) -> None:
    decoder, target = model.decoder, spec.decoder
    target.scale_embeddings = False
    target.embeddings.weight = _copy(decoder.tokens.weight)
    target.projection.weight = _copy(decoder.tokens.weight)
    target.position_encodings.encodings = _copy(decoder.places)
    _set_norm(target.layer_norm, decoder.norm)
    for layer, attention, listen, feed in zip(
        target.layer, decoder.attention, decoder.listen, decoder.feed, strict=True
    ):
        _set_attention(layer.self_attention, attention, alone=True)
        _set_attention(layer.attention, listen, alone=False)
        _set_feed(layer.ffn, feed)


def _set_attention(spec: Any, attention: Attention, *, alone: bool) -> None:
    parts = []
    for ours in (attention.query, attention.key, attention.value):
        part = common_spec.LinearSpec()
        _set_linear(part, ours)
        parts.append(part)
    if alone:
        utils.fuse_linear(spec.linear[0], parts)
    else:
        utils.fuse_linear(spec.linear[0], parts[:1])
        utils.fuse_linear(spec.linear[1], parts[1:])
    _set_linear(spec.linear[-1], attention.out)
    _set_norm(spec.layer_norm, attention.norm)


def _set_feed(spec: Any, feed: Feed) -> None:
    _set_linear(spec.linear_0, feed.inner)
    _set_linear(spec.linear_1, feed.outer)
    _set_norm(spec.layer_norm, feed.norm)


def _set_linear(spec: common_spec.LinearSpec, linear: nn.Linear) -> None:
    spec.weight = _copy(linear.weight)
    if linear.bias is not None:
        spec.bias = _copy(linear.bias)


def _set_norm(spec: common_spec.LayerNormSpec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _copy(norm.weight), _copy(norm.bias)


def _copy(weight: Tensor) -> Tensor:
    return weight.detach().clone().float()
