"""Reads an announcement of an event, in Markdown, HTML or plain text, into facts and remarks; and writes one."""

from shared.announcements.model import Announcement
from shared.announcements.reading import read_announcement
from shared.announcements.writing import write_announcement

__all__ = ["Announcement", "read_announcement", "write_announcement"]
