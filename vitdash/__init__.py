"""vitdash: a terminal dashboard for training experiments."""

__version__ = "0.1.0"
