"""The champion: the best method's model in MLflow's registry, as safetensors and never as a pickle."""

from __future__ import annotations

import contextlib
from pathlib import Path

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from lab.console import said
from lab.files import read_json, read_text, sha256
from lab.paths import RUNS
from lab.results import RunRecord
from lab.runs import read_finished
from lab.tracking.method_files import documents
from lab.tracking.run_files import comparison, scores


def register_champion(client: MlflowClient, name: str, run_ids: dict[Path, str], known: str) -> str:
    """Give the comparison's best method, as its first seed trained it, the alias ``champion``; return its run's key.

    ``run_ids`` are MLflow's by folder: a champion that is not among them, one that is ``known`` already, and the
    champion of a comparison that has become stale are left as they are. Other weights become a new version of
    the registered model ``name``; the same weights never do.
    """
    compared = comparison()
    if compared is None:
        return known
    folder = RUNS / compared["champion"] / str(compared["seeds"][0])
    weights = folder / "model.safetensors"
    if folder not in run_ids or not weights.is_file():
        return known
    record: RunRecord = read_json(folder / "run.json")
    key = record["key"]
    if key == known or not scores(record):
        return known
    record = read_finished(folder)  # weights that another program wrote cannot be the champion
    tags = {"method": record["method"], "seed": str(record["seed"]), "fingerprint": record["fingerprint"]}
    tags |= {"lab.key": key, "sha256": sha256(weights.read_bytes())}
    if not client.search_registered_models(f"name = '{name}'"):
        try:
            client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another machine was faster
                raise
    version = _version(client, name, tags)
    if version is None:
        client.log_artifact(run_ids[folder], str(weights), "model")
        made = client.create_model_version(name, f"runs:/{run_ids[folder]}/model", run_ids[folder], tags)
        version = _version(client, name, tags) or made.version
    client.set_registered_model_alias(name, "champion", version)
    describe(client, name, version)
    return key


def _version(client: MlflowClient, name: str, tags: dict[str, str]) -> str | None:
    """The version with these tags, None if there is none: the first, if two machines made one at the same moment."""
    versions = client.search_model_versions(f"name = '{name}'")
    alike = sorted((each for each in versions if each.tags == tags), key=lambda each: int(each.version))
    for double in alike[1:]:
        with contextlib.suppress(MlflowException):  # another writer did it, or this user may not delete
            client.delete_model_version(name, double.version)
    return alike[0].version if alike else None


def describe(client: MlflowClient, name: str, version: str) -> None:
    """Show the model card on the page of the registered model, once ``deliver`` has made that of this comparison."""
    known = client.get_registered_model(name)
    cards = [path for path in documents() if path.name == "model_card.md"]
    note = read_text(cards[0]) if cards else said("mlflow.no_card")
    if note != known.description and (cards or not known.description):
        client.update_registered_model(name, note)
        client.update_model_version(name, version, note)
