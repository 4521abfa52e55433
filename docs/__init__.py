"""The documentation, and the script that writes its equation index."""
