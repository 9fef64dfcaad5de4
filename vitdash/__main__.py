"""Lets `python -m vitdash` do what `vitdash` does."""

from vitdash.cli import main

main()
