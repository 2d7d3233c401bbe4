"""All that holds for English alone; another language is a folder beside it."""
