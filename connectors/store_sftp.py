"""Files on an SFTP server whose host key was agreed beforehand."""

from __future__ import annotations

import base64
import binascii
import stat as modes
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import CMD_NAME
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from connectors.connection import Connection, addressed
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.file_names import shown
from connectors.store import BLOCK, Stat, Vanished, copy, still, unfinished

T = TypeVar("T")


class SftpStore:
    """Files on an SFTP server whose host key is known (connection extra `host_key`); never without one.

    Log in with a password, or a key file (extra `key_file`). Lost connections are opened again.
    """

    def __init__(
        self, connection: Connection, connect_timeout: float, read_timeout: float, attempts: int, backoff: float
    ) -> None:
        self._connection = addressed(connection, "sftp")
        self._key = host_key(connection)
        self._own_key = own_key(connection)
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
            raise SourceRefused(f"{self._connection.host}: {folder}: there is no such folder") from None

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
            raise SourceRefused(f"{shown(path)}: we may not read or move here") from None
        except paramiko.BadHostKeyException:
            failed = SourceRefused(f"{self._connection.host}: the host key is not the one that was agreed")
        except paramiko.AuthenticationException:
            failed = SourceRefused(f"{self._connection.host}: log-in refused; check login, password or key file")
        except TimeoutError:
            failed = SourceUnavailable(f"{self._connection.host}: no answer in time")
        except (OSError, EOFError, paramiko.SSHException) as error:
            failed = SourceUnavailable(f"{self._connection.host}: {type(error).__name__} at {shown(path)}")
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
            pkey=self._own_key,
            timeout=connect,
            banner_timeout=read,
            auth_timeout=read,
            channel_timeout=read,
            allow_agent=False,
            look_for_keys=False,
        )
        transport = client.get_transport()
        assert transport is not None, "after connect there is one"
        self._sftp = _Sftp.from_transport(transport)
        if self._sftp is None:
            raise paramiko.SSHException("no SFTP")
        channel = self._sftp.get_channel()
        if channel is not None:
            channel.settimeout(read)
        return self._sftp


class _Names(paramiko.Message):
    """File names as they come: bytes that are no UTF-8 hold up only their own file."""

    def get_text(self) -> str:
        return self.get_string().decode("utf-8", "surrogateescape")


class _Sftp(paramiko.SFTPClient):
    def _request(self, kind: Any, *args: Any) -> Any:
        found, message = super()._request(kind, *args)  # type: ignore[misc]
        return found, _Names(message.get_remainder()) if found == CMD_NAME else message


def own_key(connection: Connection) -> paramiko.PKey | None:
    """Our key for the server, where extra key_file names one. Raises DeclarationError."""
    path = connection.extra.get("key_file")
    if not path:
        return None
    try:
        return paramiko.PKey.from_path(path)
    except (OSError, ValueError, TypeError, paramiko.SSHException, UnknownKeyType, UnsupportedAlgorithm):
        cure = "give the path of a private key that we may read, without pass phrase (OpenSSH or PEM)"
        raise DeclarationError(connection.id, "extra.key_file", cure) from None


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
