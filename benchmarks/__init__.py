"""Figures beside their limits: each file measures one, `python -m benchmarks` measures all in one run."""
