"""What organisers ask those who register, as the API takes and answers it."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.schemas.fields import LongText, ShortText


class QuestionKind(StrEnum):
    """What an answer is: a string, a choice's key, a list of them, a boolean, a number, an ISO date, an agreement."""

    SHORT_TEXT = "short-text"
    LONG_TEXT = "long-text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes-no"
    NUMBER = "number"
    DATE = "date"
    CONSENT = "consent"


# Whatever somebody types.
WRITTEN = {QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT}
WITH_CHOICES = {QuestionKind.CHOICE, QuestionKind.CHOICES}
KEY_PATTERN = "^[a-z][a-z0-9-]{0,39}$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
LanguageKey = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class ChoiceFacts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: Key
    label: ShortText


class QuestionTranslation(BaseModel):
    """What differs in another language; what is left out is shown in the event's own. `choices`: label by key."""

    model_config = ConfigDict(extra="forbid")

    label: LongText | None = None
    help: LongText | None = None
    choices: dict[Key, ShortText] = Field(default_factory=dict, max_length=100)


class QuestionFacts(BaseModel):
    """`key` names it for good. `minimum` and `maximum` bound a number, or how many choices may be taken."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    key: Key
    kind: QuestionKind
    label: LongText
    help: LongText | None = None
    is_required: bool = False
    choices: list[ChoiceFacts] = Field(default_factory=list, max_length=100)
    translations: dict[LanguageKey, QuestionTranslation] = Field(default_factory=dict, max_length=30)
    minimum: float | None = Field(default=None, ge=-1e12, le=1e12)
    maximum: float | None = Field(default=None, ge=-1e12, le=1e12)

    @model_validator(mode="after")
    def _choices_where_they_belong(self) -> Self:
        keys = [choice.key for choice in self.choices]
        if len(set(keys)) != len(keys):
            raise ValueError("two choices have the same key; give each its own")
        if (self.kind in WITH_CHOICES) != bool(keys):
            raise ValueError("a choice needs choices, and only a choice has them")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("the minimum is larger than the maximum; swap them")
        return self
