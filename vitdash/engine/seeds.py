"""Every random draw as a function of (seed, purpose, index). Must not know what is drawn."""

from __future__ import annotations

import hashlib

import torch


def derive(seed: int, purpose: str, index: int = 0) -> int:
    """Return a seed of 63 bits for one purpose ("order", "augment", …) and the index-th time it is needed."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """Return a CPU generator for that purpose and time: the same draws whatever the device."""
    return torch.Generator().manual_seed(derive(seed, purpose, index))
