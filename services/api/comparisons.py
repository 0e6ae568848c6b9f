"""Events beside each other, and the report after one."""

from fastapi import APIRouter

router = APIRouter(tags=["numbers"])
