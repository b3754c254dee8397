"""`claimcheck canary`: can this machine keep a method in, and with --gpu, does its GPU compute in a sandbox?"""

import json

import click

from runners import canary as test
from runners.commands import exits


@click.command(help="Try whether this machine can keep a method in. What a worker asks itself; needs no site.")
@click.option("--gpu", is_flag=True, help="In the sandbox of a GPU, where it also computes.")
@click.option("--json", "as_json", is_flag=True, help="One line for programs.")
def canary(gpu: bool, as_json: bool) -> int:
    result = test.answer("cuda" if gpu else "cpu")
    click.echo(json.dumps(result) if as_json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return exits.FINE if result["ok"] else exits.METHOD
