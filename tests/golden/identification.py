#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How well devices are told: every set-up capture of iot/sentinel against the truth, and again with what was learnt from each device taken out.

usage: identification.py FLOODWALL CAPTURES SIGNATURES TRUTH DOCUMENT PLOT [--write]

Three figures. *All*: the tables as they ship. *Held out*: for each family of devices (TRUTH) the rows whose origin says "seen: iot/sentinel/LABEL" with a label of
that family are taken out of the tables, and its captures are read with what is left: standards, plain words, makers' domains and product names.
*Maker held out*: those rows, and each other one in which the family's maker, brand or model stands, wherever it was known from; only the names of companies stay.

The figures in DOCUMENT and the points of PLOT must be those found (--write puts them in). Exit 1 when one is below what is required. 77: no captures.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

TRAITS = ("maker or brand", "kind", "model")
REQUIRED = {"maker or brand": 95, "kind": 90, "model": 60}
BOLD = 80  # percent: above this nothing may be wrong
BINS = ((30, 49), (50, 59), (60, 69), (70, 79), (80, 89), (90, 100))
COMPANIES = "companies.tsv"  # how the registry writes makers' names, which are compared with the truth
BEGIN, END = "<!-- figures: written by tests/golden/identification.py -->", "<!-- end of figures -->"

Case = collections.namedtuple("Case", "label file truth_maker truth_kind truth_model found")
Answer = collections.namedtuple("Answer", "case trait name confidence right")


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def truth_of(captures, table):
    theirs = {row[0]: row[1:] for row in rows_of(os.path.join(captures, "iot/sentinel-truth.tsv")) if row[0] != "label"}
    return {label: (*theirs[label], model, family) for label, family, model, _ in rows_of(table)}


def devices_of(floodwall, signatures, capture):
    command = [floodwall, "inspect", "--format", "json", capture] + (["--signatures", signatures] if signatures else [])
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)["devices"]


def read_label(floodwall, signatures, captures, label, truth):
    folder = os.path.join(captures, "iot/sentinel", label)
    mac = open(os.path.join(folder, "_iotdevice-mac.txt"), encoding="ascii").read().strip().lower()
    for file in sorted(os.listdir(folder)):
        if file.endswith(".pcap"):
            devices = devices_of(floodwall, signatures, os.path.join(folder, file))
            found = next((device for device in devices if mac in device["macs"]), None)
            yield Case(label, file, *truth[:3], found)


def is_right(truth, name):
    return re.search(truth, name, re.IGNORECASE) is not None


def answers_of(case):
    """All that was answered, with whether it is right. Maker and brand are answers each; either may be the one that the truth means."""
    if not case.found:
        return
    for trait, truth in (("maker", case.truth_maker), ("brand", case.truth_maker), ("kind", case.truth_kind), ("model", case.truth_model)):
        answer = case.found[trait]
        if answer["name"]:
            yield Answer(case, trait, answer["name"], answer["confidence"], is_right(truth, answer["name"]))


def scores(cases):
    right = collections.Counter()
    for case in cases:
        said = {answer.trait: answer.right for answer in answers_of(case)}
        right["found"] += case.found is not None
        right["maker or brand"] += said.get("maker", False) or said.get("brand", False)
        right["kind"] += said.get("kind", False)
        right["model"] += said.get("model", False)
    return right


def is_learnt(origin, labels):
    """The row was written with a capture of one of these labels at hand, whatever else its origin says."""
    seen = re.findall(r"seen: iot/sentinel/([^;\n]+)", origin)
    return any(label in re.split(r",\s*|\s", part.strip()) for part in seen for label in labels)


def is_named(text, names):
    return names is not None and re.search(names, text, re.IGNORECASE) is not None


def fingerprints_taken_out(path, labels, names, out):
    """The same of a file in recog's form."""
    tree = ElementTree.parse(path)
    gone = [fingerprint for fingerprint in tree.getroot().findall("fingerprint")
            if is_learnt(fingerprint.get("origin"), labels) or is_named(ElementTree.tostring(fingerprint, encoding="unicode"), names)]
    for fingerprint in gone:
        tree.getroot().remove(fingerprint)
    tree.write(out)
    return len(gone)


def taken_out(signatures, labels, names, folder):
    """Copies of the tables without the rows that were learnt from these labels, and without those that hold a name of these. Returns how many rows that were."""
    count = 0
    for name in sorted(os.listdir(signatures)):
        if name.endswith(".xml"):
            count += fingerprints_taken_out(os.path.join(signatures, name), labels, names, os.path.join(folder, name))
        if not name.endswith(".tsv"):
            continue
        kept = []
        for line in open(os.path.join(signatures, name), encoding="utf-8"):
            gone = not line.startswith("#") and (is_learnt(line, labels) or name != COMPANIES and is_named(line, names))
            count += gone
            if not gone:
                kept.append(line)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.writelines(kept)
    return count


def names_of(entries):
    """What a family's makers, brands and models are called in the truth."""
    return "|".join(f"{entry[0]}|{entry[2]}" for entry in entries)


def held_out(floodwall, captures, signatures, truth, nameless):
    families, cases, rows = collections.defaultdict(list), [], 0
    for label, entry in truth.items():
        families[entry[3]].append(label)
    for labels in families.values():
        names = names_of(truth[label] for label in labels) if nameless else None
        with tempfile.TemporaryDirectory() as folder:
            rows += taken_out(signatures, labels, names, folder)
            for label in labels:
                cases += read_label(floodwall, folder, captures, label, truth[label])
    return cases, rows


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else "-"


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def bold_mistakes(cases):
    return [answer for case in cases for answer in answers_of(case) if answer.confidence > BOLD and not answer.right]


def reliability(cases):
    answers = [answer for case in cases for answer in answers_of(case)]
    for low, high in BINS:
        inside = [answer for answer in answers if low <= answer.confidence <= high]
        right = sum(answer.right for answer in inside)
        said = sum(answer.confidence for answer in inside)
        yield low, high, len(inside), right, said / len(inside) if inside else 0


def confusion(cases):
    count = collections.Counter()
    for case in cases:
        kind = case.found["kind"] if case.found else {"name": None}
        count[case.truth_kind.split("|")[0], kind["name"] or "unknown"] += 1
    said = sorted({column for _, column in count if column != "unknown"}) + ["unknown"]
    return table(["is \\ said", *said], [[row, *[count[row, column] or "" for column in said]] for row in sorted({row for row, _ in count})])


def figures(runs, rows):
    """runs: title to cases, all signatures first; rows: title to rows that were taken out."""
    out, everything = [], runs["all signatures"]
    n, right = len(everything), {title: scores(cases) for title, cases in runs.items()}
    out += table(["of %d captures, %d labels" % (n, len({case.label for case in everything})), "required", *runs],
                 [["device found", "100 %", *[percent(found["found"], n) + " %" for found in right.values()]]] +
                 [[trait + " right", f"{REQUIRED[trait]} %", *[f"{percent(found[trait], n)} % ({found[trait]})" for found in right.values()]] for trait in TRAITS] +
                 [["wrong above 80 % confidence", "0", *[len(bold_mistakes(cases)) for cases in runs.values()]],
                  ["rows taken out, over all families", "", *[rows.get(title, 0) for title in runs]]])
    out += ["", "What kind it was said to be. Rows: what it is, by the first word of the truth, which allows others for some; columns: what was said."]
    for title, cases in runs.items():
        out += ["", f"Kinds, {title}:", "", *confusion(cases)]
    for title, cases in runs.items():
        out += ["", f"Reliability, {title}: of the answers with such a confidence, how many are right", ""]
        out += table(["said", "answers", "mean said", "right"],
                     [[f"{low} to {high} %", count, f"{mean:.0f} %" if count else "-", percent(right, count) + (" %" if count else "")]
                      for low, high, count, right, mean in reliability(cases)])
    return out


def plot(runs):
    """What was said against what was right; on the line it is calibrated."""
    size, points, legend = 360, [], []
    scale = lambda share: 40 + share * (size - 60)
    for place, (colour, (title, cases)) in enumerate(zip(("#1b5e8c", "#b3541e", "#4b7f2b"), runs.items())):
        legend.append(f'<text x="52" y="{26 + 16 * place}" fill="{colour}">{title}</text>')
        for low, _, count, right, mean in reliability(cases):
            if count:
                points.append(f'<circle cx="{scale(mean / 100):.1f}" cy="{size - scale(right / count):.1f}" r="{2 + count ** 0.5 / 2:.1f}" fill="{colour}" '
                              f'fill-opacity="0.6"><title>{count} answers, {mean:.0f} % said, {100 * right / count:.0f} % right</title></circle>')
    ticks = [f'<text x="{scale(t / 100):.0f}" y="{size - 22}" text-anchor="middle">{t}</text><text x="34" y="{size - scale(t / 100) + 4:.0f}" '
             f'text-anchor="end">{t}</text>' for t in range(0, 101, 20)]
    return "\n".join([
        "<!-- SPDX-License-Identifier: GPL-2.0-or-later; written by tests/golden/identification.py -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}" font-family="sans-serif" font-size="11">',
        f'<rect width="{size}" height="{size}" fill="#fff"/>',
        f'<path d="M{scale(0):.0f} {size - scale(0):.0f}L{scale(1):.0f} {size - scale(1):.0f}" stroke="#999" stroke-dasharray="4 3"/>',
        f'<path d="M{scale(0):.0f} {size - scale(1):.0f}V{size - scale(0):.0f}H{scale(1):.0f}" stroke="#333" fill="none"/>', *ticks, *points,
        f'<text x="{size / 2:.0f}" y="{size - 6}" text-anchor="middle">said, percent</text>',
        f'<text transform="translate(12 {size / 2:.0f}) rotate(-90)" text-anchor="middle">right, percent</text>', *legend, "</svg>", ""])


def agree(path, found, write):
    try:
        there = open(path, encoding="utf-8").read()
    except FileNotFoundError:
        there = ""
    if there == found:
        return True
    if write:
        with open(path, "w", encoding="utf-8") as out:
            out.write(found)
        return True
    print(f"{os.path.basename(path)}: its figures are not those of this run; run again with --write and look at the difference")
    return False


def with_figures(path, lines):
    text = open(path, encoding="utf-8").read()
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1]


def judge(everything):
    n, right, wrong = len(everything), scores(everything), 0
    for trait in TRAITS:
        if 100 * right[trait] < REQUIRED[trait] * n:
            wrong += 1
            print(f"{trait}: {right[trait]} of {n} right, required are {REQUIRED[trait]} %")
    for case in everything:
        if not case.found:
            wrong += 1
            print(f"{case.label}/{case.file}: the device was not found")
    return wrong


def tell(cases, title):
    missed = collections.Counter()
    for case in cases:
        said = {answer.trait: answer for answer in answers_of(case)}
        for trait in ("maker", "brand", "kind", "model"):
            answer = said.get(trait)
            if not answer or not answer.right:
                missed[case.label, trait, f"{answer.name} {answer.confidence}" if answer else "unknown"] += 1
    print(title)
    for (label, trait, name), count in sorted(missed.items()):
        print(f"  {label}: {trait}: {name} ({count})")


def main():
    floodwall, captures, signatures, table_path, document, plot_path = sys.argv[1:7]
    write = "--write" in sys.argv
    if not os.path.exists(os.path.join(captures, "iot/sentinel-truth.tsv")):
        print("SKIP identification: iot/sentinel is not here")
        return 77
    truth = truth_of(captures, table_path)
    runs, rows = {"all signatures": [case for label in truth for case in read_label(floodwall, None, captures, label, truth[label])]}, {}
    for title, nameless in (("held out", False), ("maker held out", True)):
        runs[title], rows[title] = held_out(floodwall, captures, signatures, truth, nameless)
    wrong = judge(runs["all signatures"])
    for title, cases in runs.items():
        for answer in bold_mistakes(cases):
            wrong += 1
            print(f"{title}: {answer.case.label}/{answer.case.file}: {answer.trait} {answer.name} at {answer.confidence} % is wrong")
        if "--tell" in sys.argv:
            tell(cases, f"missed, {title}")
    lines = figures(runs, rows)
    wrong += not agree(document, with_figures(document, lines), write)
    wrong += not agree(plot_path, plot(runs), write)
    print("\n".join(lines[:8]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
