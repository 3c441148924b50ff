"""The same store on PostgreSQL, where a server is present: its address in PULPOSUS_TEST_DATABASE (see tools/postgres.sh)."""

from __future__ import annotations

import os

import pytest

from pulposus.evidence import batches
from pulposus.evidence.home import open_store
from pulposus.evidence.imports import commit, preview
from pulposus.evidence.search import search
from pulposus.evidence.table_import import template
from pulposus.evidence.tally import evidence_map

ADDRESS = os.environ.get("PULPOSUS_TEST_DATABASE", "")
QUERIES = ["外泌体", "凋亡", "软骨终板", "miR-21", "exosome apoptosis", "外泌体凋亡", "犬", "O'Neill \\ \" :*"]
FILTERS = [["kind=outcome", "route=transannular"], ["design=rct", "patients>=100"], ["kind=paper", "species!=rat"]]


@pytest.mark.skipif(not ADDRESS, reason="no PostgreSQL server: PULPOSUS_TEST_DATABASE is not set (sh tools/postgres.sh start prints it)")
def test_both_databases_find_the_same_and_keep_a_users_records(tmp_path):
    lite, server = open_store(f"sqlite:///{tmp_path / 'a.db'}"), open_store(ADDRESS)
    path = tmp_path / "mine.csv"
    path.write_text(template(), encoding="utf-8")
    ids = [commit(store, preview(store, path)) for store in (lite, server)]
    try:
        for text in QUERIES:
            assert {hit.id for hit in search(lite, text)[0]} == {hit.id for hit in search(server, text)[0]}, text
        for filters in FILTERS:
            assert [hit.id for hit in search(lite, "", filters)[0]] and {hit.id for hit in search(lite, "", filters)[0]} == {
                hit.id for hit in search(server, "", filters)[0]}
        assert evidence_map(lite).cells == evidence_map(server).cells
    finally:
        removed = [batches.remove(store, id) for store, id in zip((lite, server), ids, strict=True)]
    lite.engine.dispose()
    server.engine.dispose()
    assert removed == [6, 6]
