"""Tests of the web app's own parts."""
