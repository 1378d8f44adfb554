"""Train here, in this process: seed after seed, each from ``run.json`` that says running to its results."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file

from lab.batches import count
from lab.checkpoints import Checkpoint
from lab.contract import Examples
from lab.devices import name, peak_memory
from lab.errors import UserError
from lab.evaluation import predict
from lab.files import atomic, read_json
from lab.launch import lost_another
from lab.runs import RUNS, Run, git_state, is_main_process, now, only_trainer, versions
from lab.settings import Params, read_project
from lab.sharding import weights
from lab.task import load_method, load_problem
from lab.training import Fitted, TrainingInterruptedError, fit


def train_here(method: str, seeds: list[int], params: Params, fingerprints: dict[int, str]) -> None:
    """Train one method with each of ``seeds``; each run is held against a second trainer."""
    splits = pd.read_parquet("data/splits.parquet")
    ids = {split: rows["id"].tolist() for split, rows in splits.groupby("split")}
    examples = load_problem().load(Path("data/raw"), ids)
    for seed in seeds:
        with only_trainer(RUNS / method / str(seed)) if is_main_process() else nullcontext():
            train(method, seed, params, examples, ids, fingerprints[seed])
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def train(method: str, seed: int, params: Params, examples: dict[str, Examples], ids: dict, fingerprint: str) -> None:
    """One run, from ``run.json`` that says running to ``run.json`` that says finished, failed or interrupted."""
    settings, options = params.training(method), params.options(method)
    this = Run(method, seed)
    member = read_project().members[0].name
    data = read_json(Path("data/raw/provenance.json"))["digest"]
    about = {"parameters": settings.model_dump() | options, "data_digest": data, "member": member}
    this.start(fingerprint, about | git_state() | {"versions": versions()})
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
        )
        write_results(this, fitted, examples, ids, params)
    except TrainingInterruptedError as reason:
        this.update(status="interrupted", error=str(reason), finished=now())
        raise UserError(f"{method}, seed {seed}: {reason}; `uv run dvc repro` goes on from there") from None
    except BaseException as error:
        if lost_another(error):
            raise  # the reason is in that process
        text = str(error)
        if isinstance(error, torch.OutOfMemoryError) or "not enough memory" in text:
            parts = 2 * settings.accumulate
            text = f"out of memory: set train.accumulate in params.yaml to {parts}: the same steps in less memory"
        if isinstance(error, TypeError) and "__init__()" in text:
            text = f"params.yaml: methods.{method}: {text}"
        this.update(status="failed", error=text, finished=now())
        if isinstance(error, UserError) or text != str(error):
            raise UserError(f"{method}, seed {seed}: {text}") from None
        raise
    if is_main_process():
        checkpoint.remove()


def write_results(this: Run, fitted: Fitted, examples: dict[str, Examples], ids: dict, params: Params) -> None:
    """Weights, predictions for every split that is not trained on, and what the run took."""
    method, seed = this.record["method"], this.record["seed"]
    settings, targets = params.training(method), load_problem().targets
    tables = []
    for split in [split for split in examples if split != "train"]:
        columns = predict(fitted.method, examples[split], targets, settings, fitted.hardware)
        rows = {
            column: list(values.reshape(len(values), -1)) if values.ndim > 1 else values
            for column, values in columns.items()
        }
        names = ids.get(split) or [f"{split}-{number}" for number in range(count(examples[split]))]
        tables.append(pd.DataFrame({"id": names, "split": split} | rows))
    whole = weights(fitted.method)
    if not is_main_process():
        return
    this.write_history(fitted.history)
    with atomic(this.folder / "model.safetensors") as temporary:
        save_file({key: value.contiguous() for key, value in whole.items()}, temporary)
    with atomic(this.folder / "predictions.parquet") as temporary:
        pd.concat(tables, ignore_index=True).to_parquet(temporary, index=False)
    this.update(
        status="finished",
        finished=now(),
        parameter_count=sum(value.numel() for value in fitted.method.parameters()),
        epochs=len(fitted.history),
        best_epoch=fitted.best_epoch,
        seconds=fitted.seconds,
        examples_per_second=fitted.examples_per_second,
        peak_memory_bytes=peak_memory(fitted.hardware.device),
        device=name(fitted.hardware.device),
        precision=fitted.hardware.mixed_precision.replace("no", "fp32"),
    )
    last = {key: value for key, value in fitted.history[fitted.best_epoch - 1].items() if key.startswith("validation")}
    shown = ", ".join(f"{key} {np.format_float_positional(value, 4)}" for key, value in last.items())
    kept = f"epoch {fitted.best_epoch} of {len(fitted.history)} kept"
    print(f"{method}, seed {seed}: {kept}, {fitted.seconds:.1f} s, {shown}")
