"""The device: which one, how precise, how repeatable, and how much memory was used."""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs

from lab.contract import Method
from lab.errors import UserError
from lab.results import Hardware
from lab.scaling.launch import share_of
from lab.train_settings import TrainSettings

LARGE = 3_000_000
"""Parameters from which on a GPU's time goes into arithmetic. A smaller network's goes into starting kernels, of which
bf16 needs more: on an H200, 18 of 19 networks of 8 thousand to 2 million parameters trained faster in fp32."""


def accelerator(settings: TrainSettings, method: Method) -> Accelerator:
    """Accelerate for the device and precision that are asked for; ``auto`` takes what is fastest for ``method``."""
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise UserError(
            "params.yaml: train.device: no CUDA device is found here: set it to auto, or run `uv run lab doctor`"
        )
    if settings.device == "mps" and not torch.backends.mps.is_available():
        raise UserError("params.yaml: train.device: no Apple GPU is found here: set it to auto")
    cuda = settings.device in ("auto", "cuda") and torch.cuda.is_available()
    precision = settings.precision
    if precision == "auto":
        precision = fastest_precision(method, cuda and torch.cuda.is_bf16_supported(including_emulation=False))
    if precision == "fp16" and not cuda:
        raise UserError("params.yaml: train.precision: fp16 needs a CUDA device: set it to auto")
    processes, here = int(os.environ.get("WORLD_SIZE", "1")), torch.cuda.device_count()
    if cuda and int(os.environ.get("LOCAL_RANK", "0")) >= here:
        raise UserError(f"params.yaml: launch.processes: set it to the number of GPUs of a machine, which is {here}")
    return Accelerator(
        cpu=settings.device == "cpu" or (processes > 1 and not cuda),
        mixed_precision="no" if precision == "fp32" else precision,
        gradient_accumulation_steps=settings.accumulate,
        kwargs_handlers=[DistributedDataParallelKwargs(gradient_as_bucket_view=True)],
    )


def fastest_precision(method: Method, has_bf16: bool) -> Literal["bf16", "fp32"]:
    """bf16 for a large network on a GPU that computes in it, else fp32.

    bf16 has three digits and needs no scaling of losses. Three are too few where the difference of two answers is what
    is learned from, as of two policies: set fp32 there.
    """
    is_large = sum(value.numel() for value in method.parameters()) >= LARGE
    return "bf16" if is_large and has_bf16 else "fp32"


def repeatable(seed: int, threads: int | None = None) -> None:
    """Seed every generator, and let no kernel be chosen by timing or add numbers in a random order.

    ``threads`` of the processor each add up a part of a sum: another number of them rounds otherwise.
    """
    if threads is not None:
        torch.set_num_threads(share_of(threads))
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS repeats itself only with a fixed workspace
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_deterministic_debug_mode("warn")  # `use_deterministic_algorithms`, without importing the compiler
    torch.backends.cudnn.benchmark = False
    torch.set_float32_matmul_precision("high")  # TF32 on CUDA: ten bits of mantissa, several times the speed


def device_name(device: torch.device) -> str:
    """As a person says it: the GPU's product name, or ``cpu``."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def hardware() -> Hardware:
    """What the last digits of a result may depend on, besides code and settings."""
    built_with = torch.__config__.show()
    version = re.search(r"Math Kernel Library Version ([\d.]+)", built_with)
    library = re.search(r"BLAS_INFO=(\w+)", built_with)
    return {
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "blas": f"MKL {version[1]}" if version else library[1] if library else "",
    }


def processor() -> str:
    """The processor's product name, if the system knows it."""
    if Path("/proc/cpuinfo").is_file():
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        if found := re.search(r"^model name\s*: (.+)$", text, re.MULTILINE):
            return found[1].strip()
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or platform.machine()
    return platform.processor() or platform.machine()


def peak_memory(device: torch.device) -> int:
    """Bytes: of the GPU's memory where there is one, else of this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
