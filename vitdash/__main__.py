"""The installed command, and `python -m vitdash`: the dashboard at once, anything else through `vitdash.cli`.

Whoever types `vitdash` alone waits for the full screen: what reads command lines is not even imported.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Open the dashboard, or run the command that was typed."""
    from vitdash.completion import answer

    if len(sys.argv) > 1 or answer.is_asked():
        from vitdash import cli

        cli.main()
    from vitdash.terminal import ending
    from vitdash.ui import open as opening

    sys.exit(ending.of(opening.open_dashboard))


if __name__ == "__main__":
    main()
