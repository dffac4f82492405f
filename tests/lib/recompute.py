#!/usr/bin/env python3
"""Every figure of every report, worked out again from what `terrace export KIND FILE.jsonl` wrote.

It shares nothing with the program: no code, no index, no store. Written from the definitions in
README ("Reports").
  usage: recompute.py DIR TODAY CUTOFF REPORT FILE…
DIR has KIND.jsonl of every kind, and unit.deleted.jsonl; each FILE is what `report REPORT --json`
said, and with - as REPORT it is named after its report. Prints what differs, then how many figures were compared; exit 1 when any differed.
"""
import calendar
import datetime
import json
import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

ENDED = {"matured", "removed", "expelled", "deceased"}
BANDS = ("youth_under_18", "youth_18_25", "youth_26_30")
WANTED = ("sex", "birth_date", "home_place", "ethnicity", "occupation", "education", "phone",
          "card_no", "id_no", "admission_date")
TITLES = {"uy-vien": (35, 1), "uy-vien-btv": (35, 1), "pho-bi-thu": (35, 2), "bi-thu": (35, 2)}
THEORY = {"none": 1, "elementary": 2, "intermediate": 3, "advanced": 4}
NOT_FROM_RECORDS = {"conflicts", "doubles", "unsent", "nodes", "nodes_silent",
                    "days_since_contact"}
Date = datetime.date


def first_day(text):
    """The first day that a date of any precision may mean; None when there is none."""
    if not text:
        return None
    parts = [int(p) for p in text.split("-")]
    return Date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(text):
    parts = [int(p) for p in text.split("-")]
    month = parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(parts[0], month)[1]
    return Date(parts[0], month, day)


def folded(text):
    """Without marks and capitals, words parted by one blank."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def years(birth, day):
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def id_order(ident):
    actor, seq = ident.split("-")
    return actor, int(seq)


class Period:
    """Months are counted from 0: year * 12 + month - 1."""

    def __init__(self, text, cutoff):
        year = int(text[:4])
        kind = text[5:6]
        if len(text) == 4:
            self.first, n = year * 12, 12
        elif kind in "HQ":
            n = 6 if kind == "H" else 3
            self.first = year * 12 + (int(text[6:]) - 1) * n
        else:
            self.first, n = year * 12 + int(text[5:]) - 1, 1
        self.cutoff = cutoff
        self.months = list(range(self.first, self.first + n))
        self.start, self.end = self.month_start(self.first), self.month_end(self.first + n - 1)

    def before(self):
        p = Period("2000", self.cutoff)
        n = len(self.months)
        p.first = self.first - n
        p.months = list(range(p.first, self.first))
        p.start, p.end = p.month_start(p.first), p.month_end(self.first - 1)
        return p

    def month_end(self, m):
        year, month = divmod(m, 12)
        return Date(year, month + 1,
                    min(self.cutoff, calendar.monthrange(year, month + 1)[1]))

    def month_start(self, m):
        return self.month_end(m - 1) + datetime.timedelta(days=1)

    def month_of(self, day):
        m = day.year * 12 + day.month - 1
        return m + 1 if day > self.month_end(m) else m

    def has(self, day):
        return day is not None and self.start <= day <= self.end


class World:
    def __init__(self, folder, today, cutoff):
        self.folder, self.today, self.cutoff = folder, today, cutoff
        self.cache = {}
        self.units = {}
        for name in ("unit", "unit.deleted"):
            for r in self.read(name):
                r["deleted"] = name != "unit"
                self.units[r["id"]] = r
        self.by_code = {u["code"]: i for i, u in self.units.items() if not u["deleted"]}
        self.own_fields = [f["name"] for f in self.read("field")
                           if f["of_kind"] == "member" and f["type"] in ("enum", "bool")]
        self.people = {}
        open_to = {}
        for x in self.read("transfer"):
            if x.get("status") in ("issued", "in_transit") and x.get("to") and x.get("from"):
                open_to[(x["member"], x["to"])] = x["from"]
        gone = {x["member"] for x in self.read("transfer")
                if x.get("status") == "accepted" and not x.get("to") and x.get("member")}
        for m in self.read("member"):
            m["where"] = open_to.get((m["id"], m.get("unit")), m.get("unit"))
            m["since"] = first_day(m.get("admission_date")) or Date.min
            m["until"] = Date.max
            if m.get("status") in ENDED:
                m["until"] = first_day(m.get("status_date")) or Date.min
            m["left"] = m["id"] in gone and m.get("status") == "removed"
            self.people[m["id"]] = m
        self.rosters = {}
        self.cuts = sorted({first_day(u[k]) for u in self.units.values()
                            for k in ("valid_from", "valid_to", "moved_on") if u.get(k)})

    def read(self, kind):
        if kind not in self.cache:
            try:
                with open(f"{self.folder}/{kind}.jsonl", encoding="utf-8") as f:
                    self.cache[kind] = [json.loads(line) for line in f]
            except FileNotFoundError:
                self.cache[kind] = []
        return self.cache[kind]

    # ---- where units stand -------------------------------------------------------------------

    def ended(self, u, day):
        if u.get("valid_to"):
            return day >= first_day(u["valid_to"])
        return u.get("status") in ("merged", "split", "dissolved")

    def exists(self, u, day):
        begun = not u.get("valid_from") or day >= first_day(u["valid_from"])
        return not u["deleted"] and begun and not self.ended(u, day)

    def living(self, u, day):
        return self.exists(u, day) and u.get("status") != "proposed"

    @lru_cache(maxsize=None)
    def at(self, ident, day):
        now = ident
        for _ in range(32):
            u = self.units.get(now)
            if u is None or not self.ended(u, day):
                break
            known = [s for s in sorted(u.get("successors", []), key=id_order) if s in self.units]
            after = [s for s in known if self.exists(self.units[s], day)] + known
            if not after or after[0] == ident:
                break
            now = after[0]
        return now if now in self.units else None

    @lru_cache(maxsize=None)
    def chain(self, ident, day):
        """The unit that counts for it on that day, and all above."""
        out = []
        now = self.at(ident, day) if ident in self.units else None
        while now in self.units and now not in out and len(out) < 32:
            out.append(now)
            u = self.units[now]
            moved = first_day(u.get("moved_on"))
            parent = u.get("parent")
            if moved and day < moved and u.get("former_parent"):
                parent = u["former_parent"]
            now = self.at(parent, day) if parent else None
        return tuple(out)

    def roster(self, ident, day):
        """Members that count for one unit on that day."""
        epoch = sum(1 for c in self.cuts if c <= day)
        if epoch not in self.rosters:
            table = {}
            for m in self.people.values():
                if m["where"]:
                    table.setdefault(self.at(m["where"], day), []).append(m)
            self.rosters[epoch] = table
        return [m for m in self.rosters[epoch].get(ident, []) if m["since"] <= day < m["until"]]


class Figures:
    """The figures of every unit in one period."""

    def __init__(self, world, period, now):
        self.w, self.p, self.now = world, period, now
        self.n = {}  # (unit, measure) -> number
        self.met = {}
        for part in (self.people, self.letters, self.quality, self.activities, self.branches,
                     self.visits, self.plans, self.cadres, self.government, self.fees,
                     self.assessments, self.units):
            part()

    def add(self, ident, day, measure, n=1):
        for u in self.w.chain(ident, day):
            self.n[u, measure] = self.n.get((u, measure), 0) + n

    def dated(self, ident, day, measure, n=1):
        if self.p.has(day):
            self.add(ident, day, measure, n)

    def of(self, ident, measure):
        return self.n.get((ident, measure), 0)

    # ---- members -----------------------------------------------------------------------------

    def people(self):
        end = self.p.end
        for m in self.w.people.values():
            where = m["where"]
            if m["since"] > Date.min:
                self.dated(where, m["since"], "admitted")
            self.dated(where, first_day(m.get("party_date")), "party_admissions")
            if Date.min < m["until"] < Date.max:
                self.dated(where, m["until"], "out" if m["left"] else m["status"])
            if not m["since"] <= end < m["until"]:
                continue
            self.add(where, end, "members")
            self.add(where, end, "members_sex:" + m.get("sex", "unknown"))
            self.add(where, end, "members_ethnicity:" + m.get("ethnicity", "unknown"))
            self.add(where, end, "members_age:" + self.band(m.get("birth_date"), end))
            above = [self.w.units[u] for u in self.w.chain(where, end)]
            settings = [u["setting"] for u in above if u.get("setting")] + ["unknown"]
            self.add(where, end, "members_setting:" + settings[0])
            for name in self.w.own_fields:
                if name in m:
                    value = m[name] if isinstance(m[name], str) else str(m[name]).lower()
                    self.add(where, end, f"members_own:{name}={value}")
            if any(u.get("remote") for u in above):
                self.add(where, end, "members_remote")
            if m.get("status") == "away":
                self.add(where, end, "away")
            if m.get("outstanding"):
                self.add(where, end, "outstanding")
            if m.get("party_date") and first_day(m["party_date"]) <= end:
                self.add(where, end, "party_members")
            for f in WANTED:
                self.add(where, end, "wanted")
                if f in m:
                    self.add(where, end, "filled_in")
                else:
                    self.add(where, end, "fields_missing")
                    self.add(where, end, "missing:" + f)

    @staticmethod
    def band(birth, day):
        age = years(first_day(birth), day) if birth else -1
        if age < 0:
            return "unknown"
        return ("under_18" if age < 18 else "18_25" if age <= 25
                else "26_30" if age <= 30 else "over_30")

    def within(self, ident, root):
        """Is one unit the other, or below it, as things stand?"""
        return bool(ident and root) and (ident == root or root in self.w.chain(ident, self.w.today))

    def answers(self, a, x):
        """Is this the answer to that letter?"""
        issuer = a.get("issuer")
        return (folded(a.get("letter_no", "")) == folded(x.get("letter_no", ""))
                and self.within(x.get("to"), a.get("unit"))
                and (not issuer or issuer == x.get("from") or self.within(issuer, x.get("unit"))
                     or self.within(x.get("unit"), issuer)))

    def letters(self):
        for x in self.w.read("transfer"):
            if x.get("status") == "accepted" and not x.get("from") and x.get("to"):
                self.dated(x["to"], first_day(x.get("issued")), "in")
        for a in self.w.read("acceptance"):
            day = first_day(a.get("date"))
            if a.get("verdict") != "accepted" or not self.p.has(day):
                continue
            if not any(self.answers(a, x) for x in self.w.read("transfer")):
                continue  # to a letter that nobody knows
            to = self.w.chain(a.get("unit"), day)
            origin = self.w.chain(a.get("issuer"), day)
            for u in to:
                if u not in origin:
                    self.n[u, "in"] = self.of(u, "in") + 1
            for u in origin:
                if u not in to:
                    self.n[u, "out"] = self.of(u, "out") + 1

    def quality(self):
        for r in self.w.read("rating"):
            m = r["year"] * 12 + 11
            if r.get("status") != "confirmed" or m not in self.p.months:
                continue
            day, unit = self.p.month_end(m), r.get("unit")
            if r.get("member"):
                self.add(unit, day, "rated")
                self.add(unit, day, "members_rated:" + r["level"])
            else:
                self.add(unit, day, "units_rated:" + r["level"])
        for r in self.w.read("reward"):
            if r.get("status") == "granted":
                day = first_day(r.get("decision_date"))
                who = "rewards_members" if r.get("member") else "rewards_units"
                self.dated(r.get("unit"), day, who)
                self.dated(r.get("unit"), day, "rewards_form:" + r["form"])
        for d in self.w.read("discipline"):
            if d.get("status") in ("decided", "appeal"):
                day = first_day(d.get("decision_date"))
                self.dated(d.get("unit"), day, "discipline")
                self.dated(d.get("unit"), day, "discipline_form:" + d["form"])

    # ---- activities --------------------------------------------------------------------------

    def activities(self):
        for a in self.w.read("activity"):
            day, unit = first_day(a.get("date")), a.get("unit")
            if not self.p.has(day) or a.get("status") in ("planned", "cancelled"):
                continue
            came = set(a.get("present", []))
            if a["type"] in ("meeting", "thematic"):
                self.meeting(a, unit, day, came)
            elif a["type"] != "congress":
                self.add(unit, day, "works")
                self.add(unit, day, "works_type:" + a["type"])
                self.add(unit, day, "participants", len(came))
                self.add(unit, day, "value", a.get("value", 0))
                self.add(unit, day, "workdays", a.get("workdays", 0))
            for t in a.get("topics", []):
                self.add(unit, day, "activities_topic:" + t)
            for t in a.get("agenda", []):
                self.add(unit, day, "activities_agenda:" + t)

    def meeting(self, a, unit, day, came):
        month = self.p.month_of(day)
        self.met.setdefault(self.w.at(unit, self.p.month_end(month)), set()).add(month)
        self.add(unit, day, "meetings")
        if a["type"] == "thematic":
            self.add(unit, day, "meetings_thematic")
        expected = {m["id"] for m in self.w.roster(self.w.at(unit, day), day)}
        expected = (expected - set(a.get("excused", []))) | came
        self.add(unit, day, "present", len(came))
        self.add(unit, day, "expected", len(expected))

    def branches(self):
        for ident, u in self.w.units.items():
            if u.get("type") not in ("chi-doan", "chi-doan-co-so"):
                continue
            lived = [m for m in self.p.months if self.p.month_start(m) <= self.w.today
                     and self.w.living(u, self.p.month_end(m))]
            met = [m for m in lived if m in self.met.get(ident, ())]
            for m in lived:
                self.add(ident, self.p.month_end(m), "branch_months")
            for m in met:
                self.add(ident, self.p.month_end(m), "branch_months_met")
            if self.w.living(u, self.p.end):
                self.add(ident, self.p.end, "branches")
                if lived and met == lived:
                    self.add(ident, self.p.end, "branches_met")

    def visits(self):
        seen = set()
        for v in self.w.read("visit"):
            day = first_day(v.get("date"))
            # written down by the cadre and by the branch it is one visit
            once = (v.get("unit"), day, folded(v["cadre"]))
            if v.get("status") != "planned" and once not in seen:
                seen.add(once)
                self.dated(v.get("unit"), day, "visits_received")
                self.dated(v.get("cadre_unit"), day, "visits_made")
        for i in self.w.read("inspection"):
            if i.get("status") == "planned":
                continue
            due, closed = first_day(i.get("deadline")), first_day(i.get("closed_date"))
            self.dated(i.get("unit"), first_day(i.get("date")), "inspections")
            self.dated(i.get("unit"), due, "inspections_due")
            if i.get("status") == "closed" and due and (closed or Date.min) <= due:
                self.dated(i.get("unit"), due, "inspections_in_time")

    # ---- work --------------------------------------------------------------------------------

    def plans(self):
        for x in self.w.read("plan"):
            year, month = (int(p) for p in x["month"].split("-"))
            m = year * 12 + month - 1
            if m in self.p.months:
                self.add(x.get("unit"), self.p.month_end(m), "plans")
                if x.get("status") in ("approved", "closed"):
                    self.add(x.get("unit"), self.p.month_end(m), "plans_approved")
        for i in self.w.read("plan_item"):
            due = first_day(i.get("due"))
            if not self.p.has(due):
                continue
            status = i.get("status", "todo")
            if status in ("todo", "doing"):
                status = "late" if due < self.w.today else "open"
            self.add(i.get("unit"), due, "items")
            self.add(i.get("unit"), due, "items_" + status)

    def cadres(self):
        def holds(x, day):
            start, stop = first_day(x.get("from")), first_day(x.get("to"))
            if start and start > day:
                return False
            if x.get("status") == "approved":
                return stop is None or day < stop
            return x.get("status") == "ended" and stop is not None and day < stop

        self.secretaries = set()
        end = self.p.end
        for x in self.w.read("position"):
            unit = x.get("unit")
            if unit not in self.w.units:
                continue
            if self.w.units[unit].get("type") not in ("chi-doan", "lien-chi-doan", None):
                for m in self.p.months:
                    if self.p.month_start(m) <= self.w.today and holds(x, self.p.month_end(m)):
                        self.add(unit, self.p.month_end(m), "visits_quota")
            if not holds(x, end):
                continue
            self.add(unit, end, "filled")
            self.add(unit, end, "filled_title:" + x["title"])
            if x["title"] == "bi-thu":
                self.secretaries.add(self.w.at(unit, end))
            m = self.w.people.get(x.get("member"))
            oldest, theory = TITLES[x["title"]]
            if m and ((m.get("birth_date") and years(last_day(m["birth_date"]), end) > oldest)
                      or THEORY[m.get("political_theory", "none")] < theory):
                self.add(unit, end, "failing")
        for x in self.w.read("cadre_plan"):
            if x.get("status") == "approved" and (first_day(x.get("decision_date"))
                                                  or Date.min) <= end:
                self.add(x.get("unit"), end, "planned")
                if self.p.has(first_day(x.get("reviewed"))):
                    self.add(x.get("unit"), end, "planned_reviewed")
        for x in self.w.read("training"):
            if x.get("status") == "done":
                self.dated(x.get("unit"), first_day(x.get("date")), "trained")
                self.dated(x.get("unit"), first_day(x.get("date")), "trained_hours",
                           x.get("hours", 0))
        for x in self.w.read("rotation"):
            if x.get("status") == "done":
                self.dated(x.get("unit"), first_day(x.get("from_date")), "rotated")

    def government(self):
        for d in self.w.read("dialogue"):
            if d.get("status") not in ("held", "answered"):
                continue
            day, due = first_day(d.get("date")), first_day(d.get("due"))
            self.dated(d.get("unit"), day, "dialogues")
            self.dated(d.get("unit"), day, "dialogues_attendance", d.get("attendance", 0))
            if d.get("promise"):
                self.dated(d.get("unit"), due or day, "promises_due")
                kept = first_day(d.get("answered")) or Date.min
                if d["status"] == "answered" and (due is None or kept <= due):
                    self.dated(d.get("unit"), due or day, "promises_kept")
        for x in self.w.read("proposal"):
            day, status = first_day(x.get("sent")), x.get("status")
            if status in ("sent", "accepted", "declined", "done"):
                self.dated(x.get("unit"), day, "proposals")
                if status in ("accepted", "done"):
                    self.dated(x.get("unit"), day, "proposals_accepted")
                if status == "declined":
                    self.dated(x.get("unit"), day, "proposals_declined")
        for x in self.w.read("coordination"):
            since = first_day(x.get("date")) or Date.min
            closed = first_day(x.get("closed_date")) or Date.min
            if since <= self.p.end and (x.get("status") != "closed" or closed >= self.p.start):
                self.add(x.get("unit"), self.p.end, "coordinations")
            self.dated(x.get("unit"), first_day(x.get("date")), "resources",
                       x.get("resources", 0))

    def fees(self):
        for f in self.w.read("fee"):
            year, month = (int(p) for p in f["month"].split("-"))
            m = year * 12 + month - 1
            if m not in self.p.months:
                continue
            day, unit, amount = self.p.month_end(m), f.get("unit"), f.get("amount", 0)
            status = f.get("status")
            if not f.get("member"):
                if status == "remitted":
                    self.add(unit, day, "fees_remitted", amount)
            elif status == "exempt":
                self.add(unit, day, "fees_exempt")
            else:
                self.add(unit, day, "fees_due", amount)
                if status in ("paid", "remitted"):
                    self.add(unit, day, "fees_paid", amount)
                    self.add(unit, day, "fees_payments")

    def assessments(self):
        for a in self.w.read("assessment"):
            if a["year"] != self.p.months[-1] // 12:
                continue
            unit, end = a.get("unit"), self.p.end
            self.add(unit, end, "assessments")
            if a.get("status") == "recognised":
                self.add(unit, end, "assessments_recognised")
            for n in "123":
                score = a.get("score_" + n, a.get("self_" + n))
                if score is not None:
                    self.add(unit, end, "score_sum_" + n, score)
                    self.add(unit, end, "score_count_" + n)

    def units(self):
        end = self.p.end

        def tells(u):
            return any(b in u for b in BANDS)

        for ident, u in self.w.units.items():
            if not self.w.living(u, end):
                continue
            self.add(ident, end, "units")
            if ident not in self.secretaries:
                self.add(ident, end, "vacant")
            if not tells(u):
                continue
            members = self.of(ident, "members")
            for n, above in enumerate(self.w.chain(ident, end)):
                if n > 0 and tells(self.w.units[above]):
                    break
                for b in BANDS:
                    self.n[above, b] = self.of(above, b) + u.get(b, 0)
                    self.n[above, "youth"] = self.of(above, "youth") + u.get(b, 0)
                self.n[above, "youth_units"] = self.of(above, "youth_units") + 1
                self.n[above, "youth_members"] = self.of(above, "youth_members") + members

    # ---- what a row says ---------------------------------------------------------------------

    SHARES = {
        "rated_excellent_share": ("members_rated:excellent", "rated"),
        "met_share": ("branch_months_met", "branch_months"),
        "attendance": ("present", "expected"),
        "visits_share": ("visits_made", "visits_quota"),
        "inspections_share": ("inspections_in_time", "inspections_due"),
        "items_done_share": ("items_done", "items"),
        "promises_share": ("promises_kept", "promises_due"),
        "proposals_share": ("proposals_accepted", "proposals"),
        "fees_paid_share": ("fees_paid", "fees_due"),
        "completeness": ("filled_in", "wanted"),
        "youth_members_share": ("youth_members", "youth"),
    }

    def figure(self, get, measure):
        """As a fraction, None when it cannot be known. get: number of a counter."""
        if measure in ("youth", "youth_members_share") + BANDS:
            if not self.now or not get("youth_units"):
                return None
        if measure in self.SHARES:
            part, whole = (get(m) for m in self.SHARES[measure])
            return tenth(Fraction(100 * part, whole)) if whole else None
        if measure in ("score_1", "score_2", "score_3"):
            n = get("score_count_" + measure[-1])
            return tenth(Fraction(get("score_sum_" + measure[-1]), n)) if n else None
        if measure == "fees_up":
            return Fraction(get("fees_paid") // 3)
        if measure == "fees_kept":
            return Fraction(get("fees_paid") - get("fees_paid") // 3)
        return Fraction(get(measure))

    def value(self, ident, measure):
        if measure == "topics":
            return Fraction(len(self.group(ident, "activities_topic")))
        return self.figure(lambda m: self.of(ident, m), measure)

    def group(self, ident, measure):
        return {m for (u, m), n in self.n.items()
                if u == ident and n and m.startswith(measure + ":")}

    def pilots(self, root):
        """Pilot units within the root and in no other one."""
        out = []
        for ident, u in self.w.units.items():
            chain = self.w.chain(ident, self.p.end)
            if not u.get("pilot") or not chain or chain[0] != ident or root not in chain[1:]:
                continue
            between = chain[1:chain.index(root)]
            if not any(self.w.units[b].get("pilot") for b in between):
                out.append(ident)
        return out


def tenth(f):
    """To one decimal, halves up."""
    return Fraction((Decimal(f.numerator * 10) / Decimal(f.denominator)).quantize(
        Decimal(1), ROUND_HALF_UP)) / 10


class Judge:
    def __init__(self, world):
        self.w = world
        self.made = {}
        self.compared = self.wrong = 0

    def figures(self, period, now):
        key = (period.start, period.end, now)
        if key not in self.made:
            self.made[key] = Figures(self.w, period, now)
        return self.made[key]

    def siblings(self, ident, day):
        chain = self.w.chain(ident, day)
        if len(chain) < 2:
            return []
        return [o for o, u in self.w.units.items() if o != ident and self.w.living(u, day)
                and self.w.chain(o, day)[:2] == (o, chain[1])]

    def expect(self, ident, measure, now, before, period):
        base, _, word = measure.partition(":")
        if word in ("pilot", "rest"):
            def of(figures):
                units = figures.pilots(ident)

                def pilot(m):
                    return sum(figures.of(u, m) for u in units)
                if word == "pilot":
                    return figures.figure(pilot, base)
                return figures.figure(lambda m: figures.of(ident, m) - pilot(m), base)
            return of(now), of(before), None
        others = [now.value(o, measure) for o in self.siblings(ident, period.end)]
        others = [o for o in others if o is not None]
        mean = tenth(sum(others, Fraction(0)) / len(others)) if others else None
        return now.value(ident, measure), before.value(ident, measure), mean

    def same(self, where, got, want):
        self.compared += 1
        got = None if got is None else Fraction(str(got))
        if got != want:
            self.wrong += 1
            say = "null" if want is None else float(want)
            print(f"{where}: the report says {got if got is None else float(got)}, "
                  f"the records say {say}")

    def report(self, name, path):
        with open(path, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        if not rows:
            print(f"{path}: no rows")
            self.wrong += 1
            return
        period = Period(rows[0]["period"], self.w.cutoff)
        ident = self.w.by_code[rows[0]["unit_code"]]
        now, before = self.figures(period, True), self.figures(period.before(), False)
        for r in rows:
            measure = r["measure"]
            base = measure.partition(":")[0]
            if base in NOT_FROM_RECORDS:
                continue
            value, previous, siblings = self.expect(ident, measure, now, before, period)
            where = f'{r["unit_code"]} {r["period"]} {measure}'
            self.same(where, r["value"], value)
            self.same(where + " previous", r["previous"], previous)
            self.same(where + " siblings", r["siblings"], siblings)
        # no key of a group was left out
        for base in self.GROUPS.get(name, []):
            want = now.group(ident, base) | before.group(ident, base)
            got = {r["measure"] for r in rows if r["measure"].startswith(base + ":")}
            self.compared += 1
            if want != got:
                self.wrong += 1
                print(f"{path}: of {base} {sorted(want ^ got)} are in one only")

    GROUPS = {
        "strength": ["members_sex", "members_ethnicity", "members_age", "members_setting", "members_own"],
        "quality": ["members_rated", "units_rated", "rewards_form", "discipline_form"],
        "branch-life": ["activities_topic", "activities_agenda"],
        "movement": ["works_type"],
        "cadres": ["filled_title"],
        "data-health": ["missing"],
    }


def main():
    folder, today, cutoff, name = sys.argv[1:5]
    judge = Judge(World(folder, first_day(today), int(cutoff)))
    for path in sys.argv[5:]:
        judge.report(path.rsplit("/", 1)[1].split(".")[0] if name == "-" else name, path)
    print(f"{judge.compared} compared, {judge.wrong} differ")
    sys.exit(1 if judge.wrong or not judge.compared else 0)


main()
