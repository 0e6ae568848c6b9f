"""Where a form was sent from: another site's page must not sign anyone in or out."""

from urllib.parse import urlsplit

from starlette.requests import Request

from services.dashboard.cookies import ROOT
from shared.settings import get_settings


def is_from_our_page(request: Request) -> bool:
    """Browsers name the page's origin on every POST; one that does not is judged by Sec-Fetch-Site, then its proof."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    ours = {request.headers.get("host", ""), urlsplit(get_settings().dashboard_url).netloc}
    return urlsplit(origin).netloc in ours - {""}


def safe_return(wish: str) -> str:
    """Where to go after signing in: a page of the dashboard, whatever the address bar asked for."""
    parts = urlsplit(wish)
    is_ours = not parts.scheme and not parts.netloc and (parts.path == ROOT or parts.path.startswith(f"{ROOT}/"))
    is_plain = "\\" not in wish and wish.isprintable() and not parts.path.startswith(f"{ROOT}/auth/")
    return wish if is_ours and is_plain else f"{ROOT}/"
