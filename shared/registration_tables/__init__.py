"""Registrations as rows of a table: what a file of people means, and what the list of an event looks like as a file."""
