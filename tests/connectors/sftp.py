"""An SFTP server on a free port of 127.0.0.1, in a thread of its own, with the illnesses of a real one."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import asyncssh

LOGIN, PASSWORD = "gemeente", "een-wachtwoord-van-de-test"


class SftpServer:
    """Serves `root` to one user. The flags take effect at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.password = PASSWORD
        self.is_slow = False
        self.cuts = False
        self.renames_over = True
        self.on_open: Any = None
        self.lies: list[bytes] = []  # names of ordinary files that it says to have
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._host = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = self._host.export_public_key().decode().strip()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port: int = self._server.get_port()
        self.is_open = True

    async def _listen(self) -> asyncssh.SSHAcceptor:
        outer = self

        class Gate(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return username == LOGIN and password == outer.password

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == LOGIN and key.public_data == outer.client_key.public_data

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: Any) -> None:
                super().__init__(chan, chroot=str(outer.root).encode())
                self._chan = chan

            async def open(self, path: bytes, pflags: int, attrs: Any) -> object:
                if outer.on_open:
                    outer.on_open(path)
                return super().open(path, pflags, attrs)

            async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
                if outer.cuts:
                    self._chan.get_connection().abort()
                return super().read(file_obj, offset, size)  # type: ignore[return-value]

            async def write(self, file_obj: Any, offset: int, data: bytes) -> int:
                if outer.cuts:
                    self._chan.get_connection().abort()
                return super().write(file_obj, offset, data)  # type: ignore[return-value]

            async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
                if not outer.renames_over:
                    raise asyncssh.SFTPOpUnsupported("Operation unsupported")
                super().posix_rename(oldpath, newpath)

            async def lstat(self, path: bytes) -> Any:
                return super().lstat(path)

            async def scandir(self, path: bytes) -> Any:
                if outer.is_slow:
                    await asyncio.sleep(30)
                async for name in super().scandir(path):
                    yield name
                for lie in outer.lies:
                    yield asyncssh.SFTPName(lie, attrs=asyncssh.SFTPAttrs(permissions=0o100644, size=3, mtime=1))

        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Gate, server_host_keys=[self._host], sftp_factory=Files
        )

    def close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False

        async def stop() -> None:
            self._server.close()
            await self._server.wait_closed()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
