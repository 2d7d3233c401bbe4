"""Results as tables, pages and gates."""
