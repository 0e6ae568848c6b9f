"""What was recognised in a pasted list: numbers, and every address that needs a look."""

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.fields import note, title
from services.dashboard.formatting import count, plural
from services.dashboard.invitations.words import OUTCOMES
from shared.schemas.invitations import InvitationReport

_ROW_HEIGHT = 36
_NOTES = {
    "new": ("to invite", "invited"),
    "invited": ("left as they are", "left as they are"),
    "registered": ("no need to ask", "no need to ask"),
    "suppressed": ("not to be mailed", "not mailed"),
    "repeated": ("counted once", "counted once"),
    "unusable": ("see below why", "see below why"),
}


def draw(report: InvitationReport, zone: str) -> None:
    found = sum(getattr(report, outcome) for outcome in OUTCOMES)
    would = "What would happen" if report.is_trial else "What happened"
    markup.draw(title(f"{would}: {plural(found, 'address', 'addresses')} found"))
    with st.grid(6, min_column_width=130, key="tiles_invitations"):
        for outcome, name in OUTCOMES.items():
            detail = _NOTES[outcome][0 if report.is_trial else 1]
            number = getattr(report, outcome)
            st.metric(name, count(number), delta=detail, delta_color="gray", delta_arrow="off", border=True)
    if report.leaves_by and report.new:
        moment = formatting.moment_in(report.leaves_by, zone)
        note(f"Under the daily limit the last mail leaves on {moment} at the latest.")
    _draw_addresses(report)


def _draw_addresses(report: InvitationReport) -> None:
    if not report.addresses:
        return
    st.dataframe(
        [
            {
                "Address": one.address,
                "Name": one.name,
                "What": OUTCOMES.get(one.outcome, one.outcome),
                "Why": one.reason,
            }
            for one in report.addresses
        ],
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(report.addresses), 10) + 1) + 2,
        row_height=_ROW_HEIGHT,
        placeholder="",
        key="table_recognised",
        alt=f"{len(report.addresses)} addresses as they were recognised, those with a problem first.",
    )
    found = sum(getattr(report, outcome) for outcome in OUTCOMES)
    if found > len(report.addresses):
        note(f"The first {count(len(report.addresses))} of {count(found)} are shown, those with a problem first.")
