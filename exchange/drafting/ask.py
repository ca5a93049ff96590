"""Asking a source itself what it has, as far as its protocol can say: files in a folder, zaaktypen and their zaken."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from connectors.connection import Connection
from connectors.connector import Before, Request, open_connector
from connectors.filedrop import open_store
from connectors.filedrop_settings import settings_of
from connectors.zgw import ZgwConnector
from connectors.zgw_whose import EVERYBODY
from exchange.clock import today
from exchange.declaration import OPEN
from exchange.drafting.sample import Sample, from_folder, from_records, read_file
from exchange.errors import DeclarationError, SourceRefused
from schemas.contract import load_all

#: What is left to say of a protocol in which nothing can be listed.
STUF = 'StUF does not say what it has; begin with based_on = "stuf" and the zaaktypen that the gemeente names'
FOLDERS = ("uit", "out", ".")


def ask(connection: Connection) -> tuple[list[Sample], Path | None]:
    """Samples of what a source has, and the folder in which they lie, for the caller to remove.

    Raises SourceUnavailable, SourceRefused, DeclarationError.
    """
    if connection.conn_type in ("sftp", "fs"):
        return _folder(connection)
    if connection.extra.get("token_url"):
        raise DeclarationError(
            connection.id, "SAMPLE", "an API does not say what it has; give a page of each bericht as JSON"
        )
    if "drop" in connection.extra:
        raise DeclarationError(connection.id, "SAMPLE", STUF)
    return _zgw(connection)


def _folder(connection: Connection) -> tuple[list[Sample], Path | None]:
    store = open_store(connection, settings_of({}, connection.id))
    try:
        for folder in FOLDERS:
            try:
                files = from_folder(store, folder)
            except SourceRefused:
                continue
            if files:
                samples = [read_file(file) for file in files]
                for sample in samples:
                    sample.settings["directory"] = (folder, f"daar liggen {len(files)} soorten bestanden")
                return samples, files[0].parent
    finally:
        store.close()
    raise DeclarationError(
        connection.id, "SAMPLE", f"has no files in {', '.join(FOLDERS)}; give one on the command line"
    )


def _zgw(connection: Connection) -> tuple[list[Sample], None]:
    """The zaken of the last weeks, of each zaaktype whose name holds the name of a bericht."""
    samples: list[Sample] = []
    with (
        open_connector("zgw", connection, {"bronorganisatie": EVERYBODY}) as connector,
        tempfile.TemporaryDirectory(prefix="hub-") as workdir,
    ):
        assert isinstance(connector, ZgwConnector)
        seen = connector.zaaktypen()
        for bericht, (zaaktype, title) in _chosen(seen).items():
            options = {"zaaktype": zaaktype}
            sample = Sample(f"zaaktype {zaaktype}", "zgw", bericht=bericht, foreign=connector.foreign)
            sample.options["zaaktype"] = (zaaktype, f'zo heet het daar: "{title}"')
            requests = [Request(bericht, options)]
            for payload in connector.fetch(requests, Path(workdir), today(), {bericht: Before("")}):
                with payload.path.open("rb") as stream:
                    samples.append(from_records(sample, connector.read(bericht, options, stream)))
                payload.path.unlink()
            _whose(sample)
    if not samples:
        names = ", ".join(seen) or "nothing"
        raise DeclarationError(
            connection.id, "zaaktype", f"shows none that is called after a bericht; there is {names}"
        )
    return samples, None


def _chosen(zaaktypen: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """bericht -> (zaaktype, title), where a title or an identificatie names it."""
    found: dict[str, tuple[str, str]] = {}
    for bericht, contract in load_all().items():
        named = (bericht.casefold(), contract.titel.casefold())
        for zaaktype, title in zaaktypen.items():
            if any(word in f"{zaaktype} {title}".casefold() for word in named):
                found.setdefault(bericht, (zaaktype, title))
    return found


def _whose(sample: Sample) -> None:
    """One server may serve several gemeenten: the RSIN says whose a zaak is."""
    column = sample.columns.get("zaak.bronorganisatie")
    if column is None or not column.values:
        return
    if len(column.values) == 1:
        sample.settings["bronorganisatie"] = (next(iter(column.values)), "de RSIN bij alle zaken die wij zien")
    else:
        sample.settings["bronorganisatie"] = (OPEN, f"de RSIN van deze gemeente: er zijn er {len(column.values)}")
