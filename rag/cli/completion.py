"""``footnote completion``."""

import click
from click.shell_completion import get_completion_class

from rag.cli.terminal import echo

_SHELLS = ("bash", "fish", "zsh")
_VARIABLE = "_FOOTNOTE_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what lets a shell complete commands: `eval "$(footnote completion bash)"` in its start-up file."""
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"{shell} is not known to this version of click")
    root = context.find_root()
    script = found(root.command, {}, root.info_name or "footnote", _VARIABLE)
    for line in (script.source_template % script.source_vars()).splitlines():
        echo(line)
