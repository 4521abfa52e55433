"""Tests of the pages, by the framework's own harness."""
