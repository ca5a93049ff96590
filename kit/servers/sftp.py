"""An SFTP server with a closed room for each sender: uit (to be picked up), verwerkt (picked up), in (answers).

One user logs in with a password, another with a key, as in the world outside. Nobody sees another's room, and
there is no shell behind it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from kit.parties import ANSWERS

FOLDERS = ("uit", "verwerkt", ANSWERS)


@dataclass(frozen=True)
class User:
    """Who may log in: with the password, or with the private key of `public_key` (OpenSSH form); "" is neither."""

    login: str
    room: Path
    password: str = ""
    public_key: str = ""


class _Guard(asyncssh.SSHServer):
    """Lets the users in that it knows."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self._users = users

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        user = self._users.get(username)
        return user is not None and user.password != "" and user.password == password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        user = self._users.get(username)
        if user is None or not user.public_key:
            return False
        return asyncssh.import_public_key(user.public_key) == key


def _room_of(users: Mapping[str, User]) -> Callable[[asyncssh.SSHServerChannel], asyncssh.SFTPServer]:
    def room(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        login = channel.get_extra_info("username")
        return asyncssh.SFTPServer(channel, chroot=str(users[login].room).encode())

    return room


def make_room(user: User, folders: Iterable[str]) -> None:
    """The folders of a user, if they are not there yet."""
    for folder in folders:
        (user.room / folder).mkdir(parents=True, exist_ok=True)


def key_pair(path: Path) -> asyncssh.SSHKey:
    """The private key at `path`, made at first use; only its owner may read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        part.replace(path)
    return asyncssh.read_private_key(str(path))


def public_text(key: asyncssh.SSHKey) -> str:
    """The public half in one line: ssh-ed25519 AAAA…"""
    return " ".join(key.export_public_key().decode().split()[:2])


async def listen(users: Mapping[str, User], host_key: asyncssh.SSHKey, port: int) -> asyncssh.SSHAcceptor:
    """Serve on loopback; port 0 takes a free one (see `SSHAcceptor.get_port`)."""
    return await asyncssh.create_server(
        lambda: _Guard(users),
        "127.0.0.1",
        port,
        server_host_keys=[host_key],
        sftp_factory=_room_of(users),
        allow_scp=False,
        agent_forwarding=False,
    )
