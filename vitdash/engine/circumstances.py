"""What a result depends on besides its configuration, and what of it has changed. Must not know files or events."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib import metadata

import torch

from vitdash import __version__
from vitdash.config import RunConfig
from vitdash.engine.datasets import Dataset
from vitdash.run import machine, provenance
from vitdash.text import count, plain

DATA, PROCESSOR, PYTHON = "data", "processor", "python"


def of(config: RunConfig, dataset: Dataset, device: torch.device) -> dict[str, str]:
    """Return them by name: the data's digest, the processor, the versions of libraries, and plug-ins."""
    # Of Python nothing of a result depends: it only says what is computed.
    libraries = {name: version for name, version in versions().items() if name != PYTHON}
    return {DATA: dataset.digest(), PROCESSOR: _processor(device)} | libraries | provenance.of(config)


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return by name what was and what is, where both are known and differ."""
    both = ((name, was, now.get(name, "")) for name, was in before.items())
    return {name: (was, is_) for name, was, is_ in both if was and is_ and was != is_}


def told(changed: Mapping[str, tuple[str, str]], images_seen: int) -> str:
    """Return what changes mean for a run that goes on after so many images, "" where there are none."""
    parts = []
    for name, (was, is_) in changed.items():
        if name == PROCESSOR:
            parts.append(f"on {plain(is_)} instead of {plain(was)}")
        elif name.startswith("/"):
            parts.append(f"with another {plain(name)} than before")
        else:
            parts.append(f"with {plain(name)} {plain(is_)} instead of {plain(was)}")
    if not parts:
        return ""
    doubt = "bit for bit it may not be the run any more that it would have been"
    return f"goes on {', '.join(parts)}: from {count(images_seen)} images on, {doubt}"


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    # Asked of the installation, not of the libraries: importing those that a run does not need takes seconds.
    libraries = {}
    for name in ("torchvision", "scikit-learn", "scikit-learn-intelex"):
        with suppress(metadata.PackageNotFoundError):
            libraries[name] = metadata.version(name)
    return {"vitdash": __version__, PYTHON: platform.python_version(), "torch": str(torch.__version__)} | libraries


def _processor(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else machine.processor()
