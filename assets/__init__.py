"""Bundled data and trained weights, and the script that made the weights."""
