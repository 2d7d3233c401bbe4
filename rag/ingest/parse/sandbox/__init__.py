"""Parsing in confined processes."""
