"""vitdash: a terminal dashboard for training experiments. What it offers to Python is described in docs/python.md."""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["TrainingRun", "VitdashError", "__version__", "load_dataset", "load_model", "open_run", "runs", "train"]

if TYPE_CHECKING:
    from vitdash.api import TrainingRun, load_dataset, load_model, open_run, runs, train
    from vitdash.errors import VitdashError
else:
    # Imported when it is asked for: every command imports this module, and none of them needs what scripts do.
    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module 'vitdash' has no attribute '{name}'")
        return getattr(import_module("vitdash.errors" if name == "VitdashError" else "vitdash.api"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
