"""All pages, one router for each feature."""

from fastapi import APIRouter

from services.api.pages import asking_again, events, home, my, privacy, registering, unsubscribing

router = APIRouter(include_in_schema=False)
for feature in (home, events, registering, asking_again, my, privacy, unsubscribing):
    router.include_router(feature.router)
