"""Train one method with each seed: ``python -m lab.stages.train <method>``. Finished seeds are kept.

Where that happens, ``lab.scaling.launch`` decides: it may start this stage again, in several processes or elsewhere.
"""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext

from lab.data.raw_files import collected_digest
from lab.errors import UserError, run
from lab.files import read_json, sha256
from lab.fingerprint import digest
from lab.paths import FINGERPRINTS, RUNS, SPLITS
from lab.runs import Run, is_main_process, only_trainer
from lab.scaling.launch import is_launched, reasons, train_in_processes, trains_elsewhere
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
    fingerprints = {seed: fingerprint(params, method, seed) for seed in seeds}
    waiting = [seed for seed in seeds if not Run(method, seed).is_finished(fingerprints[seed])]
    with reasons():
        if is_launched() or not is_main_process():  # another process of this training watches it
            train(method, waiting, params, fingerprints, nullcontext())
            return
        with only_trainer(RUNS / method):
            for folder in (RUNS / method).iterdir():
                if folder.name not in map(str, params.seeds):
                    shutil.rmtree(folder)
            print(f"{method}: seeds {seeds}, of which {len(seeds) - len(waiting)} are finished already", flush=True)
            if waiting:
                train(method, waiting, params, fingerprints, Follower(RUNS / method))


def train(
    method: str, seeds: list[int], params: Params, fingerprints: dict[int, str], follower: AbstractContextManager
) -> None:
    """Train each seed: where ``launch`` in params.yaml says, or here."""
    with follower:
        if trains_elsewhere(params.launch):
            submit = params.launch.slurm is not None and not is_launched()
            (train_in_jobs if submit else train_in_processes)(method, seeds, params.launch)
        else:
            # Only now: the follower imports MLflow while this process imports PyTorch, not while it trains.
            from lab.training.run import train_seeds

            train_seeds(method, seeds, params, fingerprints)


def fingerprint(params: Params, method: str, seed: int) -> str:
    """What decides a run's result: code, params, seed and data."""
    code = read_json(FINGERPRINTS)["methods"][method]
    data = collected_digest() + sha256(SPLITS.read_bytes())
    # The params once more, as they are now: somebody may start this stage by hand.
    return digest(params=[code, data, params.decisive(method), seed])


if __name__ == "__main__":
    run(main)
