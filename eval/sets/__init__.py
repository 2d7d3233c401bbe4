"""Questions, lessons, and the sets of others."""
