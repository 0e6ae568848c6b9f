"""What organisers write in place of our words: the subject and the introduction of a mail."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.fields import EMPTY_IS_NONE, OR_EMPTY, Markdown, OptionalShortText

MailTextKind = Literal[
    "confirmation", "waiting-list", "promotion", "invitation", "nudge", "reminder", "change", "cancellation",
    "registration-cancelled", "follow-up", "notice", "call-sheet", "offer",
]  # fmt: skip


class MailText(BaseModel):
    """`subject` replaces ours before the title and date; `introduction` is Markdown and stands on top. Null: ours.

    Both may name what docs/mail/kinds.md lists, as in `{{ name }}`.
    """

    model_config = ConfigDict(extra="forbid")

    subject: OptionalShortText = None
    introduction: Annotated[Annotated[Markdown, Field(max_length=10_000)] | None, EMPTY_IS_NONE, OR_EMPTY] = None
