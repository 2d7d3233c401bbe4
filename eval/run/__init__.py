"""Asking and judging."""
