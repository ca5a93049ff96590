"""`python -m deploy.environment SERVICE`: the environment of a service of docker-compose.yml, without containers.

NAME='value' lines, as systemd (EnvironmentFile) and a shell read them: the settings of the file, with the places and
addresses of this machine. The addresses of PostgreSQL and Redis stand in the secrets themselves.
"""

import argparse
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def parsed(variables: Mapping[str, str], file: Path = FILE) -> dict[str, Any]:
    """The file as compose reads it: anchors merged, variables filled in."""
    text = file.read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(VARIABLE.sub(lambda at: variables.get(at[1], at[2] or ""), text))
    return found


def environment(service: str, places: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Settings of a service. places: what stands in the file -> what stands for it here. Raises KeyError."""
    given = parsed(variables)["services"][service].get("environment", {})
    found = {name: str(value) for name, value in given.items()}
    for inside, here in places.items():
        found = {name: value.replace(inside, here) for name, value in found.items()}
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.environment", description=__doc__)
    parser.add_argument("service", help="for example scheduler")
    parser.add_argument("--secrets", default="/etc/hub/secrets", help="where the secret files are")
    parser.add_argument("--api-server", default="localhost:8080", metavar="HOST:PORT", help="where the api-server is")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a variable of the file")
    given = parser.parse_args()
    places = {"/run/secrets": given.secrets, "/opt/hub": str(ROOT), "api-server:8080": given.api_server}
    try:
        found = environment(given.service, places, dict(pair.split("=", 1) for pair in given.set))
    except KeyError:
        parser.error(f"there is no service {given.service} in docker-compose.yml")
    except ValueError:
        parser.error("--set takes NAME=VALUE")
    for name, value in found.items():
        print(f"{name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
