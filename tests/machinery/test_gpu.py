"""On a GPU: its answers are the processor's, an interrupted run continues there too, every way to be faster trains."""

from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState
from test_training import Noisy, train, weights

from lab.training.loop import TrainingInterruptedError

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")]

PRECISIONS = ["fp32", "bf16", "fp16"]


@pytest.fixture(autouse=True)
def any_device() -> None:
    """Accelerate keeps to the first device and precision of a process; here each test has its own."""
    _forget()
    Noisy.steps = Noisy.stop_after = 0


def _forget() -> None:
    AcceleratorState._reset_state(reset_partial_state=True)


class Calm(Noisy):
    """Without dropout, whose draws differ between devices."""

    def __init__(self, examples: dict[str, torch.Tensor]) -> None:
        super().__init__(examples)
        self.net[1] = torch.nn.Tanh()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("compiled", [False, True])
def test_the_gpu_learns_what_the_processor_learns(tmp_path: Path, precision: str, compiled: bool) -> None:
    _, expected = train(tmp_path / "cpu.pt", Calm)
    _forget()
    fitted, rows = train(tmp_path / "gpu.pt", Calm, device="cuda", precision=precision, compile=compiled)
    assert fitted.processes.hardware.device.type == "cuda"
    tolerance = 1e-2 if precision == "fp32" else 5e-2  # TF32 has ten bits, bf16 has seven
    for row, other in zip(rows, expected, strict=True):
        assert row == pytest.approx(other, rel=tolerance)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_stopped_run_continues_bit_for_bit(tmp_path: Path, precision: str) -> None:
    gpu = {"device": "cuda", "precision": precision}
    whole, rows = train(tmp_path / "whole.pt", **gpu)
    Noisy.steps, Noisy.stop_after = 0, 6
    with pytest.raises(TrainingInterruptedError):
        train(tmp_path / "stopped.pt", **gpu)
    Noisy.stop_after = 0
    torch.manual_seed(999)  # whatever happens in between
    continued, continued_rows = train(tmp_path / "stopped.pt", **gpu)
    assert torch.equal(weights(whole), weights(continued))
    assert rows == continued_rows
