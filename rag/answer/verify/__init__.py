"""Whether sources say what a text says: its sentences, what is found for each, and what both say otherwise."""
