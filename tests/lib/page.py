"""Is a page sound?   usage: page.py FILE…
Every element is closed in its order, nothing is run, nothing is fetched. What is wrong goes to stdout, one
line each; exit 1."""
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "hr", "br", "col"}
REFERRING = {"src", "href", "srcset", "data", "action", "poster", "background"}
FORBIDDEN = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "input", "audio", "video"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.tags, self.style = [], [], set(), ""
        self.guarded = False

    def fault(self, what):
        self.faults.append("line %d: %s" % (self.getpos()[0], what))

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag in FORBIDDEN:
            self.fault("<%s>" % tag)
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.fault("<%s> has an attribute twice" % tag)
        for name, value in attributes:
            if name.startswith("on") or name in REFERRING:
                self.fault("attribute %s of <%s>" % (name, tag))
            if name == "style":
                self.style += value or ""
        given = dict(attributes)
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.guarded = "default-src 'none'" in given.get("content", "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.fault("</%s> within <%s>" % (tag, self.open[-1] if self.open else "nothing"))
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        for c in data:
            if (ord(c) < 32 and c != "\n") or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069:
                self.fault("control character U+%04X" % ord(c))

    def handle_comment(self, data):
        self.fault("a comment")

    def check(self, text):
        if not text.startswith("<!DOCTYPE html>\n"):
            self.fault("no doctype")
        self.feed(text)
        self.close()
        for tag in self.open:
            self.fault("<%s> is not closed" % tag)
        for tag in ("html", "head", "title", "body"):
            if tag not in self.tags:
                self.fault("no <%s>" % tag)
        if not self.guarded:
            self.fault("no Content-Security-Policy")
        if re.search(r"url\(|@import|expression\(", self.style):
            self.fault("its style fetches something")
        return self.faults


broken = False
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as f:
        for what in Page().check(f.read()):
            broken = True
            print("%s: %s" % (path, what))
sys.exit(broken)
