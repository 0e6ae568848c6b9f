"""Texts that Python code chooses: marked where they stand, translated where they are shown."""


def N_(text: str) -> str:
    return text
