"""The pages of the hub within Airflow: who may see them, and what stands on them. Read only; no identity, ever.

The api-server has no key of a region: what is sealed cannot be opened here. What is read comes from exchange.cockpit,
in a role of the database that may read the ledger, or the marts, and nothing else.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse

from exchange import cockpit
from exchange.data_docs import folder_of
from exchange.errors import DeclarationError, WarehouseError
from exchange.region import Region, read_regions
from plugins import rights
from plugins.door import Door
from reports import cockpit as pages

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
app.add_middleware(Door)

DOCS = {".html": "text/html; charset=utf-8"}


def known_regions() -> dict[str, Region]:
    """The regions that load, by name."""
    return {region.name: region for region in read_regions()[0]}


Regions = Annotated[dict[str, Region], Depends(known_regions)]


def known_region(region: str, regions: Regions) -> Region:
    """The region of an address."""
    if region not in regions:
        raise HTTPException(404, "Deze regio is er niet.")
    return regions[region]


One = Annotated[Region, Depends(known_region)]


@app.get("/marts")
def marts(request: Request, regions: Regions) -> Response:
    """All marts with their figures."""
    found = [(region, cockpit.marts(region)) for region in regions.values()]
    return _page(request, "marts", found=found, may_see_all=rights.may_see_everything(request.state.user))


@app.get("/marts/{region}/{schema}/{name}.csv")
def mart_csv(request: Request, region: One, schema: str, name: str) -> Response:
    """One mart as a file for a spreadsheet."""
    mart = _mart(request, region, schema, name)
    headers = {"Content-Disposition": f'attachment; filename="{schema}_{name}.csv"'}
    return StreamingResponse(cockpit.csv_lines(region, mart), media_type="text/csv; charset=utf-8", headers=headers)


@app.get("/marts/{region}/{schema}/{name}")
def mart(request: Request, region: One, schema: str, name: str) -> Response:
    """One mart: what its columns mean, and its first rows."""
    found = _mart(request, region, schema, name)
    return _page(request, "mart", region=region, mart=found, rows=cockpit.rows(region, found))


def _mart(request: Request, region: Region, schema: str, name: str) -> cockpit.Mart:
    found = cockpit.mart(region, schema, name)
    if found.is_of_persons and not rights.may_see_everything(request.state.user):
        raise HTTPException(403, "Deze mart heeft een regel per kind: alleen voor wie de coördinatie doet.")
    return found


@app.get("/retourberichten")
def answers(request: Request, regions: Regions, bron: str = "") -> Response:
    """The deliveries of each source, and what its sender got to read."""
    allowed = [
        (region, source)
        for region in regions.values()
        for source in region.sources.values()
        if rights.may_see_answers(request.state.user, source.id)
    ]
    if bron and bron not in {source.id for _, source in allowed}:
        raise HTTPException(403, "De retourberichten van deze bron zijn niet voor u.")
    shown = [
        (source, cockpit.answers(region, source.id, None if bron else cockpit.NEWEST))
        for region, source in allowed
        if bron in ("", source.id)
    ]
    return _page(
        request, "retourberichten", shown=shown, bron=bron, total=sum(len(r.sources) for r in regions.values())
    )


@app.get("/retourberichten/{region}/{delivery_id}.json")
def answer_json(request: Request, region: One, delivery_id: int) -> Response:
    """One answer, as its sender's system gets it."""
    return _answer(request, region, delivery_id, ".json", "application/json")


@app.get("/retourberichten/{region}/{delivery_id}")
def answer(request: Request, region: One, delivery_id: int) -> Response:
    """One answer, as its sender gets to read it."""
    return _answer(request, region, delivery_id, ".html", "text/html; charset=utf-8")


def _answer(request: Request, region: Region, delivery_id: int, suffix: str, media_type: str) -> Response:
    if not rights.may_see_answers(request.state.user, cockpit.sender_of(region, delivery_id)):
        raise HTTPException(403, "De retourberichten van deze bron zijn niet voor u.")
    work = tempfile.TemporaryDirectory(prefix="cockpit-")
    name = cockpit.write_answer(region, delivery_id, Path(work.name))
    return StreamingResponse(_blocks(work, f"{name}{suffix}"), media_type=media_type)


def _blocks(work: "tempfile.TemporaryDirectory[str]", name: str) -> Iterator[bytes]:
    """A file in a folder that is gone afterwards."""
    with work, (Path(work.name) / name).open("rb") as stream:
        while block := stream.read(1 << 16):
            yield block


@app.get("/data-docs")
def data_docs(request: Request, regions: Regions) -> Response:
    """The pages on quality of each region; straight on where there is one."""
    made = [region for region in regions.values() if (folder_of(region) / "index.html").is_file()]
    if len(made) == 1:
        return RedirectResponse(f"{request.scope['root_path']}/data-docs/{made[0].name}/index.html")
    return _page(request, "data_docs", made=made)


@app.get("/data-docs/{region}/{path:path}")
def data_docs_page(region: One, path: str) -> Response:
    """One page on quality, as it was made."""
    root = folder_of(region).resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root) or file.suffix not in DOCS or not file.is_file():
        raise HTTPException(404, "Deze pagina is er niet.")
    return FileResponse(file, media_type=DOCS[file.suffix])


@app.get("/incidenten")
def incidents(request: Request, regions: Regions) -> Response:
    """What goes wrong now, and what was over lately."""
    return _page(request, "incidenten", found=[(region, cockpit.incidents(region)) for region in regions.values()])


@app.exception_handler(HTTPException)
def _told(request: Request, error: HTTPException) -> Response:
    return _wrong(request, error.status_code, str(error.detail))


@app.exception_handler(LookupError)
def _unknown(request: Request, error: LookupError) -> Response:
    return _wrong(request, 404, "Dit is er niet (meer).")


@app.exception_handler(WarehouseError)
@app.exception_handler(DeclarationError)
def _broken(request: Request, error: Exception) -> Response:
    # Both hold no value by promise: the names of things, a setting, a SQLSTATE.
    return _wrong(request, 503, f"De hub kan dit nu niet laten zien. {error}")


def _wrong(request: Request, status: int, text: str) -> Response:
    return _page(request, "fout", status=status, text=text)


def _page(request: Request, name: str, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(pages.page(name, base=request.scope["root_path"], **values), status)
