"""Get the pictures of a list of addresses, or of a corpus that has only their addresses."""

from typing import Any

import click

from pictus.cli.acquiring import acquire_pictures, picture_options


@click.command("acquire")
@click.argument("target")
@click.option("--to", required=True, help="The corpus to make.")
@picture_options
@click.option("--dry-run", is_flag=True, help="Say what would be got, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(target: str, to: str, dry_run: bool, as_json: bool, **options: Any) -> None:
    """Get the pictures of TARGET, a list of addresses or a corpus."""
    acquire_pictures(target, to, dry_run=dry_run, as_json=as_json, **options)
