#!/usr/bin/env python3
"""Reads a report's spreadsheet back, and holds every figure against the report as JSON lines.

  usage: xlsx_figures.py FILE.xlsx FILE.jsonl
"""
import json
import sys
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
COLUMNS = {"D": "value", "E": "previous", "F": "siblings"}


def cells(book, name):
    """{(column letters, row number): text or Decimal} of a sheet."""
    shared = []
    if "xl/sharedStrings.xml" in book.namelist():
        root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        shared = ["".join(t.text or "" for t in si.iter("{%s}t" % NS["m"]))
                  for si in root.findall("m:si", NS)]
    out = {}
    for c in ElementTree.fromstring(book.read(name)).iter("{%s}c" % NS["m"]):
        ref = c.get("r")
        column = ref.rstrip("0123456789")
        row = int(ref[len(column):])
        kind, v = c.get("t"), c.find("m:v", NS)
        if kind == "inlineStr":
            out[column, row] = "".join(t.text or "" for t in c.iter("{%s}t" % NS["m"]))
        elif kind == "s":
            out[column, row] = shared[int(v.text)]
        elif v is not None and v.text is not None:
            out[column, row] = Decimal(v.text)
    return out


def main():
    with zipfile.ZipFile(sys.argv[1]) as book:
        if book.testzip() is not None:
            sys.exit("the file is damaged")
        sheet = cells(book, "xl/worksheets/sheet1.xml")
    with open(sys.argv[2], encoding="utf-8") as f:
        rows = {r["measure"]: r for r in map(json.loads, f)}
    seen = set()
    wrong = 0
    for (column, number), code in sheet.items():
        if column != "C" or code not in rows:
            continue
        seen.add(code)
        for letter, key in COLUMNS.items():
            got, want = sheet.get((letter, number)), rows[code][key]
            if isinstance(got, str):
                got = Decimal(got.replace(",", "."))
            # a share is kept as the number that it is: 0.123 for 12.3 %
            fits = (got is None) == (want is None) and (
                got is None or got == Decimal(str(want)) or got * 100 == Decimal(str(want)))
            if not fits:
                wrong += 1
                print(f"{code} {key}: {got} in the spreadsheet, {want} in the report")
    print(f"{len(seen)} of {len(rows)} rows, {wrong} figures differ")
    sys.exit(0 if seen == set(rows) and wrong == 0 else 1)


main()
