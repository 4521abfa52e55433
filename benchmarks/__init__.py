"""How fast the library and the app are beside their peers: ``python -m benchmarks``."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # NumPy and torch read it when they are imported, so it is set here
