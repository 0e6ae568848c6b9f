"""Tests of `make run`: servers, mail catcher, and the whole."""
