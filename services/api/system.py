"""Whether everything runs, for who runs it."""

from fastapi import APIRouter

router = APIRouter(tags=["operators"])
