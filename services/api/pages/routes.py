"""All pages, one router for each feature."""

from services.api.pages import asking_again, events, home, invited, my, privacy, registering, unsubscribing

routers = [feature.router for feature in (events, home, registering, invited, asking_again, my, privacy, unsubscribing)]
