"""The facts that one needs to look around, kept in `var/sign-in.json` for scripts and for the forgetful."""

import secrets
from pathlib import Path

from pydantic import BaseModel, ValidationError

from services.local import places
from services.local.settings import LocalSettings

_ADDRESS = "organiser@example.org"


class SignIn(BaseModel):
    site: str
    dashboard: str
    mail: str
    address: str
    password: str


def kept_sign_in(settings: LocalSettings, file: Path = places.SIGN_IN) -> tuple[SignIn, bool]:
    """With the ports of this run and the password of the first one; and whether that password is new."""
    password = _kept_password(file)
    sign_in = SignIn(
        site=settings.site_url,
        dashboard=settings.dashboard_url,
        mail=settings.mail_url,
        address=_ADDRESS,
        password=password or secrets.token_urlsafe(15),
    )
    places.write_private(file, sign_in.model_dump_json(indent=2) + "\n")
    return sign_in, password is None


def _kept_password(file: Path) -> str | None:
    try:
        return SignIn.model_validate_json(file.read_text()).password
    except (FileNotFoundError, ValidationError):
        return None
