"""Data-parallel training: several processes split each batch and average their gradients.

On a shared CPU, two processes of one thread that synchronize once a step are faster than two
threads that synchronize at every layer. The processes start from the same seed and hold the same
weights throughout.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing


@dataclass(frozen=True)
class Team:
    """The rank of this process and the number of processes."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def average(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace the tensors by their means over all processes, in one message."""
        if self.size == 1:
            return
        tensors = list(tensors)
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()


def run_team(size: int, work: Callable[..., None], *args: Any) -> None:
    """Call `work(team, *args)` in `size` processes of one thread each; in this one if `size` is 1.

    `work` must be importable and its arguments picklable. An error in one process ends them all and
    is raised here.
    """
    if size == 1:
        work(Team(), *args)
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    multiprocessing.spawn(_member, args=(size, port, work, args), nprocs=size, join=True)


def _member(rank: int, size: int, port: int, work: Callable[..., None], args: tuple) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=size)
    try:
        work(Team(rank, size), *args)
    finally:
        dist.destroy_process_group()
