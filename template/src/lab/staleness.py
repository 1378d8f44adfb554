"""Whether the results are those of this code, these settings and these documents."""

from __future__ import annotations

import json
import subprocess
import sys

from lab.errors import UserError


def is_stale() -> bool:
    """Whether ``dvc repro`` has more to do than to see that only comments changed."""
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    status = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    try:
        changed = set(json.loads(status.stdout))
        if changed != {"fingerprint"}:
            return bool(changed)
        from lab.files import read_json
        from lab.fingerprint import of_stages
        from lab.paths import FINGERPRINTS
        from lab.settings import read_params

        return read_json(FINGERPRINTS) != of_stages(read_params())
    except (ValueError, UserError):  # DVC or we cannot read something, which `dvc repro` names
        return True
