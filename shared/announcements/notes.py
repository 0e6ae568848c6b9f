"""Collects the remarks of one reading, and remembers which lines were understood so that the rest can be listed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.schemas.remarks import Reading, Remark, Weight

_LONGEST_EXCERPT = 300
_MOST_IGNORED = 60


@dataclass
class Notes:
    remarks: list[Remark] = field(default_factory=list)
    understood: set[str] = field(default_factory=set)
    _ignored: set[str] = field(default_factory=set)

    def doubt(
        self, code: str, message: str, *, about: str, excerpt: str | None = None, readings: Sequence[Reading] = ()
    ) -> None:
        self._add(code, Weight.DOUBT, message, about, excerpt, readings)

    def note(self, code: str, message: str, *, about: str, excerpt: str | None = None) -> None:
        self._add(code, Weight.NOTE, message, about, excerpt, ())

    def ignored(self, text: str, about: str | None = None, *, code: str = "text-ignored") -> None:
        """List a text that no field took. A text is listed once, and a flood of them is cut short."""
        if not text.strip() or text in self._ignored or len(self._ignored) > _MOST_IGNORED:
            return
        self._ignored.add(text)
        message = "This text was not taken over. Add it by hand if the event's page should have it."
        if len(self._ignored) > _MOST_IGNORED:
            message, text = "More text than this was not taken over. Compare the draft with the announcement.", ""
        self._add(code, Weight.IGNORED, message, about, text or None, ())

    def _add(
        self,
        code: str,
        weight: Weight,
        message: str,
        about: str | None,
        excerpt: str | None,
        readings: Sequence[Reading],
    ) -> None:
        shown = (
            excerpt if excerpt is None or len(excerpt) <= _LONGEST_EXCERPT else excerpt[: _LONGEST_EXCERPT - 1] + "…"
        )
        self.remarks.append(
            Remark(code=code, weight=weight, field=about, message=message, excerpt=shown, readings=list(readings))
        )
