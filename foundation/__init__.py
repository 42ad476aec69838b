"""Floor 0: what every other floor stands on. No models, and no import of another app."""
