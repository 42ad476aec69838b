"""How fast the house is at size, beside the least a database would need. Run by `make bench`."""
