"""How somebody is reached: the address, the language they read, the clocks they go by."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.timezones import is_zone
from shared.translations import LANGUAGES


def _address(value: str) -> str:
    """A deliverable form: domain in ASCII (UTS 46), local part as written. SMTPUTF8 is not offered by every server."""
    try:
        checked = validate_email(value.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as problem:
        raise PydanticCustomError(
            "address", "is not an e-mail address that mail can be sent to: {why}", {"why": str(problem)}
        ) from None
    return checked.ascii_email or checked.normalized


def _zone(value: str) -> str:
    if not is_zone(value):
        raise PydanticCustomError("time_zone", "is not a time zone; give an IANA name, such as Europe/Madrid")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise PydanticCustomError("language", "is not one of {known}", {"known": ", ".join(LANGUAGES)})
    return value


Address = Annotated[
    str, Field(min_length=3, max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_address)
]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
