"""Train one method with each seed: ``python -m lab.stages.train <method>``. Finished seeds are kept.

Where that happens, ``launch:`` of params.yaml decides: it may start this stage again, for each seed or elsewhere.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext

from lab.console import tell
from lab.data.raw_files import collected_digest
from lab.errors import UserError, run
from lab.fingerprint import of_run
from lab.kept_runs import read_record, set_aside
from lab.paths import RUNS
from lab.runs import Run, is_main_process, only_trainer
from lab.scaling.launch import is_launched, reasons, share_of, train_in_processes, trains_elsewhere
from lab.scaling.side_by_side import at_once, train_side_by_side
from lab.scaling.signals import stop_with_parent
from lab.scaling.slurm import train_in_jobs
from lab.settings import Params, read_params
from lab.tracking.follower import Follower


def main() -> None:
    params = read_params()
    parser = ArgumentParser(prog="train")
    parser.add_argument("method", nargs="?")
    parser.add_argument("--seed", type=int, action="append", help="train this seed only; may be repeated")
    given = parser.parse_args()
    method, seeds = given.method, given.seed or params.seeds
    if method not in params.methods:
        raise UserError(f"train needs one method of params.yaml: {', '.join(params.methods)}")
    fingerprints = {seed: of_run(params, method, seed, collected_digest()) for seed in seeds}
    waiting = [seed for seed in seeds if not Run(method, seed).is_known(fingerprints[seed])]
    stop_with_parent()
    with reasons():
        if is_launched() or not is_main_process():  # another process of this training watches it
            train(method, waiting, params, fingerprints, nullcontext())
            return
        with only_trainer(RUNS / method):
            make_room(method, params, fingerprints)
            tell("train.seeds", method=method, seeds=seeds, finished=len(seeds) - len(waiting))
            if waiting:
                train(method, waiting, params, fingerprints, Follower(RUNS / method))


def make_room(method: str, params: Params, fingerprints: dict[int, str]) -> None:
    """Set aside the runs of seeds that are no longer in params.yaml, and bring back those that are there again.

    Other files among the runs belong to somebody.
    """
    for folder in list((RUNS / method).iterdir()):
        record = read_record(folder)
        is_run = record.get("method") == method and str(record.get("seed")) == folder.name
        if is_run and record["seed"] not in params.seeds:
            set_aside(folder)
    for seed, wanted in fingerprints.items():
        this = Run(method, seed)
        if this.restore(wanted):
            key = "train.restored" if this.is_finished(wanted) else "train.restored_part"
            tell(key, method=method, seed=seed)


def train(
    method: str, seeds: list[int], params: Params, fingerprints: dict[int, str], follower: AbstractContextManager
) -> None:
    """Train each seed: where ``launch`` in params.yaml says, or here."""
    with follower:
        if trains_elsewhere(params.launch):
            submit = params.launch.slurm is not None and not is_launched()
            (train_in_jobs if submit else train_in_processes)(method, seeds, params.launch)
        elif not is_launched() and (number := at_once(len(seeds), params.training(method), params.launch)) > 1:
            train_side_by_side(method, seeds, number)
        else:
            # NumPy reads these when it is imported.
            for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
                os.environ[name] = str(share_of(params.training(method).threads))
            # Only now: the follower imports MLflow while this process imports PyTorch, not while it trains.
            from lab.training.run import train_seeds

            train_seeds(method, seeds, params, fingerprints)


if __name__ == "__main__":
    run(main)
