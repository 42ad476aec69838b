"""Reminders to staff by e-mail: in their working time, grouped, each once."""
