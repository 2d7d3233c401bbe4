"""Measuring Footnote: what it costs, and how well its answers are grounded."""
