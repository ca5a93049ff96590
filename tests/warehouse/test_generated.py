"""ACCEPTED and the current state follow the contracts: made, extended, never rebuilt."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from schemas.contract import Contract, load, load_all
from schemas.render.tables import columns
from tests.warehouse.versions import Version, deliver
from warehouse.engine import engine_for
from warehouse.errors import WarehouseError
from warehouse.generated import generate, version_columns

AANMELDING = load("aanmelding")


@pytest.fixture
def owner(region_database: str) -> Iterator[Connection]:
    """As the owner, in a transaction that is undone."""
    with engine_for(region_database, "owner").connect() as connection:
        yield connection


def names(connection: Connection, table: str) -> list[str]:
    query = text("SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:t) AND attnum > 0 ORDER BY attnum")
    return list(connection.execute(query, {"t": table}).scalars())


def with_field(name: str) -> Contract:
    field = replace(AANMELDING.field("kanaal_code"), path=name, name=name)
    return replace(AANMELDING, fields=(*AANMELDING.fields, field))


def test_each_contract_has_its_versions_and_its_current_state_in_the_same_columns(owner: Connection) -> None:
    for bericht, contract in load_all().items():
        expected = [column.name for column in version_columns(contract)]
        assert names(owner, f"accepted.{bericht}") == expected
        assert names(owner, f"warehouse.actueel_{bericht}") == expected
        for group in contract.groups:
            found = names(owner, f"accepted.{bericht}_{group.name}")
            assert found[:2] == ["versie_id", "volgnummer"]
            assert names(owner, f"warehouse.actueel_{bericht}_{group.name}") == found


def test_no_column_of_identity_exists_outside_the_kluis(owner: Connection) -> None:
    identity = {field.column for c in load_all().values() for field in c.fields if field.kluis}
    assert "bsn" in identity
    query = text("SELECT column_name FROM information_schema.columns WHERE table_schema <> 'kluis'")
    assert not identity & set(owner.execute(query).scalars())


def test_a_new_field_is_a_new_column_and_rows_stay(owner: Connection) -> None:
    deliver(owner, [Version(1)])
    generate(owner, with_field("nieuw_code"))
    assert names(owner, "accepted.aanmelding")[-1] == "nieuw_code"
    assert names(owner, "warehouse.actueel_aanmelding")[-1] == "nieuw_code"
    assert owner.execute(text("SELECT nieuw_code FROM accepted.aanmelding")).scalars().all() == [None]
    comment = text("SELECT col_description('accepted.aanmelding'::regclass, :n)")
    assert owner.scalar(comment, {"n": len(names(owner, "accepted.aanmelding"))})


def test_a_field_that_left_the_contract_keeps_its_column(owner: Connection) -> None:
    generate(owner, replace(AANMELDING, fields=AANMELDING.fields[:-1]))
    assert names(owner, "accepted.aanmelding") == [column.name for column in version_columns(AANMELDING)]


def test_another_type_is_refused_in_one_line(owner: Connection) -> None:
    field = replace(AANMELDING.field("kanaal_code"), type="geheel")
    changed = replace(AANMELDING, fields=tuple(field if f.path == field.path else f for f in AANMELDING.fields))
    with pytest.raises(WarehouseError, match=r"^accepted.aanmelding.kanaal_code is text and the contract says int"):
        generate(owner, changed)


def test_generating_again_executes_no_ddl(owner: Connection) -> None:
    written = text(
        "SELECT (SELECT max(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384),"
        " (SELECT max(xmin::text::bigint) FROM pg_constraint),"
        " (SELECT max(xmin::text::bigint) FROM pg_description)"
    )
    before = owner.execute(written).one()
    for contract in load_all().values():
        generate(owner, contract)
    assert owner.execute(written).one() == before


def test_a_required_field_is_required_of_a_record_that_is_there(owner: Connection) -> None:
    deliver(owner, [Version(1, gone=True)])
    with pytest.raises(WarehouseError, match="aanmelding_verplicht_ck"):
        deliver(owner, [Version(2, values={"loket_code": None})])


def test_a_field_that_is_no_longer_required_may_be_empty(owner: Connection) -> None:
    assert next(c for c in columns(AANMELDING) if c.name == "loket_code").not_null
    field = replace(AANMELDING.field("loket_code"), verplicht=False)
    eased = replace(AANMELDING, fields=tuple(field if f.path == field.path else f for f in AANMELDING.fields))
    generate(owner, eased)
    deliver(owner, [Version(2, values={"loket_code": None})])


def test_the_current_groups_are_those_of_the_current_versions(owner: Connection) -> None:
    key = "versie_id, delivery_id, source, record_nummer, sleutel_hash, inhoud_hash, moment, stand_op"
    rest = "is_ingetrokken, partitie, regelset, software, known_from, traject_nummer, verantwoordelijke_code"
    owner.execute(text("ALTER TABLE warehouse.actueel_traject DROP CONSTRAINT actueel_traject_verplicht_ck"))
    owner.execute(
        text(
            f"INSERT INTO warehouse.actueel_traject ({key}, {rest})"
            " VALUES (2, 1, 'mee', 1, '1', '1', :m, :m, false, '', 'r', 's', :m, 'T1', '1')"
        ),
        {"m": "2015-03-02T00:00Z"},
    )
    for versie in (1, 2):
        owner.execute(
            text(
                "INSERT INTO accepted.traject_score (versie_id, volgnummer, gemeente_code, verantwoordelijke_code,"
                " leefgebied_code, instrument_code, begin) VALUES (:v, 1, '0114', '1', '01', '1', :v)"
            ),
            {"v": versie},
        )
    assert owner.execute(text("SELECT versie_id, begin FROM warehouse.actueel_traject_score")).all() == [(2, 2)]
