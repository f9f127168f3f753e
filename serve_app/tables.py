"""How does a table leave as CSV or XLSX? With cells that no spreadsheet takes for a formula.

*Source:* OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_AFTER_A_MARK = re.compile(r'([;\t][\s"]*)(?=[=+\-@])')
"""Where half of the world's spreadsheets begin another cell: they divide cells by semicolons."""


def harmless(text: str) -> str:
    """*text*, with an apostrophe wherever a spreadsheet would begin to calculate."""
    text = _AFTER_A_MARK.sub(r"\1'", text)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text


def as_csv(
    head: Sequence[str], rows: Iterable[Sequence[str]], verbatim: frozenset[int] = frozenset()
) -> bytes:
    """A CSV file as RFC 4180 has it, with the mark by which spreadsheets know UTF-8.

    verbatim: numbers of the columns of which every letter counts, and that hold nothing but what
    we made up ourselves.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    for row in rows:
        writer.writerow([cell if at in verbatim else harmless(cell) for at, cell in enumerate(row)])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(
    title: str, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> bytes:
    """An Excel file of one sheet. Every cell is text: no formula, no link.

    widths: of the columns, in characters.
    """
    file = io.BytesIO()
    # Strings stay strings here; the options only make sure that nothing else ever calls `write`.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (name, width) in enumerate(zip(head, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
        last = 0
        for number, row in enumerate(rows, 1):
            last = number
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:32_000], wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(head) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return file.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'").strip()[:31] or "Report"
