"""The settings for those who may only look."""

import streamlit as st

from services.dashboard import formatting, markup
from services.dashboard.fields import title
from services.dashboard.formatting import count, plural
from services.dashboard.registration_settings import form as forms
from services.dashboard.registration_settings import preview
from services.dashboard.registration_settings.form import Form
from shared.schemas.events import EventAnswer


def draw(event: EventAnswer) -> None:
    facts, looks = st.columns([3, 2], gap="medium")
    form = Form(event, questions=forms.drafts_of(event))
    with facts, st.container(border=True, key="card_settings"):
        markup.draw(title("Registration"))
        rows = (
            markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value)
            for name, value in _facts(event, form.zone)
        )
        markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=markup.join(rows)))
    with looks, st.container(border=True, key="card_preview"):
        preview.draw(form)


def _facts(event: EventAnswer, zone: str) -> list[tuple[str, str]]:
    opens, closes = event.registration_opens_at, event.registration_closes_at
    offer = event.offer_hours
    return [
        ("Places", count(event.places) if event.places is not None else "No limit"),
        ("Opens", formatting.moment_in(opens, zone) if opens else "as soon as the event is published"),
        ("Closes", formatting.moment_in(closes, zone) if closes else "when the event is over"),
        ("Waiting list stops", f"{plural(event.waiting_list_closes_minutes, 'minute')} before the start"),
        ("A freed place", f"is offered for {plural(offer, 'hour')}" if offer else "goes to whoever waited longest"),
        ("Addresses", "are verified first" if event.verifies_addresses else "count at once"),
        ("Personal data", f"is deleted {plural(event.retention_days, 'day')} after the event"),
        ("Online", _online(event)),
        ("Declining in a calendar", "gives the place back" if event.declining_frees_place else "is counted only"),
    ]


def _online(event: EventAnswer) -> str:
    """The room's address is for those who run the event."""
    if not event.is_online:
        return "no"
    return f"yes; the room opens {plural(event.room_opens_minutes, 'minute')} before the start"
