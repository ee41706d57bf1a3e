"""A small Whisper in PyTorch that computes the thirty-second window without paying for its empty part.

faster-whisper pads every clip with zeros to 1,500 encoder positions. All positions beyond the clip see the same input,
so where they also share one position vector they stay equal through every layer. Training keeps `NEAR` positions and
one that stands for all the others, counted by adding the logarithm of their number to its attention score. The result
is the same as over all 1,500; the price is that the model hears only the first 4.8 seconds of a window.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

NEAR = 240
WINDOW = 1500
BANDS = 80
GUIDED_HEADS = 2  # of the last decoder layer: these learn where each token was spoken


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of one model."""

    vocabulary: int
    phones: int
    width: int = 160
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 2
    context: int = 448


class Attention(nn.Module):
    """Attention over itself or over the encoder's output."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, hidden: Tensor, memory: Tensor | None, mask: Tensor) -> Tensor:
        """Adds what was attended to; without `memory` it attends to itself."""
        query, key, value = self._project(hidden, memory)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask.to(query.dtype))
        return hidden + self.out(mixed.transpose(1, 2).flatten(2))

    def explained(self, hidden: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As forward, with the logarithm of the attention weights of the guided heads."""
        query, key, value = self._project(hidden, memory)
        scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1]) + mask.to(query.dtype)
        weights = scores.float().log_softmax(-1)
        mixed = weights.exp().to(value.dtype) @ value
        return hidden + self.out(mixed.transpose(1, 2).flatten(2)), weights[:, :GUIDED_HEADS]

    def _project(self, hidden: Tensor, memory: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        normal = self.norm(hidden)
        source = normal if memory is None else memory
        return self._split(self.query(normal)), self._split(self.key(source)), self._split(self.value(source))

    def _split(self, hidden: Tensor) -> Tensor:
        return hidden.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Feed(nn.Module):
    """The two linear layers of a block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, 4 * width)
        self.outer = nn.Linear(4 * width, width)

    def forward(self, hidden: Tensor) -> Tensor:
        """Adds what the two layers make of it."""
        widened: Tensor = functional.gelu(self.inner(self.norm(hidden)))
        return hidden + self.outer(widened)


class Encoder(nn.Module):
    """Sound to `NEAR` positions and the one that stands for the rest of the window."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(BANDS, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.places = nn.Parameter(_sinusoids(NEAR, shape.width))
        self.far_place = nn.Parameter(torch.zeros(shape.width))
        self.attention = nn.ModuleList(Attention(shape.width, shape.heads) for _ in range(shape.encoder_layers))
        self.feed = nn.ModuleList(Feed(shape.width) for _ in range(shape.encoder_layers))
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, features: Tensor, mask: Tensor) -> Tensor:
        """`features` are (batch, bands, 2 * NEAR) and end in at least four empty frames."""
        heard = functional.gelu(self.conv2(functional.gelu(self.conv1(features)))).transpose(1, 2)
        empty = heard[:, -2:-1]  # not the last: it saw the border
        hidden = torch.cat([heard[:, :-1], empty], 1) + self.places
        hidden = torch.cat([hidden, empty + self.far_place], 1)
        for attention, feed in zip(self.attention, self.feed, strict=True):
            hidden = feed(attention(hidden, None, mask))
        normal: Tensor = self.norm(hidden)
        return normal


class Decoder(nn.Module):
    """Tokens so far and sound to the next token."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.tokens = nn.Embedding(shape.vocabulary, shape.width)
        nn.init.normal_(self.tokens.weight, std=0.05)
        self.places = nn.Parameter(torch.randn(shape.context, shape.width) * 0.02)
        self.attention = nn.ModuleList(Attention(shape.width, shape.heads) for _ in range(shape.decoder_layers))
        self.listen = nn.ModuleList(Attention(shape.width, shape.heads) for _ in range(shape.decoder_layers))
        self.feed = nn.ModuleList(Feed(shape.width) for _ in range(shape.decoder_layers))
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of the next token, and where the guided heads of the last layer listened."""
        length = tokens.shape[1]
        later = torch.full((length, length), -math.inf).triu(1)
        hidden = self.tokens(tokens) + self.places[:length]
        where = hidden
        for attention, listen, feed in zip(self.attention, self.listen, self.feed, strict=True):
            hidden, where = listen.explained(attention(hidden, None, later), memory, mask)
            hidden = feed(hidden)
        return functional.linear(self.norm(hidden), self.tokens.weight), where


class TinyWhisper(nn.Module):
    """The model with the phone classifier that only training uses."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.phone = nn.Linear(shape.width, shape.phones)
        mask = torch.zeros(NEAR + 1)
        mask[-1] = math.log(WINDOW - NEAR)
        self.register_buffer("mask", mask.view(1, 1, 1, -1))

    def forward(self, features: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of the next token, log attention of the guided heads, scores of the phone at each position."""
        mask: Tensor = self.mask
        memory = self.encoder(features, mask)
        scores, where = self.decoder(tokens, memory, mask)
        return scores, where, self.phone(memory[:, :NEAR])


def _sinusoids(length: int, width: int) -> Tensor:
    rates = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(length)[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], 1)
