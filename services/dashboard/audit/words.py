"""What the actions of the audit log are in words; unknown ones keep their code."""

# Beginnings of actions, as the API narrows by them.
KINDS = {
    "event.": "events",
    "registration": "registrations",
    "invitation": "invitations",
    "rule.": "mail rules",
    "notice.": "notices",
    "entries.": "calendar entries",
    "call-sheets.": "call sheets",
    "member.": "the team",
    "calendar.": "the calendar's settings",
    "person.": "people's data",
    "token.": "API tokens",
}
SENTENCES = {
    "calendar.created": "made the calendar",
    "calendar.edited": "changed the calendar's settings",
    "calendar.logo_changed": "changed the logo",
    "call-sheets.sent": "sent call sheets to speakers",
    "entries.sent-again": "sent calendar entries again",
    "event.cancelled": "cancelled the event",
    "event.copied": "made an event like another one",
    "event.created": "made the event",
    "event.deleted": "deleted a draft",
    "event.edited": "edited the event",
    "event.imported": "made the event from an announcement",
    "event.moved": "moved the event",
    "event.personal_data_erased": "erased personal data of the event",
    "event.postponed": "postponed the event",
    "event.published": "published the event",
    "event.reported": "took the report",
    "invitation.withdrawn": "withdrew an invitation",
    "invitations.added": "invited people",
    "invitations.nudged": "asked invited people once more",
    "member.added": "added somebody to the team",
    "member.removed": "took somebody off the team",
    "member.role_changed": "changed a role",
    "notice.sent": "sent a notice at once",
    "organiser.added": "added an organiser",
    "organiser.identity_bound": "signed in with the identity provider for the first time",
    "organiser.link_made": "made a link to choose a password",
    "organiser.password_chosen": "chose a password",
    "organiser.password_set": "set a password",
    "organiser.signed_out_everywhere": "signed out everywhere",
    "person.erased": "erased a person's data",
    "person.exported": "exported a person's data",
    "preview.sent": "sent a mail to themselves, to look at it",
    "registration.added": "registered somebody",
    "registration.cancelled": "cancelled a registration",
    "registration.confirmed-on-behalf": "confirmed a registration",
    "registration.corrected": "corrected a registration",
    "registration.link-sent": "sent the link to a registration again",
    "registration.readdressed": "corrected an address",
    "registration.taken-up-again": "took a registration up again",
    "registrations.exported": "exported the registrations",
    "registrations.imported": "imported registrations",
    "rule.added": "added a mail rule",
    "rule.changed": "changed a mail rule",
    "rule.removed": "removed a mail rule",
    "session.reminded": "reminded those who had not joined",
    "token.created": "made an API token",
    "token.revoked": "revoked an API token",
}


# Who did what nobody did who was signed in; the rest is the command line's.
_OTHERS = {"event.personal_data_erased": "Plenary, in time", "person.erased": "the person, or the command line"}


def nobody_signed_in(action: str) -> str:
    return _OTHERS.get(action, "the command line")


def sentence(action: str) -> str:
    return SENTENCES.get(action, action)
