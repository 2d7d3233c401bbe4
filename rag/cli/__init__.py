"""The command line. Exit status: 0 answered or done, 1 failed, 2 wrong usage, 3 the sources do not answer.

One module a family of commands; each is put into the group here.
"""

from rag.cli.archives import backup, export_command, import_command, restore_command
from rag.cli.ask import ask, search
from rag.cli.collections import collections
from rag.cli.completion import completion
from rag.cli.documents import documents, ingest_command
from rag.cli.feedback import feedback
from rag.cli.health import doctor
from rag.cli.keys import keys
from rag.cli.migrate import migrate
from rag.cli.options import data_dir_option, read_settings
from rag.cli.reindex import reindex
from rag.cli.root import main
from rag.cli.verify import verify

for _command in (
    ask,
    completion,
    search,
    verify,
    ingest_command,
    documents,
    collections,
    feedback,
    keys,
    doctor,
    reindex,
    migrate,
    backup,
    restore_command,
    export_command,
    import_command,
):
    main.add_command(_command)

__all__ = ["data_dir_option", "main", "read_settings"]
