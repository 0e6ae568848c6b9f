"""Plenary on one machine without Docker: `make run`, and the real servers that the tests use."""
