"""Every file that passes between stages, named once: who writes it, and what it holds."""

from pathlib import Path

# collect
RAW = Path("data/raw")
"""The examples' payload (pictures, sound, …), next to the two files below."""
EXAMPLES = RAW / "examples.parquet"
"""One row for each example."""
PROVENANCE = RAW / "provenance.json"
"""Where the data come from."""

# fingerprint
FINGERPRINTS = Path("data/fingerprints.json")
"""For each stage a digest of its code and settings."""

# validate
VALIDATION = Path("results/validation.json")
"""The rules of the data and how many rows break each."""
DATA_DOCS = Path("results/data_docs/index.html")
"""The same as a page, with the rules of the split once there is one."""

# split
SPLITS = Path("data/splits.parquet")
"""The split of each id."""
SPLIT_REPORT = Path("results/splits.json")
"""The rules of the split, and its sizes."""

# train
RUNS = Path("runs")
"""``runs/<method>/<seed>``: see ``lab.runs``."""

# compare
COMPARISON = Path("results/comparison.json")
"""Every metric of every method, and the differences."""
METRICS = Path("results/metrics.json")
"""The mean of each metric by method, for ``dvc metrics``."""
COSTS = Path("results/costs.json")
"""Seconds, examples a second, memory."""
FIGURES = Path("results/figures")
"""For paper; in ``slides`` below it the same for slides."""
OWN_FIGURES = ("learning_curves", "comparison", "cost_quality")
"""Names of the figures that every project gets."""

# deliver
PROSE = Path("documents")
"""What the team writes."""
DELIVERABLES = Path("deliverables")
"""What is handed in."""
POWERPOINT = DELIVERABLES / "slides.pptx"
WEB_PAGE = DELIVERABLES / "report.html"
"""The slides once more, for those who speak from PowerPoint."""
RUBRIC_REPORT = Path("results/rubric.json")
"""The evidence for each criterion; next to it the same as Markdown and as a page."""

HAND_IN = Path("hand_in")
"""What a grader opens without installing anything: ``uv run lab hand-in`` writes it, Git carries it."""

# lab verify
VERIFICATION = Path("results/verification.json")
"""What was trained and made again, and what of it differs. No stage's output: Git carries it and the next file."""
BADGE = VERIFICATION.with_suffix(".svg")
"""The same in a line, for the README."""

# lab tune, lab seal, lab folds, and compare: what Git carries and merges line by line; see records/README.md
TRIALS = Path("records/tuning.jsonl")
"""How many settings were tried for each method."""
PLAN = Path("records/plan.lock.json")
"""What was planned before the test split was looked at."""
LOOKS = Path("records/looks.jsonl")
"""Each comparison on the test split."""
FOLDS = Path("records/folds.jsonl")
"""Scores on several splits."""
TESTS = Path("records/tests.jsonl")
"""What the project's tests said of which code: `uv run pytest` writes it."""
TUNING_FIGURES = Path("results/tuning")
"""How the search went, for people; no stage reads it."""

HOME = Path(".lab")
"""What this machine alone needs: locks, logs, the name of this folder on an MLflow server."""
VALIDATED_BEFORE = HOME / "validated.json"
"""Rows, types and middle values of the data that this machine last validated."""
TUNING = HOME / "tune"
"""Trials: see ``lab.tuning.study``."""
DOWNLOADS = HOME / "downloads"
"""What was fetched from addresses and hubs."""
