"""Spreadsheets by another hand than ours: reads ours, and makes good and bad ones to be read.

usage: xlsx.py read FILE [SHEET]       the rows of a sheet, one JSON list a line
       xlsx.py names FILE              the names of the sheets that are shown, one a line
       xlsx.py choices FILE COLUMN     the list to choose from in a column (A, B, ...), one a line
       xlsx.py make FILE CASE          a file of that name in CASES
"""
import json
import os
import re
import struct
import sys
import xml.etree.ElementTree as ET
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


# ---- reading ----------------------------------------------------------------------------------
def text_of(node):
    raw = "".join(t.text or "" for t in node.iter(MAIN + "t"))
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), raw)


def sheets(z):
    targets = {r.get("Id"): r.get("Target")
               for r in ET.fromstring(z.read("xl/_rels/workbook.xml.rels"))}
    return [(s.get("name"), s.get("state"), "xl/" + targets[s.get(ID)])
            for s in ET.fromstring(z.read("xl/workbook.xml")).iter(MAIN + "sheet")]


def value_of(c, shared):
    v = c.find(MAIN + "v")
    assert c.find(MAIN + "f") is None, "a formula"
    if c.get("t") == "inlineStr":
        return text_of(c)
    if c.get("t") == "s":
        return shared[int(v.text)]
    return None if v is None else float(v.text)


def column_of(place):
    n = 0
    for letter in re.match("[A-Z]+", place)[0]:
        n = n * 26 + ord(letter) - 64
    return n - 1


def rows(z, part):
    shared = []
    if "xl/sharedStrings.xml" in z.namelist():
        shared = [text_of(si) for si in ET.fromstring(z.read("xl/sharedStrings.xml"))]
    for row in ET.fromstring(z.read(part)).iter(MAIN + "row"):
        out = []
        for c in row.iter(MAIN + "c"):
            out += [None] * (column_of(c.get("r")) - len(out)) + [value_of(c, shared)]
        yield out


def read(path, name=None):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        for sheet in sheets(z):
            if name in (None, sheet[0]):
                for row in rows(z, sheet[2]):
                    print(json.dumps(row, ensure_ascii=False))
                break


def names(path):
    with zipfile.ZipFile(path) as z:
        print("\n".join(s[0] for s in sheets(z) if s[1] is None))


def choices(path, column):
    with zipfile.ZipFile(path) as z:
        all_sheets = sheets(z)
        for v in ET.fromstring(z.read(all_sheets[0][2])).iter(MAIN + "dataValidation"):
            if v.get("type") == "list" and v.get("sqref").startswith(column + "2:"):
                first, last = map(int, re.findall(r"\$A\$(\d+)", v.find(MAIN + "formula1").text))
                words = [r[0] for r in rows(z, all_sheets[-1][2])]
                print("\n".join(words[first - 1:last]))


# ---- making -----------------------------------------------------------------------------------
RELS = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s'
        "</Relationships>")
REL = ('<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
       'relationships/%s" Target="%s"/>')
BOOK = ('<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '%s<sheets>%s</sheets></workbook>')
SHEET = ('<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
         "%s</sheetData></worksheet>")
STYLES = ('<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
          '<numFmt numFmtId="164" formatCode="[$-42A]dd/mm/yyyy;@"/>'
          '<numFmt numFmtId="165" formatCode="&quot;day &quot;0"/>'
          '<numFmt numFmtId="166" formatCode="000000000000"/>'
          '<numFmt numFmtId="167" formatCode="yyyy"/></numFmts><cellXfs>%s</cellXfs></styleSheet>'
          % "".join('<xf numFmtId="%d"/>' % n for n in (0, 14, 164, 17, 165, 166, 167)))
GENERAL, DATE, LONG_DATE, MONTH, NO_DATE, PADDED, YEAR = range(7)
TABLE = [["ext_id", "full_name", "birth_date", "unit", "sex"],
         ["x1", "Giàng A Dê", "2001-04-12", "04576", "nam"]]


def escape(s):
    return s.replace("&", "&amp;").replace("<", "&lt;")


class Number:
    def __init__(self, text, style=GENERAL, kind="n", formula=""):
        self.xml = '<c r="%%s" s="%d" t="%s">%s<v>%s</v></c>' % (style, kind, formula, text)


class Raw:
    def __init__(self, xml):
        self.xml = xml


def place(column, row):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters + str(row)


def grid(table, inline=True):
    shared, out = [], []
    for i, row in enumerate(table, 1):
        cells = []
        for j, v in enumerate(row):
            if v is None:
                continue
            if not isinstance(v, str):
                cells.append(v.xml % place(j, i) if "%s" in v.xml else v.xml)
            elif inline:
                cells.append('<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place(j, i), escape(v)))
            else:
                shared.append("<si><r><t>%s</t></r><r><t>%s</t></r><rPh><t>aside</t></rPh></si>"
                              % (escape(v[:3]), escape(v[3:])))
                cells.append('<c r="%s" t="s"><v>%d</v></c>' % (place(j, i), len(shared) - 1))
        out.append('<row r="%d">%s</row>' % (i, "".join(cells)))
    texts = ('<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'
             % "".join(shared))
    return SHEET % "".join(out), None if inline else texts


def parts(table=TABLE, inline=True, properties="", before=()):
    """The parts of a whole file; `before` are sheets that stand in front of it."""
    sheet, texts = grid(table, inline)
    tables = [*before, ("Sheet1" if not before else "Đoàn viên", sheet)]
    names_of = "".join('<sheet name="%s" sheetId="%d" r:id="s%d"/>' % (n, i, i)
                       for i, (n, _) in enumerate(tables, 1))
    rels = "".join(REL % ("s%d" % i, "worksheet", "worksheets/sheet%d.xml" % i)
                   for i in range(1, len(tables) + 1)) + REL % ("st", "styles", "styles.xml")
    if texts:
        rels += REL % ("sh", "sharedStrings", "/xl/sharedStrings.xml")
    out = {"_rels/.rels": RELS % (REL % ("b", "officeDocument", "xl/workbook.xml")),
           "xl/workbook.xml": BOOK % (properties, names_of),
           "xl/_rels/workbook.xml.rels": RELS % rels,
           "xl/styles.xml": STYLES}
    for i, (_, xml) in enumerate(tables, 1):
        out["xl/worksheets/sheet%d.xml" % i] = xml
    if texts:
        out["xl/sharedStrings.xml"] = texts
    return out


FIRST = "xl/worksheets/sheet1.xml"


def write(path, members, extra=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, xml in members.items():
            z.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + xml)
        for info, data in extra:
            z.writestr(info, data)


def change(path, old, new):
    with open(path, "rb") as f:
        data = f.read()
    assert old in data
    with open(path, "wb") as f:
        f.write(data.replace(old, new))


def case_office(path):
    """As an office makes it: a title, a number for each row, types, another sheet in front."""
    table = [["DANH SÁCH ĐOÀN VIÊN"], [],
             ["STT", "HỌ VÀ TÊN *", "Ngày sinh", "Đơn vị", "Giới tính", "Mã bên ngoài", "Điện thoại", "_ghi chú"],
             [Number("1"), "Giàng A Dê", Number("36993", LONG_DATE), "04576", "Nam", "o1",
              Number("912345678", PADDED), "x"],
             [Number("2"), "Lò Thị Ban", Number("36993", MONTH), "04576", "Nữ", "o2", None, None],
             [],
             [Number("3"), "Vừ A Say", Number("36993.0", DATE), "04576", "nam", "o3", "=1+1", None],
             [Number("4"), "Hà Văn Ích", Number("36993", YEAR), "04576", "nam", "o4", "@a", None]]
    write(path, parts(table, inline=False, before=[("Bìa", grid([["Bìa"]])[0])]))


def case_1904(path):
    table = [TABLE[0], ["x9", "Giàng A Dê", Number("35531", DATE), "04576", "nam"]]
    write(path, parts(table, properties='<workbookPr date1904="1"/>'))


def case_without_keys(path):
    write(path, parts([["Họ và tên *", "Ngày sinh", "Đơn vị", "Giới tính", "Mã bên ngoài"],
                       ["Tráng A Cở", Number("37744", DATE), "04576", "Nam"],
                       ["Tráng Thị Sua", "2004", "04576", "Nữ"]]))


def case_bad_cells(path):
    who = lambda n, *rest: ["b%d" % n, "Giàng A %s" % "ABCDEFGH"[n], *rest]
    write(path, parts([
        TABLE[0],
        who(1, Number("#N/A", kind="e"), "04576", "nam"),
        who(2, Raw('<c r="C3"><f>TODAY()</f></c>'), "04576", "nam"),
        who(3, "2001", "04576", "nam", "beside"),
        who(4, Number("60", DATE), "04576", "nam"),
        who(5, Number("36993", NO_DATE), "04576", "nam"),
        who(6, Number("2001", formula="<f>2000+1</f>"), "04576", "nam"),
        who(7, "2001", Number("99", kind="s"), "nam")]))


def doctype(path):
    p = parts()
    p[FIRST] = ('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
                '<!ENTITY c SYSTEM "file:///etc/passwd">]>') + p[FIRST].replace("Dê", "&b;&c;")
    write(path, p)


def deep(path):
    p = parts()
    p[FIRST] = SHEET % ("<row>" + "<a>" * 100 + "</a>" * 100 + "</row>")
    write(path, p)


def crc(path):
    p = parts()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        for name, xml in p.items():
            z.writestr(name, xml)
    change(path, "Giàng A Dê".encode(), "Giàng A Di".encode().replace(b"Di", b"D\xc3\xad")[:13])


def size_lies(path):
    """The directory says that the sheet is 10 bytes long."""
    write(path, parts())
    with open(path, "rb") as f:
        data = bytearray(f.read())
    at = data.rindex(FIRST.encode()) - 46
    struct.pack_into("<I", data, at + 24, 10)
    with open(path, "wb") as f:
        f.write(data)


def entry_bomb(path):
    p = parts()
    p[FIRST] = SHEET % ("<row>" + " " * (64 << 20) + "</row>")
    write(path, p)


def many_bombs(path):
    """Each of them is within its bounds, and all together are not."""
    noise = os.urandom(1 << 20).hex() * 24
    write(path, parts(), [("n%d" % i, noise) for i in range(6)])


def many_entries(path):
    write(path, parts(), [("n%d" % i, "") for i in range(2100)])


def doubled(path):
    write(path, parts(), [(FIRST.upper(), "<x/>")])


def outside(path):
    write(path, parts(), [("../../etc/cron.d/x", "x")])


def link(path):
    info = zipfile.ZipInfo("xl/link")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    write(path, parts(), [(info, "/etc/passwd")])


def encrypted(path):
    write(path, parts())
    with open(path, "rb") as f:
        data = bytearray(f.read())
    for mark, at in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        i = data.find(mark)
        while i >= 0:
            data[i + at] |= 1
            i = data.find(mark, i + 4)
    with open(path, "wb") as f:
        f.write(data)


def zip64(path):
    write(path, parts())
    with open(path, "rb") as f:
        data = f.read()
    end = data.rindex(b"PK\5\6")
    count, size, at = struct.unpack("<HII", data[end + 10:end + 20])
    big = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    with open(path, "wb") as f:
        f.write(data[:end] + big + locator + data[end:])


def wide(path):
    write(path, parts([TABLE[0] + [None] * 1100 + ["_x"]]))


def long_cell(path):
    write(path, parts([TABLE[0], ["x1", "a" * 140000]]))


def long_tag(path):
    p = parts()
    p[FIRST] = SHEET % ('<row r="%s"></row>' % (os.urandom(1 << 20).hex()))
    write(path, p)


def disorder(path):
    p = parts()
    p[FIRST] = SHEET % '<row r="5"></row><row r="2"></row>'
    write(path, p)


def row_beyond(path):
    p = parts()
    p[FIRST] = SHEET % '<row r="99999999"></row>'
    write(path, p)


def empty(path):
    write(path, parts([]))


def no_book(path):
    write(path, {"a": "<a/>"})


def old_xls(path):
    with open(path, "wb") as f:
        f.write(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))


def cut(path):
    write(path, parts())
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data[:len(data) // 2])


def no_sheet_part(path):
    p = parts()
    del p[FIRST]
    write(path, p)


def too_large(path):
    with open(path, "wb") as f:
        f.truncate((32 << 20) + 1)


def two_sheets(path):
    """Neither of them bears the name of the kind."""
    p = parts()
    p["xl/workbook.xml"] = p["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="Sheet2" sheetId="2" r:id="s1"/></sheets>')
    write(path, p)


GOOD = {"two_sheets": two_sheets, "office": case_office, "1904": case_1904, "bad_cells": case_bad_cells,
        "without_keys": case_without_keys,
        "plain": lambda path: write(path, parts())}
BAD = {f.__name__: f for f in (
    doctype, deep, crc, size_lies, entry_bomb, many_bombs, many_entries, doubled, outside, link,
    encrypted, zip64, wide, long_cell, long_tag, disorder, row_beyond, empty, no_book, old_xls, cut,
    no_sheet_part, too_large)}


def main(args):
    if args[0] == "make":
        (GOOD | BAD)[args[2]](args[1])
    elif args[0] == "bad":
        print(" ".join(BAD))
    else:
        {"read": read, "names": names, "choices": choices}[args[0]](*args[1:])


main(sys.argv[1:])
