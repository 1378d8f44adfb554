"""How large a step is: AdamW (Loshchilov & Hutter 2019), and a learning rate that rises and falls.

A method that wants another optimizer returns it from its ``configure_optimizers``: see ``Method`` in ``contract.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method under PyTorch's decorators."""
    return getattr(method, "__wrapped__", method)


class AdamW(torch.optim.AdamW):
    """``torch.optim.AdamW``, less a detour.

    PyTorch wraps these five methods so that ``torch.compile`` may meet an optimizer inside of what it compiles. For
    that, the first call imports the compiler, which takes as long as all the rest of PyTorch. Here optimizers are
    never compiled, a pipeline starts many processes, and the same lines compute the same numbers without the wrappers.
    """

    add_param_group = _plain(torch.optim.AdamW.add_param_group)
    zero_grad = _plain(torch.optim.AdamW.zero_grad)
    state_dict = _plain(torch.optim.AdamW.state_dict)
    load_state_dict = _plain(torch.optim.AdamW.load_state_dict)
    step = torch.no_grad()(_plain(torch.optim.AdamW.step))


def learning_rate_factor(schedule: str, warmup: float, steps: int) -> Callable[[int], float]:
    """Rise linearly over the first ``warmup`` share of steps, then stay, or fall to zero along a cosine.

    Loshchilov & Hutter 2017, SGDR, equation 5, without restarts.
    """
    rising = max(1, round(warmup * steps))

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        if schedule == "constant":
            return 1.0
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1, steps - rising))))

    return factor
