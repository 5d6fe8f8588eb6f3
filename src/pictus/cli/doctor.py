"""Say what is installed, what works, and what to type to mend what does not."""

import sys
from dataclasses import asdict

import click

from pictus.cli import output


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(as_json: bool) -> None:
    """Look at this installation."""
    from pictus.steps.doctor import examine

    findings = list(examine())
    if as_json:
        output.result([asdict(finding) for finding in findings])
    else:
        output.table([f.state, f.what, f.found] for f in findings)
        for finding in findings:
            if finding.mend:
                click.echo(f"mend {finding.what}: {finding.mend}")
        output.next_command("pictus demo")
    sys.exit(1 if any(finding.state == "broken" for finding in findings) else 0)
