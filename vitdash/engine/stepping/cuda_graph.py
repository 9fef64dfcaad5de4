"""Recording what is launched on a CUDA device, to launch all of it again at once. Must not know what that is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from vitdash.engine.stepping.beside import Beside, Stream


class CudaGraphs:
    """Records work of one process; all recordings share the memory for what they compute in between.

    They may, as none needs what another one left there: whatever outlasts a replay was allocated before recording.
    """

    def __init__(self) -> None:
        self._pool = torch.cuda.graph_pool_handle()
        self._beside = Beside(Stream())

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Record what `work` launches, without executing it, and return what executes it.

        `work` must have been executed before: what libraries set up at their first use cannot be recorded.

        Raises:
            RuntimeError: `work` does something that cannot be recorded, such as reading a value from the device. What
                was recorded before must not be replayed any more: it would draw from a generator that is given up.
        """
        graph = torch.cuda.CUDAGraph()
        # Other threads may use CUDA meanwhile: what they do is not this thread's work.
        try:
            with torch.cuda.graph(
                graph, pool=self._pool, stream=torch.cuda.current_stream(), capture_error_mode="thread_local"
            ):
                work()
        except RuntimeError:
            # The generator still believes that it is recorded, and would refuse to draw: it gets another state.
            fresh = torch.Generator(device="cuda").graphsafe_get_state()
            self._generator().graphsafe_set_state(fresh)
            raise
        return graph.replay

    def seed(self, seed: int) -> None:
        """Seed what recorded work draws from at its next replay: the device's generator, in a fifth of the time."""
        self._generator().manual_seed(seed)

    def gradients(self) -> AbstractContextManager[None]:
        """Return within what gradients of weights are computed beside the others."""
        return self._beside.gradients_of_weights()

    def frozen_draws(self) -> Tensor:
        """Return the state of the CPU's generator: its draws would be the same in every replay."""
        return torch.get_rng_state()

    def _generator(self) -> torch.Generator:
        found: torch.Generator = torch.cuda.default_generators[torch.cuda.current_device()]
        return found
