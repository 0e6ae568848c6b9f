"""The session as it runs: who has joined, what they ask, asking those who are missing."""

from fastapi import APIRouter

router = APIRouter(tags=["session"])
