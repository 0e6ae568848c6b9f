"""Addresses recognised in whatever people paste or upload, with the names that clearly belong to them."""

from shared.addresses.model import Recognised
from shared.addresses.recognising import recognise, recognise_file

__all__ = ["Recognised", "recognise", "recognise_file"]
