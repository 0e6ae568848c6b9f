"""What every refusal of the API looks like (RFC 9457)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """`type` names the kind of problem and stays the same; `detail` says what happened and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "tag:plenary,2026:problem:not-found",
                "title": "Not found",
                "status": 404,
                "detail": "There is no such event. It may have been removed; look at the calendar.",
                "errors": [],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(description="What is wrong with which field, where it is about fields.")
    doubts: list[dict[str, Any]] | None = Field(
        default=None, description="What must be decided before the event is published, with the readings offered."
    )
