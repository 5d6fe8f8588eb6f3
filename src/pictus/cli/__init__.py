"""The command line: one file per command, which parses and prints and does nothing else.

A command's module is imported only when that command runs, so that `pictus --help` stays fast.
"""

import ast
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from pictus import __version__
from pictus.errors import PictusError

_HERE = Path(__file__).parent
# In the order of a first afternoon with pictus.
_ORDER = (
    *("demo", "doctor", "list", "show", "mark", "cite", "acquire", "arrange", "import"),
    *("check", "generate", "judge", "ask", "licence", "export"),
    *("blend", "train", "evaluate", "score", "compare"),
)
_EPILOG = "Begin with `pictus demo`: the whole way in a minute, without key, GPU or network."


class _Commands(click.Group):
    """Finds commands by their file names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands that there are."""
        return [name for name in _ORDER if _module_path(name).is_file()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"pictus.cli.{_module_path(cmd_name).stem}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the first sentences of their modules, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _sentence(name)) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the command probably meant."""
        known = self.list_commands(ctx)
        if args and args[0] not in known:
            from difflib import get_close_matches

            close = get_close_matches(args[0], known, n=1)
            mend = f"Did you mean `pictus {close[0]}`?" if close else f"Commands: {', '.join(known)}."
            ctx.fail(f"There is no command `{args[0]}`. {mend}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pictus")
def pictus() -> None:
    """Annotated pictures to instruction data, with the licence and the origin of every row."""


def main() -> None:
    """Run the command line; errors that a user can mend are told, not raised."""
    try:
        pictus.main(standalone_mode=False)
    except PictusError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped; the same command goes on from here", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.filename is None and not isinstance(error, FileNotFoundError):
            raise  # nobody could be told where to look
        click.echo(str(_told(error)), err=True)
        sys.exit(1)


def _told(error: OSError) -> PictusError:
    """Tell of a file or folder that the system refuses; only the current folder is one without a name."""
    if error.filename is None:
        mend = "change to a folder that exists, and type the command again"
        return PictusError("the folder that this runs in was removed", where="the current folder", mend=mend)
    mend = "check that the path is right, that you may write there, and that the disk is not full"
    return PictusError(f"the system says: {error.strerror}", where=str(error.filename), mend=mend)


def _module_path(command: str) -> Path:
    plain = _HERE / f"{command}.py"
    return plain if plain.is_file() else _HERE / f"{command}_.py"  # `import` is a keyword, `list` a builtin


def _sentence(command: str) -> str:
    text = ast.get_docstring(ast.parse(_module_path(command).read_text("utf-8"))) or ""
    return text.split("\n\n")[0].replace("\n", " ")
