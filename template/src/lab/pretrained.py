"""Weights that others have trained: from a package, whose files must be the known ones, or by name from a hub.

Where frozen, they are kept in neither checkpoints nor ``model.safetensors``: ``run.json`` and the model card say what
they are, and the method loads them again.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import nn

from lab.contract import Method
from lab.errors import UserError
from lab.files import sha256


def without_network() -> None:
    """Hugging Face's libraries ask no server in this process: call it before they are imported."""
    for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ.setdefault(name, "1")


@cache  # hashing takes a moment, and each seed builds the method
def packaged(package: str, module: str, digests: tuple[tuple[str, str], ...], install: str) -> Path:
    """The folder of ``module``, whose files must have the SHA-256 of ``digests``.

    ``install`` is the command that brings the package. The digests are part of the method's code, so that other weights
    train it again.
    """
    found = find_spec(module)  # the module itself is not run
    if found is None or not found.submodule_search_locations:
        raise UserError(f"the weights are in the package {package}, which is not installed: run `{install}`")
    folder = Path(found.submodule_search_locations[0])
    for name, digest in digests:
        path = folder / name
        if not path.is_file() or sha256(path.read_bytes()) != digest:
            what = "another SHA-256" if path.is_file() else "it is missing"
            told = (
                f"{name} of {package} {version_of(package)} is not the file that this method was written for ({what})"
            )
            mend = f"run `uv sync --reinstall-package {package}`, or, for new weights, change the digest in the code"
            raise UserError(f"{told}: {mend}")
    return folder


def version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def digest(body: nn.Module) -> str:
    """SHA-256 of weights as they were loaded."""
    found = hashlib.sha256()
    for name, value in body.state_dict().items():
        found.update(name.encode() + value.contiguous().numpy().tobytes())
    return found.hexdigest()


def leave_out_frozen(method: Method) -> None:
    """Store no parameter of ``method`` that is frozen now, and miss none when weights are loaded.

    Call it at the end of ``__init__``, of a method whose frozen parameters are the same each time it is built.
    """
    frozen = {name for name, value in method.named_parameters() if not value.requires_grad}

    def forget(_: nn.Module, state: dict[str, Any], prefix: str, __: Any) -> None:
        for name in frozen:
            state.pop(prefix + name, None)

    def forgive(_: nn.Module, keys: Any) -> None:
        keys.missing_keys[:] = [name for name in keys.missing_keys if name not in frozen]

    method.register_state_dict_post_hook(forget)
    method.register_load_state_dict_post_hook(forgive)
