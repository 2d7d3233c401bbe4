"""A file becomes a document."""
