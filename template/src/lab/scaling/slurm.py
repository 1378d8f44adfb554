"""Training on a cluster: each seed is a Slurm job that is submitted, followed, and cancelled when this process stops.

``dvc repro`` runs where ``sbatch`` does (a login node); the project's folder must be on a disk that all machines share.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.console import localised, said, tell
from lab.errors import UserError
from lab.paths import HOME
from lab.runs import settle
from lab.scaling.launch import HEAD, LAUNCHED, command
from lab.scaling.signals import stop_signals
from lab.train_settings import LaunchSettings

LOGS = HOME / "slurm"

ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE"}
ENDED |= {"PREEMPTED", "REVOKED", "UNKNOWN"}
"""States after which a job does nothing more. UNKNOWN is ours: Slurm has forgotten the job."""

LOOK_SECONDS = 5.0
"""Between two questions to Slurm, which answers all users of a cluster. Logs are read each second."""
CANCEL_SECONDS = 180.0
"""How long cancelled jobs may take: their trainers save a checkpoint. Slurm itself kills them long before."""

SCRIPT = """\
#!/bin/sh
export {launched}=1
export {head}="$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)"
# Since Slurm 22.05, srun does not take this from sbatch by itself.
[ -z "$SLURM_CPUS_PER_TASK" ] || export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"
exec srun --kill-on-bad-exit=1 {command}
"""


@dataclass
class Job:
    """A job, by the name that it was submitted with, and how much of its log was shown."""

    name: str
    number: str
    log: Path
    state: str = ""
    reason: str = ""
    code: int = 0
    shown: int = 0
    looked: float = -LOOK_SECONDS

    def show(self, prefix: str) -> None:
        """Print the lines that the log has gained."""
        if not self.log.is_file():
            return
        with self.log.open("rb") as stream:
            stream.seek(self.shown)
            gained = stream.read()
        complete = len(gained) if self.state in ENDED else gained.rfind(b"\n") + 1
        self.shown += complete
        for line in gained[:complete].decode(errors="replace").splitlines():
            print(f"{prefix}{line}", flush=True)

    def look(self) -> None:
        """Ask Slurm for the job's state. No answer (Slurm restarts, say) changes nothing."""
        self.looked = time.monotonic()
        asked = ask("scontrol", "show", "job", self.number, "--oneliner")
        if asked.returncode == 0:
            fields = dict(re.findall(r"(JobState|Reason|ExitCode)=(\S+)", asked.stdout))
            state, self.reason, code = fields["JobState"], fields["Reason"], fields["ExitCode"]
        elif "Invalid job id" in asked.stderr:  # it ended a while ago: only an accounting database knows how
            past = ask("sacct", "-X", "--noheader", "--parsable2", "--format=State,ExitCode", "--jobs", self.number)
            state, _, code = past.stdout.strip().partition("|")
            state, code = (state.split()[0], code) if code else ("UNKNOWN", "1:0")
        else:
            return
        exit_code, by_signal = map(int, code.split(":"))
        self.code = exit_code or (128 + by_signal if by_signal else 0)
        if state != self.state:
            self.state = state
            why = f" ({self.reason})" if self.reason != "None" else ""
            tell("train.job", name=self.name, number=self.number, state=f"{state}{why}")

    def failure(self) -> str:
        """The trainer's own last word, if it has one, else Slurm's."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.is_file() else []
        sign = said("console.error", text="")
        words = [line.removeprefix(sign) for line in lines if line.startswith(sign)]
        slurms = f"Slurm job {self.number}: {self.state}, {self.reason}, exit code {self.code}"
        return f"{words[-1]} [{slurms}]" if words else slurms


def train_in_jobs(method: str, seeds: list[int], launch: LaunchSettings) -> None:
    """Submit a job for each seed and wait for all.

    Raises:
        UserError: a job cannot be submitted, or all were cancelled by a signal.
        SystemExit: a job failed; its exit code.
    """
    names = {f"{method}-{seed}": seed for seed in seeds}

    def cancelled(number: int) -> str:
        text = f"{method}: {number} Slurm jobs cancelled; `uv run dvc repro` goes on from there"
        settle(method, seeds, "interrupted", text)
        return text

    failed = run_in_jobs({name: command(method, [seed]) for name, seed in names.items()}, launch, cancelled)
    for job in failed:
        settle(method, [names[job.name]], "failed", job.failure())
    if failed:
        first, more = failed[0], f" (and {len(failed) - 1} more jobs)" if len(failed) > 1 else ""
        name = f"{method}, seed {names[first.name]}: "
        text = f"{name}{first.failure().removeprefix(name)}; log: {first.log.as_posix()}{more}"
        print(said("console.error", text=localised(text)), file=sys.stderr)
        raise SystemExit(first.code or 1)


def run_in_jobs(commands: dict[str, list[str]], launch: LaunchSettings, cancelled: Callable[[int], str]) -> list[Job]:
    """Submit each command of Python as a job by its name, and wait for all; return those that failed.

    Raises:
        UserError: a job cannot be submitted, or jobs were cancelled by a signal: what ``cancelled`` says of so many.
    """
    if shutil.which("sbatch") is None:
        raise UserError(
            "params.yaml: launch.slurm: there is no sbatch here: run this on the cluster, or set it to null"
        )
    jobs: list[Job] = []
    with stop_signals() as stop:
        try:
            # If one fails, those before it are cancelled.
            jobs.extend(submit(name, words, launch) for name, words in commands.items())
            while not stop and not follow(jobs):
                time.sleep(1)
        finally:
            left = [job for job in jobs if job.state not in ENDED]
            if left:
                cancel(left)
                text = cancelled(len(left))
    if left:
        raise UserError(text)
    return [job for job in jobs if job.code or job.state != "COMPLETED"]


def submit(name: str, words: list[str], launch: LaunchSettings) -> Job:
    """Hand the job to Slurm. Options of ``launch.slurm`` win over those set here."""
    LOGS.mkdir(parents=True, exist_ok=True)
    options: dict[str, str | int | bool] = {
        "job-name": name,
        "chdir": str(Path.cwd()),
        "output": f"{LOGS.as_posix()}/{name}-%j.log",
        "open-mode": "append",  # a job that Slurm starts again goes on, and so does its log
        "nodes": launch.machines,
        "ntasks-per-node": 1,
        "cpus-per-task": launch.processes,
    }
    chosen = options | (launch.slurm or {})
    if {"cpus-per-gpu", "cpus-per-task"} <= chosen.keys():
        del chosen["cpus-per-task"]  # Slurm takes only one of them
    given = [f"--{key}" if value is True else f"--{key}={value}" for key, value in chosen.items() if value is not False]
    script = SCRIPT.format(launched=LAUNCHED, head=HEAD, command=shlex.join([sys.executable, *words]))
    asked = ask("sbatch", "--parsable", *given, text=script)
    if asked.returncode:
        answer = " ".join(asked.stderr.split()).removeprefix("sbatch: error: ")
        raise UserError(f"params.yaml: launch.slurm: sbatch does not take the job: {answer}")
    number = asked.stdout.strip().partition(";")[0]  # a cluster's name may follow
    job = Job(name, number, LOGS / f"{name}-{number}.log")
    tell("train.submitted", name=name, number=number, log=job.log.as_posix())
    return job


def follow(jobs: list[Job]) -> bool:
    """Show what is new; whether all jobs have ended."""
    for job in jobs:
        if job.state not in ENDED and time.monotonic() - job.looked > LOOK_SECONDS:
            job.look()
        job.show(f"[{job.name}] " if len(jobs) > 1 else "")
    return all(job.state in ENDED for job in jobs)


def cancel(jobs: list[Job]) -> None:
    """End jobs; show what their trainers still say while they save their checkpoints."""
    ask("scancel", *[job.number for job in jobs])
    until = time.monotonic() + CANCEL_SECONDS
    while not follow(jobs) and time.monotonic() < until:
        time.sleep(1)


def ask(*words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """What a program of Slurm answers; one that is not there, or does not answer, has failed."""
    try:
        return subprocess.run(words, input=text, capture_output=True, encoding="utf-8", errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(words, 1, "", str(error))
