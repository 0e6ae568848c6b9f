"""Invitations: whom an event asks to come, when their mail leaves, and what they answer.

pending ─ registers ─► accepted       Their mail leaves by itself, so many of them in 24 hours.
   ▲  └─ declines ──► declined
   └── thinks again ◄────┘           pending ─ an organiser ─► withdrawn

Accepting is in `shared/acceptance.py`, where every way to register meets it.
"""

from shared.invitations.answering import decline, get, reconsider, take_back, withdraw
from shared.invitations.inviting import invite, require_invitable
from shared.invitations.nudging import nudge
from shared.invitations.sending import send_waiting

__all__ = [
    "decline",
    "get",
    "invite",
    "nudge",
    "reconsider",
    "require_invitable",
    "send_waiting",
    "take_back",
    "withdraw",
]
