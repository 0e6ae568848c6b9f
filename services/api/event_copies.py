"""Events made from others, drafts thrown away, and the times of a programme that is being written."""

from fastapi import APIRouter

router = APIRouter(tags=["events"])
