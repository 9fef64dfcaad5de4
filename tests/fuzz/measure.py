"""The share of a reader's branches that kept inputs take, measured in a fresh process: `measure READER FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.fuzz.branches import Measured
from tests.fuzz.readers import BY_NAME


def main() -> None:
    """Print the share, or None where it cannot be measured."""
    name, kept = sys.argv[1], Path(sys.argv[2])
    reader = BY_NAME[name]
    with Measured(reader.modules) as measured, tempfile.TemporaryDirectory() as folder:
        reader.prepare(Path(folder))
        for path in sorted(kept.iterdir()):
            try:
                list(reader.read(path.read_bytes(), Path(folder)))
            except Exception:  # a sentence, or what the campaign has told already
                continue
    print(measured.share)


if __name__ == "__main__":
    main()
