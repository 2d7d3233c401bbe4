"""The catalog in a PostgreSQL database, for several processes and machines."""
