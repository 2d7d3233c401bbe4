"""Tables: CSV, and the sheets of Excel and OpenDocument."""
