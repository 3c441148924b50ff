from __future__ import annotations

import pytest
from broken_tables import TABLES

from pulposus.core.errors import InputError
from pulposus.evidence.meta.analysis import analyse
from pulposus.evidence.meta.options import Options
from pulposus.evidence.sheet import MOST_ROWS, read_sheet


@pytest.mark.parametrize(("content", "measure", "options", "said"), [each[1:] for each in TABLES], ids=[each[0] for each in TABLES])
def test_a_table_that_cannot_be_pooled_says_why(tmp_path, content, measure, options, said):
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError, match=said) as told:
        analyse(read_sheet(path), Options(measure, **options))
    assert all(fault.given or fault.allowed for fault in told.value.faults)


def test_there_are_enough_of_them():
    assert len(TABLES) >= 60


def test_all_faults_of_a_table_come_at_once(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("study,ai,n1i,ci,n2i\nA,25,20,3,20\nB,-1,20,3,20\nC,x,20,3,20\n")
    with pytest.raises(InputError) as told:
        analyse(read_sheet(path), Options("OR"))
    assert [fault.where for fault in told.value.faults] == ["row 2, column ai", "row 3, column ai", "row 4, column ai"]


def test_a_table_of_a_million_rows_is_refused_by_its_limit(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("study,yi,vi\n" + "A,0.5,0.1\n" * 1_000_000)
    with pytest.raises(InputError, match=f"at most {MOST_ROWS} rows"):
        read_sheet(path)


def test_files_that_are_no_table(tmp_path):
    for path, said in ((tmp_path, "directory"), (tmp_path / "none.csv", "no such file"), (tmp_path / "none.xlsx", "no such file")):
        with pytest.raises(InputError, match=said):
            read_sheet(path)
    fake = tmp_path / "fake.xlsx"
    fake.write_text("study,yi,vi\nA,1,1\n")
    with pytest.raises(InputError, match="not a workbook"):
        read_sheet(fake)


def test_a_workbook_with_a_date_and_a_formula(tmp_path):
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    for row in (("study", "yi", "vi"), ("A", datetime.datetime(2024, 1, 3), 0.1), ("B", "=1+1", 0.1)):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(InputError, match="a formula"):
        read_sheet(tmp_path / "book.xlsx")
