"""Train one method with each seed: ``python -m lab.stages.train <method>``. Finished seeds are kept.

Where that happens, ``lab.launch`` decides: it may start this stage again, in several processes or on other machines.
"""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file

from lab.batches import count
from lab.checkpoints import Checkpoint
from lab.contract import Examples
from lab.devices import name, peak_memory
from lab.errors import UserError, run
from lab.evaluation import predict
from lab.files import atomic, read_json, sha256
from lab.launch import is_launched, lost_another, reasons, train_in_processes, trains_elsewhere
from lab.runs import RUNS, Run, git_state, is_main_process, now, only_trainer, versions
from lab.settings import Params, read_params, read_project
from lab.sharding import weights
from lab.slurm import train_in_jobs
from lab.task import load_method, load_problem
from lab.tracking import Follower
from lab.training import Fitted, TrainingInterruptedError, fit


def main() -> None:
    params = read_params()
    parser = ArgumentParser(prog="train")
    parser.add_argument("method", nargs="?")
    parser.add_argument("--seed", type=int, action="append", help="train this seed only; may be repeated")
    given = parser.parse_args()
    method, seeds = given.method, given.seed or params.seeds
    if method not in params.methods:
        raise UserError(f"train needs one method of params.yaml: {', '.join(params.methods)}")
    fingerprints = {seed: fingerprint(params, method, seed) for seed in seeds}
    waiting = [seed for seed in seeds if not Run(method, seed).is_finished(fingerprints[seed])]
    with reasons():
        if is_launched() or not is_main_process():  # another process of this training watches it
            learn(method, waiting, params, fingerprints, nullcontext())
            return
        with only_trainer(RUNS / method):
            for folder in (RUNS / method).iterdir():
                if folder.name not in map(str, params.seeds):
                    shutil.rmtree(folder)
            print(f"{method}: seeds {seeds}, of which {len(seeds) - len(waiting)} are finished already", flush=True)
            if waiting:
                learn(method, waiting, params, fingerprints, Follower(RUNS / method))


def learn(
    method: str, seeds: list[int], params: Params, fingerprints: dict[int, str], follower: AbstractContextManager
) -> None:
    """Train each seed: where ``launch`` in params.yaml says, or here."""
    if trains_elsewhere(params.launch):
        with follower:
            submit = params.launch.slurm is not None and not is_launched()
            (train_in_jobs if submit else train_in_processes)(method, seeds, params.launch)
        return
    splits = pd.read_parquet("data/splits.parquet")
    ids = {split: rows["id"].tolist() for split, rows in splits.groupby("split")}
    examples = load_problem().load(Path("data/raw"), ids)
    with follower:
        for seed in seeds:
            with only_trainer(RUNS / method / str(seed)) if is_main_process() else nullcontext():
                train(method, seed, params, examples, ids, fingerprints[seed])
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def fingerprint(params: Params, method: str, seed: int) -> str:
    """What decides a run's result: code, params, seed and data."""
    code = read_json(Path("data/code.json"))["methods"][method]
    data = read_json(Path("data/raw/provenance.json"))["digest"] + sha256(Path("data/splits.parquet").read_bytes())
    decisive = params.training(method).model_dump(exclude={"workers", "checkpoint_minutes"})
    return sha256(repr((code, data, sorted(decisive.items()), params.options(method), seed)).encode())


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
    for split in [split for split in examples if split not in ("train", "validation")]:
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


if __name__ == "__main__":
    run(main)
