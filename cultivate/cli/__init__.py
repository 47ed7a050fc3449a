"""Commands. Results go to standard output, messages to standard error; 0 done, 1 refused, 2 wrong usage."""

from importlib import import_module

import click

from cultivate import __version__

#: command -> module of this package that defines it (as ``command``, or under the command's own name)
COMMANDS = {
    "init": "setup",
    "user": "accounts",
    "token": "accounts",
    "demo": "demo",
    "serve": "serve",
    "scheduler": "jobs",
    "jobs": "jobs",
    "letters": "letters",
    "outbox": "letters",
    "import": "imports",
    "export": "exports",
    "funnel": "counts",
    "progress": "counts",
    "move": "moves",
    "assess": "policies",
    "policy": "policies",
    "verify": "verify",
}


class LazyGroup(click.Group):
    """Imports a command's module only when it is called: ``--help`` and small commands start fast."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command's object: named after the command in its module, with ``_`` for words of Python."""
        if name not in COMMANDS:
            return None
        module = import_module(f"cultivate.cli.{COMMANDS[name]}")
        found: click.Command = getattr(module, f"{name}_command")
        return found


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="cultivate")
def main() -> None:
    """The register and funnel of a district's enterprise cultivation."""
