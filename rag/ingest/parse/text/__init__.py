"""Plain text and Markdown, verbatim."""
