"""PDF: lines from the text layer, paragraphs from lines."""
