"""vitdash from Python: what `from vitdash import …` gives. Imports torch only inside the functions that compute."""

from vitdash.api.computing import load_dataset, load_model
from vitdash.api.reading import TrainingRun, open_run, runs
from vitdash.api.training import train

__all__ = ["TrainingRun", "load_dataset", "load_model", "open_run", "runs", "train"]
