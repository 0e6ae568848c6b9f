"""All pages, one router for each feature."""

from services.api.pages import asking_again, events, home, my, personal_feed, privacy, registering, unsubscribing

_FEATURES = (events, home, registering, asking_again, my, personal_feed, privacy, unsubscribing)
routers = [feature.router for feature in _FEATURES]
