#!/usr/bin/env python3
"""Three years of a province for the reports, as files to be imported: random, the same by seed.

  usage: report_data.py OUT UNITS.csv SEED MEMBERS BRANCHES ACTIVITIES_A_YEAR FEES
Prints the steps of the import, `KIND FILE` a line.
"""
import csv
import json
import random
import sys
from datetime import date, timedelta

out, units_csv, seed, members, branches, activities, fees = sys.argv[1:8]
rng = random.Random(int(seed))
members, branches, activities, fees = int(members), int(branches), int(activities), int(fees)
FIRST, LAST = date(2023, 1, 1), date(2025, 12, 31)
steps = []


def day(a=FIRST, b=LAST):
    return a + timedelta(days=rng.randrange((b - a).days + 1))


def maybe(percent, value):
    return value if rng.randrange(100) < percent else None


def vague(d):
    """A date, now and then of its month or year alone."""
    text = d.isoformat()
    return text[:7] if rng.randrange(40) == 0 else text[:4] if rng.randrange(80) == 0 else text


def write(kind, name, rows):
    with open(f"{out}/{name}.jsonl", "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps({k: v for k, v in r.items() if v is not None},
                               ensure_ascii=False) + "\n")
    print(kind, f"{name}.jsonl")


def month(d):
    return d.isoformat()[:7]


with open(units_csv, encoding="utf-8") as f:
    rows = list(csv.DictReader(f))
code_of = {k.lower(): k for k in rows[0]}
CODE, PARENT = code_of["code"], code_of["parent"]
codes = [r[CODE] for r in rows]
parents = {r[PARENT] for r in rows if r[PARENT]}
communes = sorted(c for c in codes if c not in parents)
districts = sorted(parents & set(codes))
at = [rng.choice(communes) for _ in range(branches)]
branch = [{"code": f"{c}-r{i}", "name": f"Chi đoàn {i}", "parent": c, "type": "chi-doan",
           "setting": maybe(70, rng.choice(["thon-ban", "to-dan-pho", "truong"])),
           "remote": maybe(10, True),
           "valid_from": maybe(10, day(FIRST, date(2024, 6, 30)).isoformat()),
           "youth_under_18": maybe(60, rng.randrange(20)), "youth_18_25": maybe(60, rng.randrange(40)),
           "youth_26_30": maybe(50, rng.randrange(40))} for i, c in enumerate(at)]
write("unit", "branches", branch)
write("unit", "pilots", [{"code": c, "pilot": True} for c in districts[:1] + communes[3:6]])
codes_b = [b["code"] for b in branch]

people = []
for i in range(members):
    born = day(date(1992, 1, 1), date(2008, 6, 1))
    joined = day(max(born + timedelta(days=16 * 366), date(2014, 1, 1)),
                 max(born + timedelta(days=17 * 366), date(2025, 11, 30)))
    status = rng.choices(["active", "away", "matured", "removed", "deceased"], [80, 9, 8, 2, 1])[0]
    ended = status in ("matured", "removed", "deceased")
    people.append({
        "ext_id": f"m-{i}", "full_name": f"Người thứ {i}", "birth_date": vague(born),
        "unit": rng.choice(codes_b) if i % 50 else rng.choice(communes),
        "sex": maybe(97, rng.choice(["female", "male"])),
        "ethnicity": maybe(90, rng.choice(["Kinh", "Tày", "Dao", "Hmông", "Thái"])),
        "home_place": maybe(50, "Yên Bái"), "occupation": maybe(40, "Nông dân"),
        "education": maybe(60, "12/12"), "phone": maybe(70, f"09{i:08d}"),
        "card_no": maybe(80, f"C{i:07d}"), "id_no": maybe(60, f"{i:012d}"),
        "admission_date": maybe(96, vague(joined)), "status": status,
        "status_date": vague(day(max(joined, FIRST), max(joined, LAST))) if ended or status == "away" else None,
        "party_date": maybe(5, day().isoformat()), "outstanding": maybe(8, True),
        "policy": maybe(40, rng.choice(["ho-ngheo", "thuong-binh"])),
        "boarding": maybe(50, rng.choice([True, False])),
        "political_theory": maybe(30, rng.choice(["none", "elementary", "intermediate"]))})
write("member", "members", people)
of_unit = {}
for i, p in enumerate(people):
    of_unit.setdefault(p["unit"], []).append(f"m-{i}")

TOPICS = ["Tảo hôn", "Bảo vệ môi trường", "Phòng chống tội phạm", "Vận động học sinh ra lớp"]
acts = []
for i in range(activities * 3):
    unit = rng.choice(codes_b) if rng.randrange(20) else rng.choice(communes)
    kind = rng.choices(["meeting", "thematic", "campaign", "volunteer", "youth-work", "arts", "sport",
                        "congress"], [60, 10, 6, 10, 6, 3, 4, 1])[0]
    own = of_unit.get(unit, [])
    # about fifteen come where there are as many, else most of them
    n = min(int(len(own) * (0.4 + rng.random() * 0.6)), max(0, int(rng.gauss(15, 4))))
    there = rng.sample(own, n) + [f"m-{rng.randrange(members)}" for _ in range(maybe(10, 2) or 0)]
    works = kind not in ("meeting", "thematic", "congress")
    d = day()
    acts.append({"ext_id": f"a-{i}", "type": kind, "title": f"Buổi {i}", "unit": unit,
                 "date": vague(d), "present": sorted(set(there)),
                 "excused": rng.sample(own, min(len(own), 2)) if rng.randrange(5) == 0 else None,
                 "topics": rng.sample(TOPICS, 2) if rng.randrange(3) == 0 else None,
                 "agenda": maybe(20, [rng.choice(["Hát", "Tiểu phẩm"])]),
                 "value": rng.randrange(1, 90) * 100000 if works else None,
                 "workdays": rng.randrange(60) if works else None,
                 "status": rng.choices(["held", "minuted", "planned", "cancelled"], [50, 44, 3, 3])[0]})
write("activity", "activities", acts)

few = max(20, members // 50)
any_unit = communes + codes_b[:len(communes)]


def unit_and_member():
    i = rng.randrange(members)
    return people[i]["unit"], f"m-{i}"


def dependents(n, make):
    return [make(i, *unit_and_member()) for i in range(n)]


write("fee", "fees", dependents(fees, lambda i, u, m: {
    "unit": u, "member": m, "month": month(day()), "amount": rng.choice([2000, 5000]),
    "status": rng.choices(["due", "paid", "exempt"], [20, 75, 5])[0]})
    + [{"unit": c, "month": month(day()), "amount": rng.randrange(50) * 1000, "status": "remitted"}
       for c in communes])
write("rating", "ratings", dependents(few * 10, lambda i, u, m: {
    "unit": u, "member": m, "year": rng.choice([2023, 2024, 2025]), "level": rng.choice(
        ["failed", "done", "good", "excellent"]), "status": rng.choices(["self", "confirmed"], [1, 9])[0]})
    + [{"unit": c, "year": 2024, "level": rng.choice(["done", "good"]), "status": "confirmed"}
       for c in communes])
write("reward", "rewards", dependents(few, lambda i, u, m: {
    "unit": u, "member": m if rng.randrange(3) else None, "form": rng.choice(["Giấy khen", "Bằng khen"]),
    "status": rng.choices(["proposed", "granted"], [1, 5])[0], "decision_date": maybe(95, vague(day()))}))
write("discipline", "disciplines", dependents(few // 2, lambda i, u, m: {
    "unit": u, "member": m, "form": rng.choice(["reprimand", "warning"]),
    "status": rng.choice(["decided", "appeal", "opened"]), "decision_date": day().isoformat()}))
write("position", "positions", dependents(few * 2, lambda i, u, m: {
    "unit": rng.choice(any_unit), "member": m, "title": rng.choice(["uy-vien", "pho-bi-thu", "bi-thu"]),
    "from": maybe(95, vague(day(date(2022, 1, 1), date(2025, 6, 1)))),
    "to": maybe(30, vague(day(date(2025, 1, 1), date(2025, 12, 31)))),
    "status": rng.choices(["nominated", "approved", "ended"], [1, 7, 2])[0]}))
write("cadre_plan", "cadre_plans", dependents(few, lambda i, u, m: {
    "unit": rng.choice(communes), "member": m, "title": "bi-thu", "status": rng.choice(["proposed", "approved"]),
    "decision_date": maybe(80, day().isoformat()), "reviewed": maybe(50, day().isoformat())}))
write("training", "trainings", dependents(few, lambda i, u, m: {
    "unit": u, "member": m, "course": "Lý luận chính trị", "hours": rng.randrange(40), "date": day().isoformat(),
    "status": rng.choice(["planned", "done"])}))
write("rotation", "rotations", dependents(few // 4, lambda i, u, m: {
    "unit": u, "member": m, "to": rng.choice(communes), "from_date": day().isoformat(),
    "status": rng.choice(["planned", "done"])}))
write("visit", "visits", [{
    "unit": rng.choice(codes_b), "cadre": f"Cán bộ {i % 90}", "cadre_unit": rng.choice(communes + districts),
    "date": vague(day()), "status": rng.choice(["planned", "made", "answered"])} for i in range(few * 4)])
write("inspection", "inspections", [{
    "unit": rng.choice(communes), "date": vague(day()), "deadline": maybe(80, day().isoformat()),
    "status": rng.choice(["planned", "done", "fixing", "closed"]),
    "closed_date": day().isoformat()} for i in range(few)])
write("plan", "plans", [{
    "ext_id": f"p-{i}", "unit": rng.choice(communes + districts), "title": f"Chương trình {i}", "period": "month",
    "month": month(day()), "status": rng.choice(["draft", "submitted", "approved", "closed"])}
    for i in range(few * 2)])
write("plan_item", "plan_items", [{
    "unit": rng.choice(communes + districts), "task": f"Việc {i}", "plan": f"p-{rng.randrange(few * 2)}",
    "owner": "Bí thư", "due": vague(day()), "status": rng.choice(["todo", "doing", "done", "late", "dropped"])}
    for i in range(few * 6)])
write("dialogue", "dialogues", [{
    "unit": rng.choice(communes + districts), "host": "Chủ tịch", "date": vague(day()),
    "attendance": rng.randrange(200), "promise": maybe(60, "Sửa đường"), "due": maybe(70, day().isoformat()),
    "answered": maybe(60, day().isoformat()), "status": rng.choice(["planned", "published", "held", "answered"])}
    for i in range(few)])
write("proposal", "proposals", [{
    "unit": rng.choice(communes + districts), "to": "party", "subject": f"Đề xuất {i}", "sent": maybe(90, vague(day())),
    "status": rng.choice(["drafted", "sent", "accepted", "declined", "done"])} for i in range(few)])
write("coordination", "coordinations", [{
    "unit": rng.choice(communes + districts), "partner": "Công an", "task": f"Việc chung {i}",
    "resources": rng.randrange(100) * 1000000, "date": maybe(90, vague(day())),
    "status": rng.choice(["active", "closed"]), "closed_date": maybe(60, day().isoformat())} for i in range(few)])
write("assessment", "assessments", [{
    "unit": c, "year": y, "status": rng.choice(["self", "recognised", "not-recognised"]),
    "self_1": rng.randrange(101), "self_2": maybe(80, rng.randrange(101)), "score_1": maybe(50, rng.randrange(101)),
    "score_3": maybe(40, rng.randrange(101))} for c in communes for y in (2024, 2025)])
