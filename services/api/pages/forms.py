"""The registration form: what people typed, checked by the API's own model, and what to say at each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from markupsafe import Markup
from pydantic import BaseModel, ValidationError
from starlette.datastructures import ImmutableMultiDict

from services.api.pages.texts import N_, Remark
from services.api.pages.zones import find_zone
from shared.schemas.fields import LAYOUT, is_refused
from shared.territories import countries

_FORM_TYPE = "application/x-www-form-urlencoded"
# A registration is 2 KiB; ten thousand characters in several fields, six bytes each as browsers send other scripts than
# Latin, still get an answer that says which.
_LARGEST = 512 * 1024
# Fifty questions with many choices each, every one of them ticked.
_MOST_FIELDS = 1_000

_TOO_LONG = N_("This is too long: shorten it to 200 characters.")
_CHARACTERS = N_("This contains characters that cannot be shown, such as line breaks. Type it again.")
_MESSAGES = {
    ("name", "missing"): N_("Write your name."),
    ("name", "long"): N_("Your name is too long: shorten it to 200 characters."),
    ("address", "missing"): N_("Write your e-mail address: the confirmation goes there."),
    ("address", "long"): N_("This is too long for an e-mail address. Check it."),
    ("address", "unknown"): N_("Mail cannot be sent to this address. Check it: it looks like name@example.org."),
    ("country", "unknown"): N_("Choose a country from the list, or leave it empty."),
    ("audience", "unknown"): N_("Choose one of the groups listed, or leave it empty."),
    ("language", "unknown"): N_("Choose one of the languages listed."),
    ("time_zone", "unknown"): N_("We know no such time zone. Choose one from the list, such as Europe/Madrid."),
    ("consent", "missing"): N_("Tick this box if you agree: without it your registration cannot be kept."),
}
_FALLBACKS = {"long": _TOO_LONG, "characters": _CHARACTERS, "missing": N_("Fill this in."), "unknown": _CHARACTERS}
_KINDS = {
    "missing": "missing",
    "string_too_short": "missing",
    "too_short": "missing",  # Nothing but white space.
    "string_too_long": "long",
    "value_error": "characters",
}
# A country of more than two letters is not too long, it is not one of the list.
_CHOSEN = {"country", "audience", "language", "time_zone"}

Model = TypeVar("Model", bound=BaseModel)
# What came in by name: the last value of a name, or all of them (`getlist`).
Typed = ImmutableMultiDict[str, str]


@dataclass(frozen=True)
class Form:
    """`typed` came in, and is shown again; `problems` are source texts by field, in the order of the fields.

    `notice` is a source text about the form as a whole.
    """

    typed: Typed
    problems: Mapping[str, str | Remark] = field(default_factory=dict)
    notice: str | None = None

    def value(self, name: str) -> str:
        """As it can be shown again."""
        return _shown(self.typed.get(name, ""))

    def values(self, name: str) -> list[str]:
        """Of a field that may have several."""
        return self.typed.getlist(name)


async def read_form(request: Request) -> Typed:
    """The fields of a posted form. Answers 415, 413 or 400 to what no browser sends from our pages."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise HTTPException(415, "This form is read as application/x-www-form-urlencoded only")
    body = await request.body()
    if len(body) > _LARGEST:
        raise HTTPException(413, "The form is too large")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(400, "The form cannot be read") from None
    return Typed(pairs)


def check(model: type[Model], typed: Typed) -> tuple[Model | None, Form]:
    """The model, if everything is well; and the form to show if not. Answers to questions are looked at elsewhere."""
    names = model.model_fields.keys() - {"answers"}
    given: dict[str, Any] = {name: value for name, value in typed.items() if name in names}
    given["time_zone"] = _zone(typed.get("time_zone", ""))
    try:
        return model.model_validate(given), Form(typed)
    except ValidationError as found:
        problems = {str(error["loc"][0]): error["type"] for error in reversed(found.errors())}
    ordered = [name for name in model.model_fields if name in problems]
    return None, Form(typed, {name: message(name, problems[name]) for name in ordered})


def _zone(typed: str) -> str | None:
    return find_zone(typed) or typed.strip() or None


def message(name: str, error: str) -> str:
    """The source text for a field and the kind of error that the model found there."""
    kind = _KINDS.get(error, "unknown")
    if name == "consent":
        kind = "missing"
    if name in _CHOSEN:
        kind = "unknown"
    return _MESSAGES.get((name, kind), _FALLBACKS[kind])


def _shown(value: str) -> str:
    """HTML cannot hold control characters, and nobody could find the others that are refused to take them out."""
    return "".join(one for one in value if one in LAYOUT or not is_refused(one))


@cache
def country_options(language: str) -> Markup:
    """The countries in one language, made once; the page puts the chosen one on top."""
    option = Markup('<option value="{}">{}</option>')
    return Markup("").join(option.format(code, name) for code, name in countries(language).items())
