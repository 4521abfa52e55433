"""The documentation's code runs, and its index is up to date."""
