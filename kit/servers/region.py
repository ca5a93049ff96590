"""The systems of the region together: which case systems and rooms there are, and what they show in a night."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kit.calendar import Calendar, date_of
from kit.nights import FULL_FILE
from kit.parties import ANSWERS, Party, parties
from kit.servers import ddas, files, tables
from kit.servers.auth import Client
from kit.servers.cases import Register
from kit.servers.catalogue import Catalogue
from kit.servers.dialect import SYSTEM_OF, dialects
from kit.servers.rest import Application, RestSystem
from kit.servers.sftp import FOLDERS, User, key_pair, make_room, public_text
from kit.servers.state import Delivered, Secrets
from kit.servers.stuf import Asker, StufSystem
from kit.servers.stuf_zaken import Zaken
from kit.servers.zgw import System
from kit.world import World

SENDERS: Mapping[str, str] = {  # name -> how it logs in
    "coevorden": "password",
    "midden_drenthe": "key",
    "borger_odoorn": "password",
    "aa_en_hunze": "key",
    "westerveld": "password",
    "noordenveld": "password",
    "tynaarlo": "key",
    "meppel": "password",
    "welzijn_drenthe": "key",
    "ouderenbonden": "password",
    "jgz_drenthe": "key",
    "clientenorganisaties": "password",
}
# Those whose own system is asked, and who have a room for the answers that come back and nothing else.
BOXES: Mapping[str, str] = {
    "emmen": "password",
    "assen": "key",
    "hoogeveen": "password",
    "de_wolden": "password",
    "mee_drenthe": "key",
    "jeugdhulp_drenthe": "password",
}
# name -> its system, with an API of its own
PROVIDERS: Mapping[str, str] = {"mee_drenthe": "mee", "jeugdhulp_drenthe": "jeugdhulp"}

# (who, night) -> a file that somebody forgot in the room: it fits no agreement and must not hold up the others.
STRAYS: Mapping[tuple[str, int], str] = {("borger_odoorn", 4): "Kopie van aanmelding.csv"}


@lru_cache(maxsize=2)
def _world(seed: int) -> World:
    """The world of a seed: made once for all regions in this process, and never changed."""
    return World.build(seed)


@dataclass(frozen=True)
class Cast:
    """Whose systems stand in one region. senders: name -> how it logs in at its room with files; boxes: the same, of
    those who only get answers; providers: name -> its API; systems: name -> its zaaksysteem; strays: see STRAYS."""

    senders: Mapping[str, str]
    boxes: Mapping[str, str]
    providers: Mapping[str, str]
    systems: Mapping[str, str]
    strays: Mapping[tuple[str, int], str]
    world: Callable[[int], World]
    stuf: tuple[Party, ...] = ()
    name: str = "drenthe"
    folder: str = ""  # of its own below the home of the kit


DRENTHE = Cast(
    SENDERS,
    BOXES,
    PROVIDERS,
    SYSTEM_OF,
    STRAYS,
    _world,
    tuple(party for party in parties().values() if party.protocol == "stuf"),
)


class Region:
    """All source systems below one home folder. `move` brings them to a night."""

    def __init__(self, home: Path, latency: bool = True, cast: Cast = DRENTHE) -> None:
        self.cast = cast
        self.folder = home / "kit" / cast.folder
        self.latency = latency
        self.seed, self.night = 0, 0
        self._secrets = Secrets(self.folder / "secrets.json")
        self._delivered = Delivered(self.folder / "geleverd.json")
        self.host_key = key_pair(self.folder / "keys" / "host")
        self.users = {name: self._user(name) for name in cast.senders}
        self.boxes = {name: self._user(name) for name in cast.boxes}
        for user in self.users.values():
            make_room(user, FOLDERS)
        for user in self.boxes.values():
            make_room(user, (ANSWERS,))
        self.systems: dict[str, System] = {}
        self.providers = {name: self._provider(name, system) for name, system in cast.providers.items()}
        self.stuf = {party.name: self._stuf(party) for party in cast.stuf}

    def move(self, calendar: Calendar) -> None:
        """Show the region as it is in this night: zaken as they now are, and the files of every night so far."""
        if calendar.seed != self.seed:
            self.world = self.cast.world(calendar.seed)
            self._make_systems()
            for provider in self.providers.values():
                provider.move(self.world, 0)
            for stuf in self.stuf.values():
                stuf.zaken.move(self.world, 0)
        for provider in self.providers.values():
            provider.move(self.world, calendar.night)
        for stuf in self.stuf.values():
            stuf.zaken.move(self.world, calendar.night)
        for system in self.systems.values():
            system.register.move(self.world, calendar.night)
        for night in range(1, calendar.night + 1):
            self._put(calendar.seed, night)
        self.seed, self.night = calendar.seed, calendar.night

    @property
    def served(self) -> list[System | RestSystem | StufSystem]:
        """Everything that speaks HTTP."""
        return [*self.systems.values(), *self.providers.values(), *self.stuf.values()]

    def services(self, http_port: int, sftp_port: int) -> dict[str, Any]:
        """Addresses and secrets, as services.json tells them."""
        return {
            "seed": self.seed,
            "night": self.night,
            "vandaag": {self.cast.name: self.world.vandaag(self.night).isoformat()},
            "zgw": {
                party: {
                    "base_url": f"http://127.0.0.1:{http_port}/{system}/",
                    "client_id": self._client(party).client_id,
                    "secret": self._client(party).secret,
                }
                for party, system in self.cast.systems.items()
            },
            "rest": {
                name: {
                    "base_url": f"http://127.0.0.1:{http_port}/{provider.name}/api/v2/",
                    "token_url": f"http://127.0.0.1:{http_port}/{provider.name}/oauth/token",
                    "client_id": provider.client.client_id,
                    "secret": provider.client.secret,
                }
                for name, provider in self.providers.items()
            },
            "stuf": {
                name: {
                    "url": f"http://127.0.0.1:{http_port}{stuf.path}",
                    "login": stuf.asker.login,
                    "password": stuf.asker.password,
                }
                for name, stuf in self.stuf.items()
            },
            "sftp": {
                "host": "127.0.0.1",
                "port": sftp_port,
                "host_key": public_text(self.host_key),
                "users": {
                    name: {"login": name, "key_path": str(self._key_path(name))}
                    if user.public_key
                    else {"login": name, "password": user.password}
                    for name, user in (self.users | self.boxes).items()
                },
            },
        }

    def _make_systems(self) -> None:
        """Fresh registers for a world; the systems themselves stay, for their routes are being served."""
        for name in dict.fromkeys(self.cast.systems.values()):
            parties = {party: self.world.parties[party].rsin for party, own in self.cast.systems.items() if own == name}
            catalogue = Catalogue(f"/{name}", next(iter(parties.values())), dialects(name))
            register = Register(catalogue, dialects(name), parties)
            if name in self.systems:
                self.systems[name].register = register
            else:
                clients = {client.client_id: client for client in map(self._client, parties)}
                self.systems[name] = System(name, register, clients, self.latency)

    def _client(self, party: str) -> Client:
        """The hub's application for a gemeente. Rights go by zaaktype: a shared system shows it both gemeenten."""
        rights = {dialect.zaaktype for dialect in dialects(self.cast.systems[party]).values()}
        return Client(f"regiohub-{party}", self._secrets.get(f"zgw/{party}"), rights)

    def _provider(self, name: str, system: str) -> RestSystem:
        client = Application(f"regiohub-{name}", self._secrets.get(f"rest/{name}"))
        forgets = [FULL_FILE[name]] if name in FULL_FILE else []
        return RestSystem.of(system, name, client, forgets, self.latency)

    def _stuf(self, party: Party) -> StufSystem:
        known = dialects(party.name)
        rights = {dialect.zaaktype for dialect in known.values()}
        asker = Asker("REGIOHUB", f"regiohub-{party.name}", self._secrets.get(f"stuf/{party.name}"), rights)
        return StufSystem(party.name, Zaken(party.name, party.code, known), asker, self.latency)

    def _user(self, name: str) -> User:
        room = self.folder / "sftp" / name
        if {**self.cast.senders, **self.cast.boxes}[name] == "key":
            return User(name, room, public_key=public_text(key_pair(self._key_path(name))))
        return User(name, room, password=self._secrets.get(f"sftp/{name}"))

    def _key_path(self, name: str) -> Path:
        return (self.folder / "keys" / name).absolute()

    def _put(self, seed: int, night: int) -> None:
        """Put the files of a night ready, each once. A file appears in uit/ only when it is whole."""
        day = self.world.vandaag(night).isoformat()
        for name, user in self.users.items():
            party = self.world.parties[name]
            stray = self.cast.strays.get((name, night))
            if stray and f"{seed}/{name}/{stray}" not in self._delivered:
                (user.room / "uit" / stray).write_text("nog nakijken\n", encoding="utf-8")
                self._delivered.add(f"{seed}/{name}/{stray}")
            for bericht in party.berichten:
                mark = f"{seed}/{name}/{files.file_name(bericht, day)}"
                if mark in self._delivered:
                    continue
                for levering in self.world.sent(name, bericht, night):
                    is_named = party.protocol in (*tables.FORMATS, ddas.FORMAT)
                    file = tables.file_name(levering, party.protocol) if is_named else files.file_name(bericht, day)
                    making = user.room.parent / f".{name}_{file}"
                    if party.protocol == ddas.FORMAT:
                        ddas.write(levering, party, making)
                    elif is_named:
                        tables.write(levering, name, making)
                    else:
                        files.write(levering, party.code, making)
                    if levering.is_cut_off:
                        _break_off(making)
                    making.replace(user.room / "uit" / file)
                self._delivered.add(mark)
            if name in self.stuf and party.tells_changes:
                self._tell(seed, night, self.stuf[name], user.room)

    def _tell(self, seed: int, night: int, system: StufSystem, room: Path) -> None:
        """The kennisgevingen of a night, a file each."""
        for number, message in enumerate(system.zaken.told[night], 1):
            file = f"zakLk01_{date_of(night):%Y%m%d}_{number:04d}.xml"
            mark = f"{seed}/{system.name}/{file}"
            if mark not in self._delivered:
                making = room.parent / f".{system.name}_{file}"
                making.write_bytes(message)
                making.replace(room / "uit" / file)
                self._delivered.add(mark)


def _break_off(file: Path) -> None:
    """Leave two thirds of a file, up to the end of a line: so much came over before the line went dead."""
    content = file.read_bytes()
    file.write_bytes(content[: content.rindex(b"\n", 0, len(content) * 2 // 3)])
