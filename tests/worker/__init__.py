"""Tests of dispatcher and worker."""
