"""The list of registrations: what is asked of it, and the page of it that is on screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.kept import Asked, KeptList, Shown
from services.dashboard.viewer import Viewer
from shared.schemas.registrations import RegistrationPage

LIST: KeptList[RegistrationPage] = KeptList("registrations")


@dataclass(frozen=True)
class Wish(Asked):
    """Of audience, country and what led them here, an empty text asks for those of whom nothing is known."""

    search: str = ""
    status: str | None = None
    source: str | None = None
    audience: str | None = None
    country: str | None = None
    came_from: str | None = None
    suspects_only: bool = False
    latest_first: bool = True

    def narrowing(self) -> Mapping[str, str]:
        asked = {
            "search": self.search.strip(),
            "status": self.status,
            "source": self.source,
            "is_suspect": "true" if self.suspects_only else "",
            "latest_first": "true" if self.latest_first else "",
        }
        return {name: value for name, value in asked.items() if value} | self._of_them()

    def _of_them(self) -> dict[str, str]:
        told = {"audience": self.audience, "country": self.country, "came_from": self.came_from}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def is_narrow(self) -> bool:
        return bool(self.search.strip() or self.status or self.source or self.suspects_only or self._of_them())


def show(viewer: Viewer, wish: Wish) -> Shown[RegistrationPage] | Failure:
    return LIST.show(wish, lambda event_id, query: api().registrations(viewer.token, event_id, query))
