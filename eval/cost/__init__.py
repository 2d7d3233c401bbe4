"""What Footnote costs: time, memory, load."""
