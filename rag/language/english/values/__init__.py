"""Values in a sentence, and whether two of them agree."""
