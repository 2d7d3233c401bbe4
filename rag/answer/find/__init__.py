"""Passages, then judged sentences."""
