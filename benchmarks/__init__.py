"""Ratios of this library's speed to its peers', on one thread: ``python -m benchmarks``."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # NumPy and torch read it when they are imported, so it is set here
