"""What goes wrong in training without a word: checks that every method of params.yaml must pass.

Nothing here names a task or a method. What a loss should be before any training depends on the task: that is
checked in the task's own tests.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState
from conftest import Candidate, take
from safetensors.torch import load_file, save_file

MEMORISED = 8
"""Examples to learn by heart."""


def test_every_parameter_learns(candidate: Candidate) -> None:
    """Each has a gradient and an optimizer. One that has not is dead weight: frozen by a detach, or never used."""
    before = dict(candidate.build().named_parameters())
    after = dict(candidate.trained.method.named_parameters())
    learning = [name for name, value in before.items() if value.requires_grad]
    assert [name for name in learning if torch.equal(before[name], after[name])] == []


def test_a_few_examples_can_be_learned_by_heart(candidate: Candidate) -> None:
    """A method that cannot even memorise has a broken loss, targets in another order, or no capacity."""
    if candidate.has_own_step:
        pytest.skip("what its own train_step returns need not fall: adversaries and players learn against a moving aim")
    few = take(candidate.task.examples["train"], MEMORISED)
    settings = {"epochs": 200, "batch_size": MEMORISED, "schedule": "constant", "weight_decay": 0.0, "patience": 0}
    losses = [row["validation_loss"] for row in candidate.train(few, **settings).history]
    # A loss that draws noise itself (a diffusion model's) keeps what of the noise nobody can know.
    method = candidate.build().eval()
    draws = [method.loss(dict(few))["loss"].item() for _ in range(2)]
    assert min(losses) < (0.2 if draws[0] == draws[1] else 0.7) * losses[0]


def test_an_answer_does_not_depend_on_its_batch(candidate: Candidate) -> None:
    """Else scores depend on how the test set is cut into batches: look for a norm or a mean over the batch."""
    few = take(candidate.task.examples["test"], 6)
    alone, together = candidate.predict(few, batch_size=1), candidate.predict(few, batch_size=6)
    for name in together:
        np.testing.assert_allclose(alone[name], together[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_the_same_seed_gives_the_same_weights(candidate: Candidate) -> None:
    """Else no result can be repeated: look for a generator of its own, a set's order, the time."""
    again, first = candidate.train_briefly().method.state_dict(), candidate.trained.method.state_dict()
    assert [name for name in first if not torch.equal(first[name], again[name])] == []


def test_another_seed_starts_elsewhere(candidate: Candidate) -> None:
    """Else the seeds of params.yaml measure nothing: look for a seed that is set inside the method."""
    first, other = (dict(candidate.build(seed).named_parameters()) for seed in (0, 1))
    random = [name for name, value in first.items() if value.unique().numel() > 1]
    if not random:
        pytest.skip("all its parameters start at fixed values")
    assert any(not torch.equal(first[name], other[name]) for name in random)


def test_all_that_was_learned_is_in_the_weights(candidate: Candidate, tmp_path: Path) -> None:
    """A model that is loaded again answers alike: what is fitted to data must be a parameter or a buffer."""
    path = tmp_path / "model.safetensors"
    save_file({name: value.contiguous() for name, value in candidate.trained.method.state_dict().items()}, path)
    loaded = candidate.build(seed=1)
    loaded.load_state_dict(load_file(path))
    few = take(candidate.task.examples["test"], 6)
    expected = candidate.predict(few)
    for name, values in candidate.predict(few, loaded).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_it_trains_on_a_gpu(candidate: Candidate, precision: str) -> None:
    AcceleratorState._reset_state(reset_partial_state=True)  # Accelerate keeps to the first device of a process
    few = take(candidate.task.examples["train"], 2 * candidate.settings.batch_size)
    fitted = candidate.train(few, epochs=1, device="cuda", precision=precision)
    assert all(value.isfinite().all() for value in fitted.method.state_dict().values())
    assert {value.device.type for value in fitted.method.state_dict().values()} == {"cuda"}
    AcceleratorState._reset_state(reset_partial_state=True)
