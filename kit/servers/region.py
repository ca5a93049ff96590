"""The systems of the region together: which case systems and rooms there are, and what they show in a night."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kit.calendar import Calendar, date_of
from kit.servers import files
from kit.servers.auth import Client
from kit.servers.cases import Register
from kit.servers.catalogue import Catalogue
from kit.servers.dialect import SYSTEM_OF, dialects
from kit.servers.sftp import User, key_pair, make_room, public_text
from kit.servers.state import Delivered, Secrets
from kit.servers.zgw import System
from kit.world import World

SENDERS: Mapping[str, str] = {"coevorden": "password", "midden_drenthe": "key"}  # name -> how it logs in


@lru_cache(maxsize=2)
def _world(seed: int) -> World:
    """The world of a seed: made once for all regions in this process, and never changed."""
    return World.build(seed)


class Region:
    """All source systems below one home folder. `move` brings them to a night."""

    def __init__(self, home: Path, latency: bool = True) -> None:
        self.folder = home / "kit"
        self.latency = latency
        self.seed, self.night = 0, 0
        self._secrets = Secrets(self.folder / "secrets.json")
        self._delivered = Delivered(self.folder / "geleverd.json")
        self.host_key = key_pair(self.folder / "keys" / "host")
        self.users = {name: self._user(name) for name in SENDERS}
        for user in self.users.values():
            make_room(user)
        self.systems: dict[str, System] = {}

    def move(self, calendar: Calendar) -> None:
        """Show the region as it is in this night: zaken as they now are, and the files of every night so far."""
        if calendar.seed != self.seed:
            self.world = _world(calendar.seed)
            self._make_systems()
        for system in self.systems.values():
            system.register.move(self.world, calendar.night)
        for night in range(1, calendar.night + 1):
            self._put(calendar.seed, night)
        self.seed, self.night = calendar.seed, calendar.night

    def services(self, http_port: int, sftp_port: int) -> dict[str, Any]:
        """Addresses and secrets, as services.json tells them."""
        return {
            "seed": self.seed,
            "night": self.night,
            "zgw": {
                party: {
                    "base_url": f"http://127.0.0.1:{http_port}/{system}/",
                    "client_id": self._client(party).client_id,
                    "secret": self._client(party).secret,
                }
                for party, system in SYSTEM_OF.items()
            },
            "sftp": {
                "host": "127.0.0.1",
                "port": sftp_port,
                "host_key": public_text(self.host_key),
                "users": {
                    name: {"login": name, "key_path": str(self._key_path(name))}
                    if user.public_key
                    else {"login": name, "password": user.password}
                    for name, user in self.users.items()
                },
            },
        }

    def _make_systems(self) -> None:
        """Fresh registers for a world; the systems themselves stay, for their routes are being served."""
        for name in dict.fromkeys(SYSTEM_OF.values()):
            parties = {party: self.world.parties[party].rsin for party, own in SYSTEM_OF.items() if own == name}
            catalogue = Catalogue(f"/{name}", next(iter(parties.values())), dialects(name))
            register = Register(catalogue, dialects(name), parties)
            if name in self.systems:
                self.systems[name].register = register
            else:
                clients = {client.client_id: client for client in map(self._client, parties)}
                self.systems[name] = System(name, register, clients, self.latency)

    def _client(self, party: str) -> Client:
        """The hub's application for a gemeente. Rights go by zaaktype: a shared system shows it both gemeenten."""
        rights = {dialect.zaaktype for dialect in dialects(SYSTEM_OF[party]).values()}
        return Client(f"regiohub-{party}", self._secrets.get(f"zgw/{party}"), rights)

    def _user(self, name: str) -> User:
        room = self.folder / "sftp" / name
        if SENDERS[name] == "key":
            return User(name, room, public_key=public_text(key_pair(self._key_path(name))))
        return User(name, room, password=self._secrets.get(f"sftp/{name}"))

    def _key_path(self, name: str) -> Path:
        return (self.folder / "keys" / name).absolute()

    def _put(self, seed: int, night: int) -> None:
        """Put the files of a night ready, each once. A file appears in uit/ only when it is whole."""
        day = date_of(night).isoformat()
        for name, user in self.users.items():
            party = self.world.parties[name]
            for bericht in party.berichten:
                file = files.file_name(bericht, day)
                mark = f"{seed}/{name}/{file}"
                if mark in self._delivered:
                    continue
                levering = self.world.levering(name, bericht, night)
                if levering is not None:
                    making = user.room.parent / f".{name}_{file}"
                    files.write(levering, party.code, making)
                    making.replace(user.room / "uit" / file)
                self._delivered.add(mark)
