"""Whether torch and torchvision can be imported, and what they find: the main of a process of its own."""

from __future__ import annotations

import json
import sys
import time


def report() -> dict[str, object]:
    """Import both and return seconds, device, its name and threads, or the problem."""
    started = time.monotonic()
    try:
        import torch
        import torchvision  # noqa: F401 - that it can be imported is what is asked

        from vitdash.engine import device

        chosen = device.choose("auto").type
        name = torch.cuda.get_device_name() if chosen == "cuda" else ""
        return {
            "seconds": time.monotonic() - started,
            "device": chosen,
            "name": name,
            "threads": torch.get_num_threads(),
        }
    except Exception as error:  # whatever a broken installation raises is the answer
        return {"problem": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    json.dump(report(), sys.stdout)
