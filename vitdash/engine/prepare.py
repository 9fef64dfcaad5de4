"""From a configuration to what the loop needs: device, data, network, optimiser. Knows no orders or checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from vitdash.config import RunConfig
from vitdash.engine import circumstances, device, probing, promises, stepping
from vitdash.engine.datasets import Dataset, DatasetLoader, Report
from vitdash.engine.memory import release_freed
from vitdash.engine.meter import Meter
from vitdash.engine.model import build_model
from vitdash.engine.optim import build_optimizer
from vitdash.engine.stepping import Training


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything a run computes with; `config` has its device, threads, execution and probing decided.

    `circumstances` are what else its result depends on.
    """

    config: RunConfig
    dataset: Dataset
    training: Training
    circumstances: dict[str, str]


def prepare(config: RunConfig, report: Report, cancelled: Callable[[], bool]) -> Prepared:
    """Decide what is left to be, load the data (`report` is told of downloads), build network and optimiser.

    Raises:
        InputError: the device is not there, or the data cannot be had.
        RunError: data or network are not what a plug-in promised.
        DownloadCancelled: `cancelled` returned True during a download.
    """
    chosen = device.choose(config.compute.device)
    # Also where it changes nothing: once set, no library adjusts it to the work at hand, which would change bits.
    torch.set_num_threads(config.compute.threads or torch.get_num_threads())
    device.set_up(chosen, config.compute.precision)
    execution = stepping.decide(config.compute.execution, chosen, config.model.name, config.train.max_inputs)
    threads = torch.get_num_threads()
    beside = probing.decide(config.probe.probe_beside, chosen.type, threads, config.probe.probes)
    decided = config.replace(
        {"device": chosen.type, "threads": threads, "execution": execution, "probe_beside": beside}
    )
    dataset = load_dataset(config, report, cancelled)
    found = circumstances.of(config, dataset, chosen)
    dataset = dataset.to(chosen)
    release_freed()
    model = build_model(decided)
    promises.check_encoder(model.encoder, config.model, config.dataset.image_size)
    model = model.to(chosen)
    training = Training(model, build_optimizer(model, decided.optim), meter=Meter(chosen))
    return Prepared(decided, dataset, training, found)


def load_dataset(config: RunConfig, report: Report, cancelled: Callable[[], bool]) -> Dataset:
    """Return the data that a configuration learns, downloaded where it is not there.

    Raises: as `prepare` does.
    """
    loader: DatasetLoader = config.dataset.loader
    dataset = loader(Path(config.data.data_dir), report, cancelled)
    promises.check_dataset(dataset, config.dataset, config.data.dataset)
    return dataset
