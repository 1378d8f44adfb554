"""What is in the files that stages write: the names, types and units of ``results/*.json``, ``run.json`` and others.

Documents, MLflow, graders and your own scripts read these files; ``lab.paths`` says where each one is. All are JSON,
with sorted names. ``null`` means: not measured, or not defined.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict  # pydantic, by which the tests check these types, needs it before Python 3.12

Verdict = Literal["better", "worse", "not significant"]
Family = Literal["baseline", "candidate", "ablation"]
"""Of methods. Verdicts are corrected for the number of methods in a family, and not for those of another one."""


class Hardware(TypedDict):
    """What the last digits of a result on a processor depend on."""

    processor: str
    threads: int
    kernels: str  # the instruction set that PyTorch uses, such as AVX2
    blas: str  # the library for linear algebra


class TrialRecord(TypedDict, total=False):
    """What ``lab tune`` notes of a trial, in its ``run.json``."""

    number: int
    study: str  # the same for all trials of one method with the same ranges, code and data
    tried: dict[str, object]  # values by their place under ``methods.<method>`` of params.yaml
    scores: dict[str, float]  # the primary metric on the validation split, by seed
    score: float  # their mean
    pruned: bool  # whether it was cut off


class RunRecord(TypedDict, total=False):
    """``runs/<method>/<seed>/run.json``, as far as the run came: a finished run has every name."""

    method: str
    seed: int
    key: str  # the name of this run in MLflow, which stays the same when an interrupted run goes on
    fingerprint: str  # SHA-256 of the code, settings and data that decide the result
    status: Literal["running", "finished", "failed", "interrupted"]
    error: str | None  # why a run failed or was interrupted
    started: str  # ISO 8601, UTC
    finished: str | None  # when the run ended, however it ended; ISO 8601, UTC
    member: str  # who trained it: the member with the e-mail of Git's settings
    parameters: dict[str, object]  # the settings of ``train`` and the method's own options, by name
    data_digest: str  # ``digest`` of provenance.json
    code: str  # SHA-256 of the code and settings that decide the result: the same for all seeds
    versions: dict[str, str]  # of Python and PyTorch
    git_commit: str | None
    git_dirty: bool  # whether code or settings differed from that commit
    parameter_count: int  # numbers in the weights, frozen ones too
    trained_count: int  # those of them that training changes
    pretrained: list[dict[str, str]]  # weights that it began with, by the names of ``lab.contract.Pretrained``
    epochs: int  # complete epochs
    best_epoch: int  # the epoch whose weights were kept, counted from 1
    seconds: float  # time of the whole training, over all its interruptions
    examples_per_second: float  # of the training steps alone: without validation and checkpoints
    peak_memory_bytes: int  # of the GPU's memory where there is one, else of the process
    device: str  # the GPU's product name, or ``cpu``
    hardware: Hardware
    precision: str  # ``fp32``, ``bf16`` or ``fp16``
    trial: TrialRecord  # of a trial of ``lab tune`` alone
    files: dict[str, str]  # SHA-256 of each file next to this one
    digest: str  # SHA-256 of all of the above


class MetricRecord(TypedDict):
    """A metric of problem.py."""

    name: str
    higher_is_better: bool
    unit: str  # of all its values; empty if it has none
    digits: int  # decimals that are shown
    bounds: list[float | None]  # the lowest and the highest possible value; None where there is none
    biased: bool  # whether few examples make it too high or too low on average
    label: str  # what it is called in print, in the project's language


class ValidationScores(TypedDict):
    """One metric of one method on the validation split: what model selection may look at."""

    values: dict[str, float]  # by seed
    mean: float


class VarianceShares(TypedDict):
    """Shares of a difference's variance, from 0 to 1; together they are 1."""

    examples: float  # what more test examples would reduce
    seeds: float  # what only more seeds would reduce


class Difference(TypedDict):
    """The difference from another method by one metric, in its unit: positive if the method's own value is higher."""

    against: str  # the other method: the baseline for a candidate, ``novel`` for an ablation
    mean: float
    interval: list[float]  # its lower and upper end, corrected by Holm as the p-value is
    p: float | None  # the two-sided p-value; None with one seed
    p_corrected: float | None  # the same, corrected by Holm for the number of methods
    verdict: Verdict | None
    variance: VarianceShares | None
    detectable: float | None
    """The smallest true difference that would be seen in 80 % of cases with so many examples, seeds and methods."""


class MetricResult(TypedDict):
    """One metric of one method on the test split, in the metric's unit."""

    values: dict[str, float]  # by seed
    mean: float
    std: float | None  # standard deviation over the seeds; None with one seed
    interval: list[float]  # the lower and upper end of the interval of the mean
    bias: float | None  # of a biased metric: by how much fewer examples move it, estimated from the resamples
    validation: ValidationScores
    difference: Difference | None  # None for the baseline itself


class MethodResult(TypedDict):
    """All that is compared of one method."""

    family: Family
    label: str  # what it is called in print, in the project's language
    metrics: dict[str, MetricResult]
    parameters: int  # numbers in the weights, frozen ones too


class ReferenceMetric(TypedDict):
    """One metric of a classical reference on the test split. It has no seeds."""

    value: float
    interval: list[float]
    champion: Difference  # the champion's difference from the reference, corrected for the number of references


class ReferenceResult(TypedDict):
    """A cheap, well-known method that problem.py names, to see what a deep one adds."""

    label: str  # what it is called in print, in the project's language
    metrics: dict[str, ReferenceMetric]


class Drawing(TypedDict):
    caption: str  # what documents say of a figure, in the project's language
    alt: str  # for those who cannot see it: the numbers that it shows


class Slice(TypedDict):
    name: str  # of a part of the test split
    examples: int
    values: dict[str, list[float | None]]  # the primary metric by method, one for each seed; None where undefined


class Slices(TypedDict):
    """The test split in parts: no difference is tested in them."""

    column: str  # what divides it: a column of ``examples.parquet``, or a target in ranges
    rows: list[Slice]


class Differing(TypedDict):
    """Where one method and the baseline differ, by the primary metric of one example alone over all seeds."""

    method: str  # the champion; if that is the baseline, the first other candidate
    examples: int  # how many were looked at
    better: int  # on how many of them the method is better than the baseline
    worse: int
    rows: list[Slice]  # parts of one example: the largest gains first, the largest loss last


class Compared(TypedDict):
    """What follows from the predictions and the metrics alone."""

    baseline: str  # the method that the others are compared with
    champion: str  # the method with the best mean of the primary metric on the validation split
    confidence: float  # of all intervals, such as 0.95
    resamples: int  # how often the test examples were resampled
    groups: int | None  # of test examples, which were drawn whole; None if each example was drawn by itself
    seeds: list[int]
    order: list[str]  # the methods, in the order of params.yaml
    metrics: list[MetricRecord]  # the primary metric first
    methods: dict[str, MethodResult]
    references: dict[str, ReferenceResult]
    slices: list[Slices]
    differing: Differing | None  # None where the metric has no value for one example, or there is one method


class Comparison(Compared):
    """``results/comparison.json``: every metric of every method, and the differences."""

    task: str
    examples: dict[str, int]  # by split
    figures: list[str]  # file names of the task's own figures in ``results/figures``
    drawings: dict[str, Drawing]  # of every figure, by its name below ``results/figures``
    figure_digests: dict[str, str]  # SHA-256 of every figure, by the same name


class MethodCosts(TypedDict):
    """One value for each seed, in the order of ``seeds`` in comparison.json."""

    seconds: list[float]
    examples_per_second: list[float]
    peak_memory_bytes: list[int]
    device: list[str]


class Costs(TypedDict):
    """``results/costs.json``: what varies from run to run, as in ``RunRecord``."""

    methods: dict[str, MethodCosts]
    look: str  # the digest of this comparison's line in ``records/looks.jsonl``


Means = dict[str, dict[str, float]]
"""``results/metrics.json``: the mean of each metric on the test split, by method."""
