"""What Finalist does on a GPU, in one command: ``python3 benchmarks/gpu.py``. It takes less than eight minutes.

It needs no uv and no installed project: PyTorch, accelerate, pandas, pyarrow, safetensors, pydantic, ruamel-yaml, and
pytest for the tests. It runs the tests of the mark ``gpu``, then trains three networks in fp32 and bf16, with and
without compilation, by Finalist's loop and by a bare loop in turn. ``--rehearse`` does all of it in miniature on the
processor, to see that it runs.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
import warnings
from itertools import pairwise
from pathlib import Path

sys.path.append(sys.path.pop(0))  # the standard library's statistics, not the benchmark beside this file

from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "template/src"))

import contenders
import torch
from networks import Network, digits_cnn, synthetic, vit_base, vit_tiny

from lab.contract import Batch
from lab.train_settings import TrainSettings

ROOT = Path(__file__).resolve().parents[1]
BASE: dict[str, Any] = {
    "learning_rate": 1e-3,
    "weight_decay": 0.01,
    "schedule": "cosine",
    "warmup": 0.05,
    "clip": 1.0,
    "accumulate": 1,
    "patience": 0,
    "workers": 0,
    "checkpoint_minutes": 60.0,
}
MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--rehearse", action="store_true", help="in miniature, on the processor")
    parser.add_argument("--minutes", type=float, default=7.5, help="no new measurement begins after these")
    options = parser.parse_args()
    if not torch.cuda.is_available() and not options.rehearse:
        print("there is no CUDA device here: nothing to measure")
        return
    warnings.filterwarnings("ignore")
    started, device = time.perf_counter(), torch.device("cpu" if options.rehearse else "cuda")
    print(f"PyTorch {torch.__version__}; {'processor' if options.rehearse else torch.cuda.get_device_name()}")
    run_tests()
    peaks = {name: matrix_peak(device, name, 256 if options.rehearse else 8192) for name in ("fp32", "bf16")}
    for name, peak in peaks.items():
        print(f"matrix product in {name}: {peak / 1e12:.1f} TFLOP/s", flush=True)
    agree(device)
    for title, network, data, batch_size, epochs in sizes(options.rehearse):
        for precision in ("fp32", "bf16"):
            for compiled in (False,) if options.rehearse else (False, True):
                if time.perf_counter() - started > 60 * options.minutes:
                    print(f"{title}, {precision}{', compiled' if compiled else ''}: left out, the time is over")
                    continue
                values = {"device": device.type, "precision": precision, "compile": compiled, "batch_size": batch_size}
                settings = TrainSettings.model_validate(BASE | values | {"epochs": epochs})
                measure(f"{title}, {precision}", network, data, settings, device, peaks[precision])
    print(f"{time.perf_counter() - started:.0f} seconds in all")


def run_tests() -> None:
    """The tests of the mark ``gpu``, without the workshop's conftest, which needs more packages."""
    if importlib.util.find_spec("pytest") is None:
        print("pytest is not installed: the tests are left out")
        return
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "--noconftest", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, "tests/machinery/test_gpu.py"], cwd=ROOT, capture_output=True, text=True)
    print(done.stdout.strip()[-3000:], done.stderr.strip()[-1000:], sep="\n", flush=True)


def sizes(small: bool) -> list[tuple[str, Network, Batch, int, int]]:
    """Title, network, data, examples a step, epochs. The largest comes first: it is the one that fills a GPU."""
    if small:
        return [("digits CNN", digits_cnn, synthetic(64, 8, channels=1), 32, 2)]
    return [
        ("ViT-Base", vit_base, synthetic(1024, 224), 128, 3),
        ("ViT-Tiny", vit_tiny, synthetic(4096, 32), 256, 3),
        ("digits CNN", digits_cnn, synthetic(4096, 8, channels=1), 64, 3),
    ]


def measure(
    title: str, network: Network, data: Batch, settings: TrainSettings, device: torch.device, peak: float
) -> None:
    """Print examples a second of each epoch but the first, which compiles, and their ratio over three rounds.

    An epoch of Finalist's loop includes what the bare loop has not: a validation, and a copy of the best weights.
    """
    seen = len(data["label"]) // settings.batch_size * settings.batch_size
    ratios, speeds, memory = [], [], 0
    forget_device()
    for number in range(2 if settings.compile else 3):
        seconds = {}
        for name, train in [("bare", contenders.bare), ("Finalist", contenders.finalist)][:: 1 if number % 2 else -1]:
            ends: list[float] = []
            if device.type == "cuda":
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
            train(network, data, settings, device, lambda ends=ends: ends.append(time.perf_counter()))  # type: ignore[misc]
            if device.type == "cuda" and name == "Finalist":
                memory = torch.cuda.max_memory_allocated()
            seconds[name] = median(after - before for before, after in pairwise(ends))
        ratios.append(seconds["bare"] / seconds["Finalist"])
        speeds.append(seen / seconds["Finalist"])
    share = operations(network, data) * median(speeds) / peak
    print(
        f"{title}{', compiled' if settings.compile else ''}: {median(speeds):,.0f} examples/s, "
        f"{median(ratios):.3f} of the bare loop ({min(ratios):.3f} to {max(ratios):.3f}), "
        f"{share:.0%} of the matrix peak, {memory / MIB:,.0f} MiB",
        flush=True,
    )


def matrix_peak(device: torch.device, precision: str, side: int) -> float:
    """Operations a second of a large matrix product; in fp32 with TF32, which training uses."""
    torch.set_float32_matmul_precision("high")
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(side, side, device=device, dtype=kind) for _ in range(2))
    times = []
    for _ in range(20):
        began = time.perf_counter()
        left @ right
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - began)
    return 2 * side**3 / median(times)


def operations(network: Network, data: Batch) -> float:
    """Of one example's forward and backward pass."""
    from torch.utils.flop_counter import FlopCounterMode

    model = network()
    with FlopCounterMode(display=False) as counter:
        model(data["image"][:2]).sum().backward()
    return counter.get_total_flops() / 2


def agree(device: torch.device) -> None:
    """Train the digits' network on the processor and here, in each precision: the losses of the last epoch."""
    data, values = synthetic(512, 8, channels=1), {"batch_size": 64, "epochs": 4, "compile": False}
    losses = {}
    for name, where, precision in [("processor", "cpu", "fp32"), *[(p, device.type, p) for p in ("fp32", "bf16")]]:
        if where == "cpu" and precision == "bf16":
            continue
        settings = TrainSettings.model_validate(BASE | values | {"device": where, "precision": precision})
        forget_device()
        losses[name] = contenders.finalist(digits_cnn, data, settings, torch.device(where))[1]
    forget_device()
    shown = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
    apart = max(abs(loss / losses["processor"] - 1) for loss in losses.values())
    print(f"last loss of the same training: {shown}: {'they agree' if apart < 0.02 else 'THEY DIFFER'}", flush=True)


def forget_device() -> None:
    """Accelerate keeps to the first device and precision of a process; here each training has its own."""
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)


if __name__ == "__main__":
    main()
