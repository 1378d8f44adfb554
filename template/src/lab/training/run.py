"""One method's runs in this process, seed after seed: from ``run.json`` that says running to the run's results."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from safetensors.torch import save_file

from lab.contract import Examples
from lab.errors import UserError
from lab.files import atomic, read_json, read_table
from lab.paths import EXAMPLES, PROVENANCE, RAW, RUNS, SPLITS
from lab.runs import Run, git_state, is_main_process, now, only_trainer, versions, who
from lab.scaling.launch import lost_another
from lab.scaling.sharding import weights
from lab.settings import Params
from lab.team_code import check_options, load_method, load_problem
from lab.training.checkpoints import Checkpoint
from lab.training.devices import device_name, peak_memory
from lab.training.loop import Fitted, TrainingInterruptedError, fit
from lab.training.predictions import prediction_table


def train_seeds(method: str, seeds: list[int], params: Params, fingerprints: dict[int, str]) -> None:
    """Train one method with each of ``seeds``; each run is held against a second trainer."""
    check_options(load_method(method), params.options(method), f"params.yaml: methods.{method}")
    ids = read_splits()
    examples = load_problem().load(RAW, ids)
    for seed in seeds:
        with only_trainer(RUNS / method / str(seed)) if is_main_process() else nullcontext():
            train_seed(method, seed, params, examples, ids, fingerprints[seed])
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def read_splits() -> dict[str, list[str]]:
    """The ids of each split, which must be those of the examples."""
    splits = read_table(SPLITS, "id", "split")
    if set(splits["id"]) != set(read_table(EXAMPLES, "id")["id"]):
        raise UserError(f"{SPLITS} is of other examples than {EXAMPLES}: run `uv run dvc repro`")
    return {split: rows["id"].tolist() for split, rows in splits.groupby("split")}


def train_seed(
    method: str, seed: int, params: Params, examples: dict[str, Examples], ids: dict, fingerprint: str
) -> None:
    """One run: ``run.json`` says running, then finished, failed or interrupted."""
    settings, options = params.training(method), params.options(method)
    this = Run(method, seed)
    about = {"parameters": settings.model_dump() | options, "data_digest": read_json(PROVENANCE, "digest")["digest"]}
    about |= {"member": who(), "versions": versions()} | git_state()
    checkpoint = Checkpoint(this.folder / "checkpoint.pt", fingerprint)
    try:
        fitted = fit(
            load_method(method),
            options,
            examples,
            settings,
            seed,
            checkpoint,
            this.write_history,
            params.launch.strategy,
            begin=lambda: this.start(fingerprint, about),  # not before: what stands there may have taken hours
        )
        write_results(this, fitted, examples, ids, params)
    except TrainingInterruptedError as reason:
        this.update(status="interrupted", error=str(reason), finished=now())
        raise UserError(f"{method}, seed {seed}: {reason}; `uv run dvc repro` goes on from there") from None
    except BaseException as error:
        if lost_another(error):
            raise  # the reason is in that process
        text = explained(error, method, settings.accumulate)
        this.update(status="failed", error=text or str(error), finished=now())
        if text:
            raise UserError(f"{method}, seed {seed}: {text}") from None
        raise
    if is_main_process():
        checkpoint.remove()


def explained(error: BaseException, method: str, accumulate: int) -> str | None:
    """What a person can do about ``error``; None if it is no user's mistake."""
    if isinstance(error, torch.OutOfMemoryError) or "not enough memory" in str(error):
        parts = 2 * accumulate
        return f"out of memory: set train.accumulate in params.yaml to {parts}: the same steps in less memory"
    if isinstance(error, TypeError) and "__init__()" in str(error):
        return f"params.yaml: methods.{method}: {error}"
    return str(error) if isinstance(error, UserError) else None


def write_results(this: Run, fitted: Fitted, examples: dict[str, Examples], ids: dict, params: Params) -> None:
    """Weights, predictions for every split that is not trained on, and what the run took."""
    settings, hardware = params.training(this.record["method"]), fitted.processes.hardware
    table = prediction_table(fitted.method, examples, ids, load_problem().targets, settings, hardware)
    whole = weights(fitted.method)
    if not is_main_process():
        return
    this.write_history(fitted.history)
    with atomic(this.folder / "model.safetensors") as temporary:
        save_file({key: value.contiguous() for key, value in whole.items()}, temporary)
    with atomic(this.folder / "predictions.parquet") as temporary:
        table.to_parquet(temporary, index=False)
    this.update(
        status="finished",
        finished=now(),
        parameter_count=sum(value.numel() for value in fitted.method.parameters()),
        epochs=len(fitted.history),
        best_epoch=fitted.best_epoch,
        seconds=fitted.seconds,
        examples_per_second=fitted.examples_per_second,
        peak_memory_bytes=peak_memory(hardware.device),
        device=device_name(hardware.device),
        precision=hardware.mixed_precision.replace("no", "fp32"),
    )
