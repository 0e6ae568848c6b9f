"""What stops a benchmark: always with the remedy."""


class CannotMeasure(Exception):
    """A program is missing or did not answer."""
