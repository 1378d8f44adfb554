"""The pipeline, one verb a file: fingerprint, collect, validate, split, train, compare, deliver."""
