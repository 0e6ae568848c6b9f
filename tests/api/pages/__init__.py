"""Tests of the pages that attendees read."""
