"""Calendars as people write, send and see them: files, hours in words, the picture of a year."""
