"""What inspections of government websites punish, seen before an inspector does."""
