"""Files as the platform of the cliëntenorganisaties makes them: one JSON in the shape of DDAS, a levering a gemeente.

The head is that of the exchange model of DDAS (VNG): the period, the moment, who supplies the data, and of each
levering the organisation that it is of. Where the model has a name for what is known of a client, it is used.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.parties import Party, gemeente_party, parties, postcodes
from kit.servers.files import Levering
from kit.servers.rest_dialect import RestDialect, rest_dialects

FORMAT = "json"
NEVER = ("vervallen", True)  # how a record says that it never was


def write(levering: Levering, party: Party, path: Path) -> None:
    """Write a levering as this party does. The name `path` appears when the file is whole."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as out:
        json.dump(document(levering, party), out, ensure_ascii=False, indent=1)
    part.replace(path)


def document(levering: Levering, party: Party) -> dict[str, Any]:
    """The whole file. In a night without anything to say of a gemeente there is no levering of it."""
    dialect = rest_dialects(party.name)[levering.bericht]
    by_gemeente: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for gemeente, record in _records(levering, dialect):
        by_gemeente[gemeente].append(record)
    return {
        "startdatumLevering": "2012-01-01" if levering.omvang == "volledig" else levering.stand_op[:10],
        "einddatumLevering": levering.stand_op[:10],
        "aanleverdatumEnTijd": levering.stand_op,
        "codeGegevensleverancier": party.code,
        "leveringen": [
            {"teller": number, "aanleverende_organisatie": _organisation(gemeente), dialect.path: records}
            for number, (gemeente, records) in enumerate(sorted(by_gemeente.items()), 1)
        ],
    }


def _records(levering: Levering, dialect: RestDialect) -> Iterator[tuple[str, dict[str, Any]]]:
    for regel in levering.regels:
        content = dialect.content(regel.record)
        if client := content.get("client"):
            if "Huisnummer" in client:
                client["Huisnummer"] = str(client["Huisnummer"])  # a text in the model
            content["client"] = [client]
        if regel.actie == "verwijderen":
            content[NEVER[0]] = NEVER[1]
        yield str(regel.record["gemeente_code"]), content


def _organisation(gemeente: str) -> Mapping[str, Any]:
    name = parties()[gemeente_party()[gemeente]].title.removeprefix("Gemeente ")
    return {
        "(Statutaire) Naam": f"Cliëntenraad {name}",
        "KvK-nummer": f"0000{gemeente}",
        "postcode": f"{postcodes()[gemeente][0]}AA",
        "gemeentecode": f"GM{gemeente}",
        "contactpersonen": [{"email": f"raad.{gemeente}@clientenorganisaties-drenthe.example"}],
    }
