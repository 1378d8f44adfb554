"""What a trained method answers: the columns of ``predictions.parquet``."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator

from lab.contract import Examples, Method
from lab.team_code.method_checks import check_predictions
from lab.train_settings import TrainSettings
from lab.training.batches import batches, count, in_order


def prediction_table(
    method: Method,
    examples: dict[str, Examples],
    ids: dict[str, list[str]],
    targets: tuple[str, ...],
    settings: TrainSettings,
    hardware: Accelerator,
) -> pd.DataFrame:
    """One row for each example that the method did not learn from: ``id``, ``split``, targets, predicted columns.

    Validation comes last: a method that draws random numbers in ``predict`` then draws the same for the test split,
    whatever is predicted besides. An array of several dimensions becomes one flat list a row.
    """
    tables = []
    for split in sorted((name for name in examples if name != "train"), key=lambda name: name == "validation"):
        columns = predict(method, examples[split], targets, settings, hardware)
        rows = {
            column: list(values.reshape(len(values), -1)) if values.ndim > 1 else values
            for column, values in columns.items()
        }
        names = ids.get(split) or [f"{split}-{number}" for number in range(count(examples[split]))]
        tables.append(pd.DataFrame({"id": names, "split": split} | rows))
    return pd.concat(tables, ignore_index=True)


@torch.no_grad()
def predict(
    method: Method, examples: Examples, targets: tuple[str, ...], settings: TrainSettings, hardware: Accelerator
) -> dict[str, np.ndarray]:
    """What the method answers to each example, and the ``targets``, which it does not see."""
    method.eval()
    device = hardware.device
    columns: dict[str, list[np.ndarray]] = {}
    shapes: dict[str, torch.Size] = {}
    plan = in_order(count(examples), settings.batch_size)
    for rows, batch in zip(plan, batches(examples, plan, device, settings.workers), strict=True):
        answers = {name: batch.pop(name) for name in targets}
        with hardware.autocast():
            predicted = method.predict(batch)
        check_predictions(method, predicted, len(rows), targets, shapes)
        for name, value in (answers | predicted).items():
            value = value.float() if value.is_floating_point() else value
            columns.setdefault(name, []).append(value.cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in columns.items()}
