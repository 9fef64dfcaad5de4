"""The vision transformer of torchvision, without what nobody reads. Must not know knobs, training or runs.

Two things make it faster than torchvision's own, neither of which changes what it computes:

- Only the class token of the last block is read. There the other tokens serve as keys and values alone: their
  queries, their outputs and their MLP are left out, 70 % of a block.
- Queries, keys and values are views of one product, where `nn.MultiheadAttention` copies them.

Letters: B batch, C channels, S tokens (the class token first), D size of a token, N heads.
"""

from __future__ import annotations

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_EPSILON = 1e-6

SHORT = 64
"""Tokens up to which plain products are faster on a GPU than kernels made for long sequences: at 17 tokens and 16 heads
a third of their time, measured on an NVIDIA H200 in tf32."""


class VisionTransformer(nn.Module):
    """Image → embedding, with parameters named, ordered and drawn as torchvision's.

    Source: `torchvision.models.VisionTransformer`; Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021.
    """

    def __init__(
        self,
        *,
        image_size: int,
        channels: int,
        patch: int,
        layers: int,
        heads: int,
        hidden: int,
        mlp: int,
        dropout: float,
        code_size: int,
    ) -> None:
        super().__init__()
        self._patch = patch
        self.conv_proj = nn.Conv2d(channels, hidden, patch, patch)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden))
        self.encoder = Encoder(1 + (image_size // patch) ** 2, layers, heads, hidden, mlp, dropout)
        head = nn.Linear(hidden, code_size)
        self.heads = nn.Sequential(OrderedDict(head=head))
        nn.init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (channels * patch**2)))
        assert self.conv_proj.bias is not None
        for zero in (self.conv_proj.bias, head.weight, head.bias):
            nn.init.zeros_(zero)

    def forward(self, images: Tensor) -> Tensor:
        """Embed (B, C, H, W) float32 as (B, code size)."""
        class_token = self.class_token.expand(len(images), -1, -1)
        tokens = torch.cat([class_token, self._patches(images)], 1)
        embedding: Tensor = self.heads(self.encoder(tokens))
        return embedding

    def _patches(self, images: Tensor) -> Tensor:
        """Turn (B, C, H, W) into (B, S - 1, D), row by row: a convolution whose strides are its kernel's sides."""
        size, patch = images.shape, self._patch
        tiles = images.reshape(*size[:2], size[2] // patch, patch, size[3] // patch, patch)
        flat = tiles.permute(0, 2, 4, 1, 3, 5).reshape(size[0], -1, size[1] * patch**2)
        return functional.linear(flat, self.conv_proj.weight.flatten(1), self.conv_proj.bias)


class Encoder(nn.Module):
    """Positions, blocks, and the norm behind them: (B, S, D) → what becomes of the class token, (B, D)."""

    def __init__(self, tokens: int, layers: int, heads: int, hidden: int, mlp: int, dropout: float) -> None:
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, tokens, hidden).normal_(std=0.02))
        self.dropout = nn.Dropout(dropout)
        blocks = [(f"encoder_layer_{index}", EncoderBlock(heads, hidden, mlp, dropout)) for index in range(layers)]
        self.layers = nn.Sequential(OrderedDict(blocks))
        self.ln = nn.LayerNorm(hidden, eps=NORM_EPSILON)

    def forward(self, tokens: Tensor) -> Tensor:
        """Let tokens attend to each other."""
        tokens = self.dropout(tokens + self.pos_embedding)
        *others, last = self.layers
        for block in others:
            tokens = block(tokens)
        normed: Tensor = self.ln(last(tokens, wanted=1)[:, 0])
        return normed


class EncoderBlock(nn.Module):
    """Attention and a two-layer perceptron, each behind a norm and added to what came in."""

    def __init__(self, heads: int, hidden: int, mlp: int, dropout: float) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(hidden, eps=NORM_EPSILON)
        self.self_attention = Attention(hidden, heads, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = nn.LayerNorm(hidden, eps=NORM_EPSILON)
        first, second = nn.Linear(hidden, mlp), nn.Linear(mlp, hidden)
        for linear in (first, second):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.normal_(linear.bias, std=1e-6)
        self.mlp = nn.Sequential(first, nn.GELU(), nn.Dropout(dropout), second, nn.Dropout(dropout))

    def forward(self, tokens: Tensor, wanted: int | None = None) -> Tensor:
        """Return the first `wanted` tokens, all by default, as they leave this block: (B, wanted, D)."""
        attended = self.self_attention.attend(self.ln_1(tokens), wanted)
        tokens = tokens[:, :wanted] + self.dropout(attended)
        result: Tensor = tokens + self.mlp(self.ln_2(tokens))
        return result


class Attention(nn.MultiheadAttention):
    """Attention of tokens to each other, with the parameters of torch's own."""

    def attend(self, tokens: Tensor, wanted: int | None) -> Tensor:
        """Return for the first `wanted` tokens of (B, S, D), all where it is None, what they take from all tokens."""
        batch, _, hidden = tokens.shape
        if wanted is None:
            mixed = functional.linear(tokens, self.in_proj_weight, self.in_proj_bias)
            queries, keys, values = self._by_head(mixed, parts=3)
        else:
            weight, bias = self.in_proj_weight, self.in_proj_bias
            asked = functional.linear(tokens[:, :wanted], weight[:hidden], bias[:hidden])
            (queries,) = self._by_head(asked, parts=1)
            keys, values = self._by_head(functional.linear(tokens, weight[hidden:], bias[hidden:]), parts=2)
        if tokens.is_cuda and keys.shape[2] <= SHORT:
            taken = _by_products(queries, keys, values)
        else:
            taken = functional.scaled_dot_product_attention(queries, keys, values)
        attended: Tensor = self.out_proj(taken.transpose(1, 2).reshape(batch, -1, hidden))
        return attended

    def _by_head(self, mixed: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Take (B, S, parts · D) apart into tensors (B, N, S, D / N)."""
        batch, tokens, _ = mixed.shape
        apart = mixed.view(batch, tokens, parts, self.num_heads, self.head_dim)
        by_head = apart.permute(2, 0, 3, 1, 4)
        # A GPU's batched products need them in one piece; one copy makes all three.
        return tuple(by_head.contiguous() if mixed.is_cuda else by_head)


def _by_products(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Return what `scaled_dot_product_attention` does for (B, N, S, D), by the products that define it."""
    batch, heads, asked, size = queries.shape
    flat_queries, flat_keys, flat_values = (part.flatten(0, 1) for part in (queries, keys, values))
    likeness = torch.baddbmm(
        queries.new_empty(()), flat_queries, flat_keys.transpose(1, 2), beta=0, alpha=1 / math.sqrt(size)
    )
    return torch.bmm(likeness.softmax(-1), flat_values).view(batch, heads, asked, size)
