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
from safetensors.torch import load_file, save_file

from lab.training.sanity import changed_by_a_stop, dependent_answers, idle_parameters, memory
from lab.training.trial import Trial


def test_every_parameter_learns(candidate: Trial) -> None:
    """Each has a gradient and an optimizer. One that has not is dead weight: frozen by a detach, or never used."""
    assert idle_parameters(candidate) == []


def test_a_few_examples_can_be_learned_by_heart(candidate: Trial) -> None:
    """A method that cannot even memorise has a broken loss, targets in another order, or no capacity."""
    if candidate.has_own_step:
        pytest.skip("what its own train_step returns need not fall: adversaries and players learn against a moving aim")
    found = memory(candidate)
    assert found.succeeded, found


def test_an_answer_does_not_depend_on_its_batch(candidate: Trial) -> None:
    """Else scores depend on how the test set is cut into batches: look for a norm or a mean over the batch."""
    assert dependent_answers(candidate) == {}


def test_the_same_seed_gives_the_same_weights(candidate: Trial) -> None:
    """Else no result can be repeated: look for a generator of its own, a set's order, the time."""
    again, first = candidate.train_briefly().method.state_dict(), candidate.trained.method.state_dict()
    assert [name for name in first if not torch.equal(first[name], again[name])] == []


def test_a_stopped_training_continues_to_the_same_weights(candidate: Trial) -> None:
    """Else a kill changes results: what a method remembers from step to step must be a parameter or a buffer."""
    assert changed_by_a_stop(candidate) == []


def test_another_seed_starts_elsewhere(candidate: Trial) -> None:
    """Else the seeds of params.yaml measure nothing: look for a seed that is set inside the method."""
    first, other = (dict(candidate.build(seed).named_parameters()) for seed in (0, 1))
    random = [name for name, value in first.items() if value.unique().numel() > 1]
    if not random:
        pytest.skip("all its parameters start at fixed values")
    assert any(not torch.equal(first[name], other[name]) for name in random)


def test_all_that_was_learned_is_in_the_weights(candidate: Trial, tmp_path: Path) -> None:
    """A model that is loaded again answers alike: what is fitted to data must be a parameter or a buffer."""
    path = tmp_path / "model.safetensors"
    save_file({name: value.contiguous() for name, value in candidate.trained.method.state_dict().items()}, path)
    loaded = candidate.build(seed=1)
    loaded.load_state_dict(load_file(path))
    few = candidate.some("test", 6)
    expected = candidate.predict(few)
    for name, values in candidate.predict(few, loaded).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_it_trains_on_a_gpu(candidate: Trial, precision: str) -> None:
    AcceleratorState._reset_state(reset_partial_state=True)  # Accelerate keeps to the first device of a process
    few = candidate.some("train", 2 * candidate.settings.batch_size)
    fitted = candidate.train(few, epochs=1, device="cuda", precision=precision)
    assert all(value.isfinite().all() for value in fitted.method.state_dict().values())
    assert {value.device.type for value in fitted.method.state_dict().values()} == {"cuda"}
    AcceleratorState._reset_state(reset_partial_state=True)
