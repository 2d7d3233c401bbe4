"""A data directory: documents into catalog and index together, or not at all."""
