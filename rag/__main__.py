"""``python -m rag``: the command ``footnote``."""

from rag.cli import main

main(prog_name="footnote")
