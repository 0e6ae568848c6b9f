"""Tests of the models, rules and formats."""
