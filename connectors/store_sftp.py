"""Files on an SFTP server whose host key was agreed beforehand."""

from __future__ import annotations

import base64
import binascii
import os
import stat as modes
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import paramiko
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from connectors.connection import Connection
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.store import BLOCK, Stat, Vanished, copy, still, unfinished

T = TypeVar("T")


class SftpStore:
    """Files on an SFTP server whose host key is known (connection extra `host_key`); never without one.

    Log in with a password, or a key file (extra `key_file`). Lost connections are opened again.
    """

    def __init__(
        self, connection: Connection, connect_timeout: float, read_timeout: float, attempts: int, backoff: float
    ) -> None:
        self._connection = connection
        self._key = host_key(connection)
        key_file = connection.extra.get("key_file")
        if key_file and not os.access(key_file, os.R_OK):
            raise DeclarationError(connection.id, "extra.key_file", "give the path of a key that we may read")
        self._timeouts = connect_timeout, read_timeout
        self._retrying = Retrying(
            retry=retry_if_exception_type(SourceUnavailable),
            stop=stop_after_attempt(attempts),
            wait=wait_exponential(multiplier=backoff, max=30),
            reraise=True,
        )
        self._client: paramiko.SSHClient | None = None
        self._sftp: paramiko.SFTPClient | None = None

    def list(self, folder: str) -> dict[str, Stat]:
        def work(sftp: paramiko.SFTPClient) -> dict[str, Stat]:
            return {
                item.filename: still(item)
                for item in sftp.listdir_attr(folder)
                if item.st_mode is None or modes.S_ISREG(item.st_mode)
            }

        try:
            return self._do(folder, work)
        except Vanished:
            raise SourceRefused(f"{folder}: there is no such folder") from None

    def stat(self, path: str) -> Stat:
        return self._do(path, lambda sftp: still(sftp.lstat(path)))

    def download(self, path: str, target: Path, limit: int) -> int:
        def work(sftp: paramiko.SFTPClient) -> int:
            with sftp.open(path, "rb", bufsize=BLOCK) as source, target.open("wb") as sink:
                source.prefetch(min(still(source.stat()).size, limit), max_concurrent_requests=64)
                return copy(source.read, sink, limit, path)

        return self._do(path, work)

    def make(self, folder: str) -> None:
        def work(sftp: paramiko.SFTPClient) -> None:
            try:
                sftp.stat(folder)
            except FileNotFoundError:
                sftp.mkdir(folder)

        self._do(folder, work)

    def rename(self, old: str, new: str) -> None:
        self._do(old, lambda sftp: sftp.rename(old, new))

    def put(self, file: Path, path: str) -> None:
        part = unfinished(path)

        def work(sftp: paramiko.SFTPClient) -> None:
            sftp.put(str(file), part)
            try:
                sftp.posix_rename(part, path)
            except (FileNotFoundError, PermissionError, TimeoutError):
                raise
            except OSError:
                # A server that renames over nothing: killed between these two, the next try brings it again.
                with suppress(FileNotFoundError):
                    sftp.remove(path)
                sftp.rename(part, path)

        self._do(path, work)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._sftp = None

    def _do(self, path: str, work: Callable[[paramiko.SFTPClient], T]) -> T:
        return self._retrying(self._once, path, work)

    def _once(self, path: str, work: Callable[[paramiko.SFTPClient], T]) -> T:
        failed: Exception
        try:
            return work(self._session())
        except FileNotFoundError:
            raise Vanished(path) from None
        except PermissionError:
            raise SourceRefused(f"{path}: we may not read or move here") from None
        except paramiko.BadHostKeyException:
            failed = SourceRefused(f"{self._connection.host}: the host key is not the one that was agreed")
        except paramiko.AuthenticationException:
            failed = SourceRefused(f"{self._connection.host}: log-in refused; check login, password or key file")
        except TimeoutError:
            failed = SourceUnavailable(f"{self._connection.host}: no answer in time")
        except (OSError, EOFError, paramiko.SSHException) as error:
            failed = SourceUnavailable(f"{self._connection.host}: {type(error).__name__} at {path}")
        self.close()
        raise failed

    def _session(self) -> paramiko.SFTPClient:
        if self._sftp is not None:
            return self._sftp
        connection, (connect, read) = self._connection, self._timeouts
        client = self._client = paramiko.SSHClient()
        port = connection.port or 22
        name = connection.host if port == 22 else f"[{connection.host}]:{port}"
        client.get_host_keys().add(name, self._key.get_name(), self._key)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.connect(
            connection.host,
            port,
            username=connection.login,
            password=connection.password or None,
            key_filename=connection.extra.get("key_file"),
            timeout=connect,
            banner_timeout=read,
            auth_timeout=read,
            channel_timeout=read,
            allow_agent=False,
            look_for_keys=False,
        )
        self._sftp = client.open_sftp()
        channel = self._sftp.get_channel()
        if channel is not None:
            channel.settimeout(read)
        return self._sftp


def host_key(connection: Connection) -> paramiko.PKey:
    """The key that the server must have: "ssh-ed25519 AAAA…", as in known_hosts, with or without the name."""
    words = str(connection.extra.get("host_key") or "").split()
    kinds = [place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))]
    wrong = DeclarationError(connection.id, "extra.host_key", 'give the public key of the server: "ssh-ed25519 AAAA…"')
    if not kinds or len(words) <= kinds[0] + 1:
        raise wrong
    try:
        return paramiko.PKey.from_type_string(words[kinds[0]], base64.b64decode(words[kinds[0] + 1]))
    except (paramiko.SSHException, ValueError, binascii.Error, TypeError):
        raise wrong from None
