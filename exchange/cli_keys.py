"""`hub keys`: the secret keys of a region, from the first set to the end of an old one."""

import sys
from typing import Annotated

import typer

from exchange import keys as keyring
from exchange import reseal as resealing
from exchange.errors import DeclarationError
from exchange.region import Region
from exchange.shell import app, one_line, out, print_json, print_table, regions

HEADS = ("purpose", "key", "status", "seals", "sealed with it")


@app.command(
    epilog="Examples: `hub keys drenthe >> /etc/hub/secrets.env`, once, for a new region · after `--rotate`: "
    "`hub keys drenthe --status`, `hub keys drenthe --reseal`, and then `hub keys drenthe --retire`"
)
@one_line
def keys(
    region: Annotated[str, typer.Argument(help="Name of the region.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Print the keys of now, with a new one that seals from now on.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Show which keys there are, and how much is sealed with each.")
    ] = False,
    reseal: Annotated[bool, typer.Option("--reseal", help="Seal anew what an old key sealed.")] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help="Print the keys without the old ones, if nothing needs those.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --status: JSON for a program.")] = False,
) -> None:
    """Print a fresh set of secret keys for a region, to be kept where secrets are kept; or end the life of old ones.

    With `--rotate` and `--retire` the whole file that HUB_KEYS_FILE names is printed, other regions as they stand.
    """
    if rotate + status + reseal + retire > 1:
        raise DeclarationError("command line", "hub keys", "one of --rotate, --status, --reseal, --retire at a time")
    if as_json and not status:
        raise DeclarationError("command line", "--json", "goes with --status; keys are printed as NAME=value lines")
    if status:
        _show(resealing.held(_declared(region)), as_json)
    elif reseal:
        identities, deliveries = resealing.reseal(_declared(region))
        out.print(f"{region}: sealed anew: identities {identities} · deliveries {deliveries}")
    else:
        sys.stdout.write(_printed(region, rotate, retire))


def _printed(region: str, rotate: bool, retire: bool) -> str:
    """A whole file of keys, to be put in the place of the one of now; of a new region its lines, to be added to one."""
    if rotate:
        return keyring.file_with(keyring.rotated(region))
    if retire:
        return keyring.file_with(resealing.retired(_declared(region)))
    return "".join(f"{name}={value}\n" for name, value in keyring.fresh(region).items())


def _show(found: list[resealing.Held], as_json: bool) -> None:
    if as_json:
        print_json([vars(one) for one in found])
        return
    cells = [(one.purpose, one.key_id, one.status, "yes" if one.is_primary else "", one.sealed) for one in found]
    print_table("Keys", HEADS, cells)


def _declared(name: str) -> Region:
    known = regions()
    for region in known:
        if region.name == name:
            return region
    raise DeclarationError("command line", name, f"is no region; choose from {', '.join(one.name for one in known)}")
