"""All pages, one router for each feature."""

from services.api.pages import (
    asking_again,
    events,
    home,
    invited,
    joining,
    my,
    opened,
    personal_feed,
    privacy,
    registering,
    unsubscribing,
)

_FEATURES = (
    events, home, registering, invited, joining, asking_again, my, opened, personal_feed, privacy, unsubscribing,
)  # fmt: skip
routers = [feature.router for feature in _FEATURES]
