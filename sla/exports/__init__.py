"""Lists written to files in the background, batch by batch."""
