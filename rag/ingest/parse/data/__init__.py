"""Formats of data: JSON, YAML and XML."""
