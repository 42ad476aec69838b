"""Watching the background work itself: is it running, is it late, and what is to be done."""
