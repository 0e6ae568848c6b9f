"""All pages, one router for each feature."""

from services.api.pages import asking_again, events, home, my, privacy, registering, unsubscribing

routers = [feature.router for feature in (events, home, registering, asking_again, my, privacy, unsubscribing)]
