"""Personal data: shown, erased, gone in time."""
