"""Measures and how sure they are."""
