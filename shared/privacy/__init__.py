"""Personal data: shown to whom it belongs, erased on request, and gone by itself in time; the numbers stay."""
