"""Mark datasets as read or unread: your own reading state, which list and show tell."""

import click

from pictus.cli import output


@click.command("mark")
@click.argument("names", nargs=-1, required=True)
@click.argument("state", type=click.Choice(["read", "unread"]))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(names: tuple[str, ...], state: str, as_json: bool) -> None:
    """Mark the sources NAMES as read or unread.

    The marks are yours: they stand in one small file below `$XDG_STATE_HOME/pictus`, or in the folder that
    `$PICTUS_STATE` names.
    """
    from pictus import plugins
    from pictus.errors import ManyErrors, unknown_name
    from pictus.store.marks import mark, state_folder

    known = plugins.names("sources")
    wanted = [name.replace("-", "_") for name in names]
    wrong = [unknown_name("source", name, known, where="pictus mark") for name in wanted if name not in known]
    if wrong:
        raise ManyErrors(wrong, where="pictus mark") if len(wrong) > 1 else wrong[0]
    found = mark(wanted, read=state == "read")
    if as_json:
        return output.result({"read": sorted(found), "folder": str(state_folder())})
    click.echo(f"{', '.join(dict.fromkeys(wanted))}: {state}")
    output.next_command("pictus list sources --unread")
    return None
