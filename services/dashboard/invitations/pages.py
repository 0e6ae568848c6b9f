"""The list of invitations: what is asked of it, and the page of it that is on screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.kept import Asked, KeptList, Shown
from services.dashboard.viewer import Viewer
from shared.schemas.invitations import InvitationPage

LIST: KeptList[InvitationPage] = KeptList("invitations")


@dataclass(frozen=True)
class Wish(Asked):
    search: str = ""
    status: str | None = None

    def narrowing(self) -> Mapping[str, str]:
        asked = {"search": self.search.strip(), "status": self.status}
        return {name: value for name, value in asked.items() if value}


def show(viewer: Viewer, wish: Wish) -> Shown[InvitationPage] | Failure:
    return LIST.show(wish, lambda event_id, query: api().invitations(viewer.token, event_id, query))
