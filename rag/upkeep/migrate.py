"""A library moved from the file of its data directory into a PostgreSQL database, and back."""

from contextlib import closing
from pathlib import Path

from rag.errors import DataDirectoryError
from rag.storage.catalog import Catalog, Copied
from rag.storage.directory import CATALOG, check_complete, make_private, refuse_links
from rag.storage.lock import lock_directory


def migrate_to(url: str, data_dir: Path) -> Copied:
    """Copy the catalog of a data directory into an empty database; the directory stays as it is.

    Raises:
        DataDirectoryError: When the directory is in use or has no catalog, or the database has one.
        CatalogError: When either cannot be read or written, or the copy is not what was read.
    """
    with lock_directory(data_dir):
        refuse_links(data_dir)
        check_complete(data_dir)
        if not (data_dir / CATALOG).is_file():
            raise DataDirectoryError(f"there is no catalog in {data_dir}; name the data directory")
        with closing(Catalog(data_dir / CATALOG)) as source, closing(Catalog(url)) as target:
            return source.copy_to(target)


def migrate_from(url: str, data_dir: Path) -> Copied:
    """Copy the catalog in a database into a data directory that has none; the database stays as it is.

    Raises:
        DataDirectoryError: When the directory is in use or has a catalog.
        CatalogError: When either cannot be read or written, or the copy is not what was read.
    """
    with lock_directory(data_dir):
        refuse_links(data_dir)
        with closing(Catalog(url)) as source, closing(Catalog(data_dir / CATALOG)) as target:
            copied = source.copy_to(target)
        make_private(data_dir)
        return copied
