"""The vector index: disposable, checked against the catalog, rebuilt from it."""
