"""MLflow follows the plain files in ``runs/``, which are the truth."""
