"""The machinery of this project: it takes a problem and its methods from data to a report.

Your team's code is in ``lab/tasks``; everything else works as it is.
"""

import os

# Nothing in this project reports usage to anyone; each library has its own switch and reads it on import.
for _switch in ("DO_NOT_TRACK", "DVC_NO_ANALYTICS", "MLFLOW_DISABLE_TELEMETRY"):
    os.environ.setdefault(_switch, "true")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

# A thread that waits for its fellows sleeps instead of spinning: two trainings on one machine, or one beside a browser,
# else take the processor from each other's working threads and are ten times slower. A training with several threads
# that has the machine to itself waits longer for them: `train: threads` is 1 unless a team sets it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
