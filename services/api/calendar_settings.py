"""What a calendar says of its organisation, how it looks, and a mail to try it."""

from fastapi import APIRouter

router = APIRouter(tags=["settings"])
