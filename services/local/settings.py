"""What can be chosen for `make run`: the three ports. Prefix `PLENARY_LOCAL_`; all else follows from the checkout."""

from collections import Counter
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.local.errors import LocalError, PortTaken
from services.local.ports import LOOPBACK, free_port, is_free, reserve

_PREFIX = "PLENARY_LOCAL_"

Port = Annotated[int, Field(ge=1, le=65535)]


class LocalSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore")

    # Pages and API.
    site_port: Port = 8000
    dashboard_port: Port = 8501
    # Caught mail in the browser; mail itself is accepted on a port that nobody needs to know.
    mail_port: Port = 8025

    @property
    def site_url(self) -> str:
        return f"http://{LOOPBACK}:{self.site_port}"

    @property
    def dashboard_url(self) -> str:
        return f"http://{LOOPBACK}:{self.dashboard_port}/dashboard"

    @property
    def mail_url(self) -> str:
        return f"http://{LOOPBACK}:{self.mail_port}"


_PURPOSES = {"site_port": "the site", "dashboard_port": "the dashboard", "mail_port": "caught mail"}


def chosen_settings() -> LocalSettings:
    """Raises LocalError for a variable that holds no port, and PortTaken for a port that cannot be had."""
    try:
        settings = LocalSettings()
    except ValidationError as refusal:
        wrong = ", ".join(f"{_variable(str(error['loc'][0]))}={error['input']}" for error in refusal.errors())
        raise LocalError(f"{wrong}: a port is a number from 1 to 65535.") from refusal
    _insist_on_different_ports(settings)
    return settings


def reserve_ports(settings: LocalSettings) -> None:
    """Raises PortTaken for the first that somebody listens on."""
    for field, purpose in _PURPOSES.items():
        port: int = getattr(settings, field)
        if not is_free(port):
            raise PortTaken(
                f"Port {port}, meant for {purpose}, is taken by another program. "
                f"Stop that program, or choose another port: make run {_variable(field)}={free_port()}"
            )
        reserve(port)


def _insist_on_different_ports(settings: LocalSettings) -> None:
    counted = Counter(getattr(settings, field) for field in _PURPOSES)
    port, times = counted.most_common(1)[0]
    if times > 1:
        variables = [_variable(field) for field in _PURPOSES if getattr(settings, field) == port]
        raise LocalError(f"{' and '.join(variables)} are both {port}. Give each its own port.")


def _variable(field: str) -> str:
    return f"{_PREFIX}{field.upper()}"
