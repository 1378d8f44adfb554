"""Models that do not fit on one GPU: each process holds a part of every weight (FSDP2), and how to get them whole.

Zhao et al. 2023, PyTorch FSDP: Experiences on Scaling Fully Sharded Data Parallel.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from lab.contract import Method


def shard(method: Method, device: torch.device, size: int) -> None:
    """Leave each process a part of every weight; a block is put together while it computes.

    Blocks are the members of the outermost ``nn.ModuleList`` and ``nn.Sequential``; the rest is one block.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method

    mesh = init_device_mesh(device.type, (size,))
    waiting: list[nn.Module] = [method]
    while waiting:
        module = waiting.pop()
        for child in module.children():
            if not isinstance(module, nn.ModuleList | nn.Sequential):
                waiting.append(child)
            elif any(True for _ in child.parameters()):
                fully_shard(child, mesh=mesh)
    fully_shard(method, mesh=mesh)
    for name in ("validate", "predict"):  # they are called without `forward`
        register_fsdp_forward_method(method, name)


def is_sharded(method: Method) -> bool:
    """Whether ``shard`` was called; without importing FSDP to know its class."""
    return hasattr(method, "unshard")


def weights(method: Method) -> dict[str, Tensor]:
    """A copy of all weights on the CPU. If they are sharded, the main process alone gets them."""
    if is_sharded(method):
        from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

        options = StateDictOptions(full_state_dict=True, cpu_offload=True)
        found = cast(dict[str, Tensor], get_model_state_dict(method, options=options))
        return {name: value.clone() for name, value in found.items()}  # a buffer on the CPU is no copy yet
    return {name: value.detach().cpu().clone() for name, value in method.state_dict().items()}


def load_weights(method: Method, whole: dict[str, Any]) -> None:
    """Set all weights; if they are sharded, to those of the main process."""
    if is_sharded(method):
        from torch.distributed.checkpoint.state_dict import StateDictOptions, set_model_state_dict

        set_model_state_dict(method, whole, options=StateDictOptions(full_state_dict=True, broadcast_from_rank0=True))
    else:
        method.load_state_dict(whole)


def optimizer_state(method: Method, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Like ``weights``, of an optimizer."""
    if is_sharded(method):
        from torch.distributed.checkpoint.state_dict import StateDictOptions, get_optimizer_state_dict

        options = StateDictOptions(full_state_dict=True, cpu_offload=True)
        return get_optimizer_state_dict(method, optimizer, options=options)
    return optimizer.state_dict()


def load_optimizer_state(method: Method, optimizer: torch.optim.Optimizer, whole: dict[str, Any]) -> None:
    """Like ``load_weights``, of an optimizer."""
    if is_sharded(method):
        from torch.distributed.checkpoint.state_dict import StateDictOptions, set_optimizer_state_dict

        options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
        set_optimizer_state_dict(method, optimizer, whole, options=options)
    else:
        optimizer.load_state_dict(whole)
