"""One method's runs in this process, seed after seed: from ``run.json`` that says running to the run's results."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict

import torch
from safetensors.torch import save_file

from lab.console import tell
from lab.contract import Examples
from lab.data_results import Collected
from lab.errors import UserError, in_team_code, is_out_of_memory
from lab.files import atomic, read_json, read_table
from lab.fingerprint import of_training
from lab.paths import EXAMPLES, PROVENANCE, RAW, RUNS, SPLITS
from lab.runs import Run, git_state, is_main_process, now, only_trainer, versions, who
from lab.scaling.launch import is_launched, lost_another
from lab.scaling.sharding import weights
from lab.scaling.side_by_side import others_beside
from lab.settings import Params
from lab.team_code.example_checks import SPLITS as NAMES
from lab.team_code.example_checks import loaded
from lab.team_code.loading import load_method, load_problem
from lab.team_code.method_checks import check_finite
from lab.team_code.options import check_options
from lab.train_settings import TrainSettings
from lab.training.batches import count, shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.devices import device_name, peak_memory
from lab.training.devices import hardware as machine
from lab.training.loop import Fitted, TrainingInterruptedError, fit
from lab.training.predictions import prediction_table
from lab.training.progress import Forecast
from lab.training.rehearsal import rehearse
from lab.training.state import Row

FEW_STEPS = 100
"""Of an optimizer, in all: with fewer, networks that begin with nothing learn little."""


def train_seeds(method: str, seeds: list[int], params: Params, fingerprints: dict[int, str]) -> None:
    """Train one method with each of ``seeds``; a lock keeps a second trainer away from each run."""
    check_options(load_method(method), params.options(method), f"params.yaml: methods.{method}")
    ids, problem = read_splits(), load_problem()
    examples = loaded(problem, RAW, ids)
    # A model that is sharded may not fit into one process.
    if seeds and is_main_process() and not (is_launched() and params.launch.strategy == "fsdp"):
        try:
            rehearse(method, params, problem, examples, ids)
        except Exception as error:
            raise explained(error, params.training(method).accumulate) or error from None
    if seeds and is_main_process():
        warn_of_few_steps(params.training(method), count(examples["train"]))
    forecast = Forecast(method, seeds, params.training(method).epochs, others_beside())
    for seed in seeds:
        with only_trainer(RUNS / method / str(seed)) if is_main_process() else nullcontext():
            train_seed(method, seed, params, examples, ids, fingerprints[seed], forecast)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def warn_of_few_steps(settings: TrainSettings, size: int) -> None:
    """A small data set with the batches of a larger one ends before anything is learned."""
    steps = len(shuffled(size, settings.batch_size, seed=0, epoch=0)) * settings.epochs
    if steps < FEW_STEPS:
        tell("train.few_steps", size=size, batch=settings.batch_size, steps=steps)


def read_splits() -> dict[str, list[str]]:
    """The ids of each split, which must be those of the examples; some may be left out."""
    splits = read_table(SPLITS, "id", "split")
    if set(splits["id"]) != set(read_table(EXAMPLES, "id")["id"]):
        raise UserError(f"{SPLITS} is of other examples than {EXAMPLES}: run `uv run dvc repro`")
    return {split: rows["id"].tolist() for split, rows in splits.groupby("split") if split in NAMES}


def train_seed(
    method: str,
    seed: int,
    params: Params,
    examples: dict[str, Examples],
    ids: dict,
    fingerprint: str,
    forecast: Forecast,
) -> None:
    """One run: ``run.json`` says running, then finished, failed or interrupted."""
    settings, options = params.training(method), params.options(method)
    this = Run(method, seed)
    data: Collected = read_json(PROVENANCE, "digest")
    about = git_state()
    about |= {"parameters": settings.model_dump() | options, "data_digest": data["digest"]}
    about |= {"code": of_training(params, method), "member": who(), "versions": versions()}
    checkpoint = Checkpoint(this.folder / "checkpoint.pt", fingerprint)

    def begin() -> None:  # not before: the run that is there may have taken hours
        this.start(fingerprint, about)
        if seed == forecast.seeds[0]:
            forecast.begin()

    def report(history: list[Row]) -> None:
        this.write_history(history)
        forecast.after_epoch(history)

    try:
        fitted = fit(
            load_method(method),
            options,
            examples,
            settings,
            seed,
            checkpoint,
            report,
            params.launch.strategy,
            begin,
        )
        write_results(this, fitted, examples, ids, params)
    except TrainingInterruptedError as reason:
        this.update(status="interrupted", error=str(reason), finished=now())
        raise UserError(f"{method}, seed {seed}: {reason}; `uv run dvc repro` continues from there") from None
    except BaseException as error:
        if lost_another(error):
            raise  # the reason is in that process
        found = explained(error, settings.accumulate)
        this.update(status="failed", error=str(found or error), finished=now())
        if found is None:
            raise
        told = UserError(f"{method}, seed {seed}: {found}")
        told.frames = found.frames
        raise told from None
    if is_main_process():
        checkpoint.remove()


def explained(error: BaseException, accumulate: int) -> UserError | None:
    """What a person can do about ``error``; None if it is no user's mistake."""
    if is_out_of_memory(error):
        text = f"out of memory: set train.accumulate in params.yaml to {2 * accumulate}: the same steps in less memory"
        return UserError(f"{text} (only batch norms see each part by itself)")
    return error if isinstance(error, UserError) else in_team_code(error)


def write_results(this: Run, fitted: Fitted, examples: dict[str, Examples], ids: dict, params: Params) -> None:
    """Weights, predictions for every split that is not trained on, and what the run took."""
    settings, hardware = params.training(this.record["method"]), fitted.processes.hardware
    table = prediction_table(fitted.method, examples, ids, load_problem().targets, settings, hardware)
    check_finite(fitted.method, table, load_problem().targets)
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
        trained_count=sum(value.numel() for value in fitted.method.parameters() if value.requires_grad),
        pretrained=[asdict(each) for each in fitted.method.pretrained],
        epochs=len(fitted.history),
        best_epoch=fitted.best_epoch,
        seconds=fitted.seconds,
        examples_per_second=fitted.examples_per_second,
        peak_memory_bytes=peak_memory(hardware.device),
        device=device_name(hardware.device),
        hardware=machine(),
        precision=hardware.mixed_precision.replace("no", "fp32"),
    )
