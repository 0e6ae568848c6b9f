"""What an organiser's text may name, and what each becomes."""

NAMES = {
    "name": "the reader's name",
    "title": "the event's title",
    "organisation": "your organisation",
    "contact": "the address for questions",
    "when": "day and time on the event's clock",
    "when_here": "the same on the reader's own clock",
    "date": "the day, in short",
    "starts_in": "how long until it starts, as in “in 3 days”",
    "place": "where it is",
    "join_link": "the reader's own way into the room",
    "manage_link": "the reader's registration, to change or cancel it",
    "invite_link": "the form, filled in for who was invited",
    "event_link": "the event's page",
    "calendar_link": "the event as a calendar file",
    "recording_link": "the recording",
    "list_link": "the page of all your events",
}
EXAMPLE = "{% if starts_in %}See you {{ starts_in }}, {{ name }}.{% endif %}"
