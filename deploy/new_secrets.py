"""`python -m deploy.new_secrets FOLDER`: make what is missing of the secrets of an installation, one file each.

What is there stays as it is, so running again after a new region or a new release adds what is new. The files are
for their owner and group (0440); in containers that is 10001:10001. Root gives them to the owner of the folder,
what was there before too: a file that came back from elsewhere is read like the others.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from exchange import keys
from exchange.errors import DeclarationError
from exchange.region import load_regions

MODE = 0o440


def new_secrets(folder: Path, postgres: str = "postgres:5432", redis: str = "redis:6379") -> list[str]:
    """Make the files that are missing. Returns their names. Raises DeclarationError, OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    made: list[str] = []

    def keep(name: str, make: Callable[[], str]) -> str:
        file = folder / name
        if not file.exists():
            _write(file, make())
            made.append(name)
        return file.read_text(encoding="utf-8").strip()

    admin = keep("postgres_password", _password)
    broker = keep("redis_password", _password)
    keep("hub_server_url", lambda: f"postgresql://hub:{admin}@{postgres}/postgres")
    keep("hub_database_url", lambda: f"postgresql://hub_tasks:{_password()}@{postgres}/postgres")
    keep("hub_hand_url", lambda: f"postgresql://hub_hand:{_password()}@{postgres}/postgres")
    keep("hub_pages_url", lambda: f"postgresql://hub_pages:{_password()}@{postgres}/postgres")
    keep("airflow_database_url", lambda: f"postgresql+psycopg://hub_airflow:{_password()}@{postgres}/hub_airflow")
    keep("celery_result_url", lambda: f"db+postgresql+psycopg://hub_celery:{_password()}@{postgres}/hub_celery")
    keep("celery_broker_url", lambda: f"redis://:{broker}@{redis}/0")
    keep("fernet_key", lambda: Fernet.generate_key().decode())
    keep("api_secret_key", _password)
    keep("jwt_secret", lambda: secrets.token_urlsafe(64))
    made += _keys(folder / "hub_keys", [region.name for region in load_regions()])
    _hand_over(folder)
    return made


def _password() -> str:
    return secrets.token_urlsafe(32)  # without a character that an address would have to escape


def _keys(file: Path, regions: list[str]) -> list[str]:
    """The keys of each region; those of a region that has them stay."""
    kept: Mapping[str, str] = keys.read_lines(file) if file.exists() else {}
    missing = [name for name in regions if keys.variable(name, "LOOKUP") not in kept]
    if not missing:
        return []
    lines = dict(kept)
    for name in missing:
        lines |= keys.fresh(name)
    _write(file, "\n".join(f"{name}={value}" for name, value in lines.items()))
    return [f"hub_keys ({', '.join(missing)})"]


def _write(file: Path, text: str) -> None:
    """Lay a file down whole, with its rights from the first moment."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(f"{text}\n")
    part.chmod(MODE)
    part.replace(file)


def _hand_over(folder: Path) -> None:
    """Give the files to whom the folder belongs; only root may."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for file in folder.iterdir():
            os.chown(file, owner.st_uid, owner.st_gid, follow_symlinks=False)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.new_secrets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the secrets are kept, for example ./secrets")
    parser.add_argument("--postgres", default="postgres:5432", metavar="HOST:PORT", help="where PostgreSQL listens")
    parser.add_argument("--redis", default="redis:6379", metavar="HOST:PORT", help="where Redis listens")
    given = parser.parse_args()
    try:
        made = new_secrets(given.folder, given.postgres, given.redis)
    except (DeclarationError, OSError) as error:
        sys.exit(f"deploy.new_secrets: {type(error).__name__}: {error}")
    print(f"{given.folder}: made {', '.join(made)}" if made else f"{given.folder}: nothing is missing")


if __name__ == "__main__":
    main()
