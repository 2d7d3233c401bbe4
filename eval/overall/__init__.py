"""Every set beside each other: ``footnote eval all``."""
