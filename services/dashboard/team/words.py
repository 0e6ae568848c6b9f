"""Roles in words."""

ROLES = {"owner": "Owner", "editor": "Editor", "viewer": "Viewer"}
MEANINGS = {
    "owner": "decides who works here, changes the settings, gives people their data or erases it, reads the audit log.",
    "editor": "makes and publishes events, invites, helps people, and writes what is mailed.",
    "viewer": "watches the numbers and the lists, without addresses.",
}
