#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`floodwall advise` as a person uses it: sheets, facts, recalls, marks that survive or lapse, lists, wrong use; and inspect --advisories.

usage: advise.py FLOODWALL GENERATED_FOLDER SHARED_CAPTURES SCHEMA
Exit 77 without python3-jsonschema, and where the shared captures are absent, after the rest was checked.
"""
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import time

try:
    import jsonschema
except ImportError:
    print("SKIP advise: python3-jsonschema is not installed")
    sys.exit(77)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "advise")
DOCUMENTS = os.path.join(HERE, "documents")
FACTS = os.path.join(HERE, "facts.yaml")
RECALLS = os.path.join(HERE, "recalls.yaml")
XIONGMAI = "maker=Hangzhou Xiongmai Technology,kind=video recorder,name=Shed"
faults = []


class Setting:
    def __init__(self):
        self.floodwall, generated, self.shared, schema = sys.argv[1:5]
        self.incident = os.path.join(generated, "incident.pcapng")
        with open(schema, encoding="utf-8") as file:
            self.schema = json.load(file)


def run(at, *words, verb="advise"):
    return subprocess.run([at.floodwall, verb, *words], capture_output=True, text=True, check=False, timeout=120)


def sheets(at, *words, code=0):
    done = run(at, "--json", *words)
    if done.returncode != code:
        faults.append(f"{words}: exit {done.returncode}: {done.stderr}")
        return {"sheets": []}
    found = json.loads(done.stdout)
    jsonschema.validate(found, at.schema)
    return found


def expect(what, wanted, got):
    if wanted != got:
        faults.append(f"{what}: wanted {wanted}, got {got}")


def named(found, name):
    return next((s for s in found["sheets"] if s["device"]["name"] == name), {"tonight": [], "advisories": [], "recalls": [], "provisions_missed": []})


def incident(at):
    """The story of the generator, with what its owner knows."""
    found = sheets(at, "--advisories", DOCUMENTS, "--facts", FACTS, "--recalls", RECALLS, at.incident)
    recorder, camera = named(found, "Hall recorder"), named(found, "frontdoor-cam")
    expect("recorder: steps", ["password", "update", "unmap", "quarantine", "replace"], [s["step"] for s in recorder["tonight"]])
    why = {s["step"]: {r["name"] for r in s["because"]} for s in recorder["tonight"]}
    expect("recorder: password", True, "default-password" in why.get("password", ()))
    expect("recorder: update", True, "HL-2016-001" in why.get("update", ()))
    expect("recorder: unmap", True, "open-service" in why.get("unmap", ()))
    expect("recorder: quarantine", True, {"scan", "flood"} <= why.get("quarantine", set()))
    expect("recorder: replace", {"harbour-light-2016"}, why.get("replace"))
    expect("recorder: advisory", [("HL-2016-001", "exact", "affected", "vendor_fix", True)],
           [(a["id"], a["certainty"], a["status"], a["remediation"], a["open"]) for a in recorder["advisories"] if a["certainty"] != "maker"])
    expect("recorder: where the fix is", "https://harbour-light.example/firmware/hl-9008-5.2.0", recorder["advisories"][0]["remedies"][0]["url"])
    expect("recorder: recall", [("yes", "bought 2014-11")], [(r["answer"], r["because"]) for r in recorder["recalls"]])
    expect("recorder: provisions", True, {"5.1-1", "5.5-7", "5.6-1"} <= {m["provision"] for m in recorder["provisions_missed"]})
    expect("camera: steps", ["unmap", "quarantine", "replace"], [s["step"] for s in camera["tonight"]])
    laptop = named(found, "annas-laptop")
    expect("laptop", ([], []), (laptop["tonight"], laptop["advisories"]))
    expect("by document", {"HL-2016-001": 1, "HL-2016-002": 1}, {d["id"]: d["not_remediated"] for d in found["documents"]})
    expect("by product", [["HL-2016-001"], ["HL-2016-002"]],
           sorted(p["advisories"] for p in found["products"] if p["maker"] == "Harbour Light"))


def near_misses(at):
    """A fixed version, an unknown one, another product, another maker."""
    assets = ["maker=Harbour Light,model=HL-9008,firmware=5.2.0,name=fixed", "maker=Harbour Light,model=HL-9008,name=unknown",
              "maker=Harbour Light,model=HL-7000,name=other", "maker=Acme,model=HL-9008,firmware=5.1.3,name=stranger", "maker=Harbour Light,name=maker"]
    found = sheets(at, "--advisories", DOCUMENTS, *[w for a in assets for w in ("--asset", a)])
    expect("open", {"fixed": 0, "unknown": 1, "other": 0, "stranger": 0, "maker": 0}, {s["device"]["name"]: s["open"] for s in found["sheets"]})
    expect("unknown version", "product", named(found, "unknown")["advisories"][0]["certainty"])
    expect("unknown version: nobody is told to replace", True, not {"replace", "quarantine"} & {s["step"] for s in named(found, "unknown")["tonight"]})
    expect("maker alone", (3, []), (named(found, "maker").get("by_maker"), named(found, "maker")["tonight"]))
    expect("another model", 0, named(found, "other").get("by_maker"))


def serials(at):
    """Devices of one product, of which each of two documents means some by their serial numbers: the product's list has both."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(DOCUMENTS, "hl-2016-002.json"), encoding="utf-8") as file:
            document = json.load(file)
        product = document["product_tree"]["branches"][0]["branches"][0]["branches"][0]["product"]
        for year in ("2014", "2015"):
            document["document"]["tracking"]["id"] = f"HL-{year}"
            product["product_identification_helper"] = {"serial_numbers": [year + "*"]}
            with open(os.path.join(folder, f"hl-{year}.json"), "w", encoding="utf-8") as file:
                json.dump(document, file)
        found = sheets(at, "--advisories", folder, *[w for serial in ("2014-1", "2015-1", "2015-2", "2016-1") for w in
                                                    ("--asset", f"maker=Harbour Light,model=HL-Cam 2,serial={serial},name={serial}")])
        expect("serial numbers: sheets", {"2014-1": ["HL-2014"], "2015-1": ["HL-2015"], "2015-2": ["HL-2015"], "2016-1": []},
               {s["device"]["name"]: [a["id"] for a in s["advisories"]] for s in found["sheets"]})
        expect("serial numbers: by product", [["HL-2014", "HL-2015"]], [sorted(p["advisories"]) for p in found["products"]])


def recall(at):
    """The recall of 2016: yes, no, or the question."""
    cases = [("bought=2014-11", "yes", None), ("bought=2015-04", "no", None), ("bought=2016", "no", None), ("made=2015-09", "no", None),
             ("bought=2014,country=DE", "no", None), ("bought=2015", "unknown", "In which month of 2015"), ("serial=1", "unknown", "When was it bought")]
    for facts, answer, question in cases:
        found = sheets(at, "--asset", f"{XIONGMAI},{facts}")["sheets"][0]["recalls"]
        expect(f"recall, {facts}", answer, found[0]["answer"])
        expect(f"recall, {facts}: question", bool(question), bool(found[0]["question"] and question and found[0]["question"].startswith(question)))
        expect(f"recall, {facts}: where", bool(question), bool(found[0]["where"]))
    expect("a telephone", [], sheets(at, "--asset", "maker=Xiongmai,kind=telephone,bought=2014-11")["sheets"][0]["recalls"])
    expect("of no known kind", [("unknown", True)], [(r["answer"], r["question"].startswith("What is it"))
           for r in sheets(at, "--asset", "maker=Xiongmai,bought=2014-11")["sheets"][0]["recalls"]])
    expect("another maker", [], sheets(at, "--asset", "maker=Acme,bought=2014")["sheets"][0]["recalls"])


def revise(folder, change):
    path = os.path.join(folder, "hl-2016-001.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    change(document)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def marks(at):
    """Done holds while the document says the same of the device, and lapses when it does not."""
    with tempfile.TemporaryDirectory() as folder:
        documents, file = os.path.join(folder, "csaf"), os.path.join(folder, "marks.yaml")
        subprocess.run(["cp", "-r", DOCUMENTS, documents], check=True)
        words = ["--advisories", documents, "--facts", FACTS, "--marks", file, at.incident]
        state = lambda: [(a["mark"], a["open"], a["mark_lapsed"]) for a in named(sheets(at, *words), "Hall recorder")["advisories"] if a["id"] == "HL-2016-001"]
        done = run(at, "--mark", "HL-2016-001 done Hall recorder", "--note", "5.2.0 installed", *words)
        expect("marking", 0, done.returncode)
        expect("marked", [("done", False, False)], state())
        with open(file, encoding="utf-8") as marked:
            expect("marks file", True, "a0:a0:a0:3c:7f:64" in marked.read())
        inspected = run(at, "--json", *words, verb="inspect")
        expect("inspect: done is no finding", ["HL-2016-002"],
               [f["evidence"]["id"] for f in json.loads(inspected.stdout)["findings"] if f["id"] == "advisory"])

        def reword(document):
            document["document"]["title"] += " (reworded)"
            document["document"]["tracking"]["version"] = "1.0.1"
            document["document"]["tracking"]["revision_history"].append({"date": "2016-10-02T10:00:00Z", "number": "1.0.1", "summary": "Wording."})
        revise(documents, reword)
        expect("after a change of words", [("done", False, False)], state())

        def withdraw(document):
            document["vulnerabilities"][0]["remediations"] = [{"category": "none_available", "details": "Version 5.2.0 does not help.", "product_ids": ["P0"]}]
            document["document"]["tracking"]["version"] = "2.0.0"
            document["document"]["tracking"]["revision_history"].append({"date": "2016-10-05T10:00:00Z", "number": "2.0.0", "summary": "No fix after all."})
        revise(documents, withdraw)
        expect("after the fix was withdrawn", [("not remediated", True, True)], state())
        expect("text says to look again", True, "look again" in run(at, "--width", "200", *words).stdout)
        before = open(file, "rb").read()
        wrong = run(at, "--mark", "HL-2016-001 done Nobody", *words)
        expect("a mark that meets nobody", (2, True), (wrong.returncode, "no device here" in wrong.stderr))
        expect("marks stay as they were", before, open(file, "rb").read())
        expect("all at once", 0, run(at, "--mark", "HL-2016-001 progress *", *words).returncode)
        expect("in progress", [("in progress", True, False)], state())
        expect("taken back", 0, run(at, "--mark", "HL-2016-001 not *", *words).returncode)
        expect("not remediated", [("not remediated", True, False)], state())


def whose_mark(at):
    """A mark is one device's: two of a kind without a name do not share it."""
    two = ["--advisories", DOCUMENTS] + ["--asset", "maker=Harbour Light,model=HL-9008,firmware=1.0.0,serial=1",
           "--asset", "maker=Harbour Light,model=HL-9008,firmware=1.0.0,serial=2,name=mine"]
    twins = two[:3] + ["name=mine," + two[3]] + two[4:]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "marks.yaml")
        expect("one of two", 0, run(at, "--marks", file, "--mark", "HL-2016-001 done mine", *two).returncode)
        expect("the other stays open", [0, 1], sorted(s["open"] for s in sheets(at, "--marks", file, *two)["sheets"]))
        before = open(file, "rb").read()
        done = run(at, "--marks", file, "--mark", "HL-2016-001 done mine", *twins)
        expect("two of that name", (2, True, before), (done.returncode, "more than one device" in done.stderr, open(file, "rb").read()))


def many_marks(at):
    """A mark for all is taken back for one; marks that are set at once are all kept; tens of thousands are read in no time."""
    names = [f"unit {i}" for i in range(8)]
    words = ["--advisories", DOCUMENTS] + [w for n in names for w in ("--asset", f"maker=Harbour Light,model=HL-9008,firmware=1.0.0,name={n}")]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "marks.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write("- asset: unit 0\n  advisory: HL-2016-001\n  mark: done\n")
            out.writelines(f"- asset: z{60000 - i:05}\n  advisory: a\n  mark: done\n" for i in range(60000))
        state = lambda: sorted(s["device"]["name"] for s in sheets(at, "--marks", file, *words)["sheets"] if s["open"])
        before = time.monotonic()
        expect("a mark for all", names[1:], state())
        expect("60,000 marks in time", True, time.monotonic() - before < 30)
        expect("taken back", 0, run(at, "--marks", file, "--mark", "HL-2016-001 not unit 0", *words).returncode)
        expect("and it holds", names, state())
        runs = [subprocess.Popen([at.floodwall, "advise", "--marks", file, "--mark", f"HL-2016-001 done {n}", *words],
                                 stdout=subprocess.DEVNULL) for n in names]
        expect("at once", [0] * len(names), [r.wait(timeout=120) for r in runs])
        expect("all are kept", [], state())


def inspect(at):
    found = json.loads(run(at, "--json", "--advisories", DOCUMENTS, "--facts", FACTS, at.incident, verb="inspect").stdout)
    expect("inspect: findings", [("HL-2016-001", "high"), ("HL-2016-002", "high")],
           sorted((f["evidence"]["id"], f["severity"]) for f in found["findings"] if f["id"] == "advisory"))
    expect("inspect: devices[].advisories", 2, sum(any(a["certainty"] == "exact" for a in d["advisories"]) for d in found["devices"]))
    without = json.loads(run(at, "--json", at.incident, verb="inspect").stdout)
    expect("inspect without advisories", ([], []), ([f for f in without["findings"] if f["id"] == "advisory"], [a for d in without["devices"] for a in d["advisories"]]))
    with tempfile.NamedTemporaryFile("w", suffix=".mute") as mute:
        mute.write("advisory * known to us\n")
        mute.flush()
        muted = json.loads(run(at, "--json", "--mute", mute.name, "--advisories", DOCUMENTS, "--facts", FACTS, at.incident, verb="inspect").stdout)
        expect("inspect: muted", ["known to us"] * 2, [f.get("muted") for f in muted["findings"] if f["id"] == "advisory"])
    for form in ("text", "eve", "csv", "html"):
        done = run(at, "--format", form, "--advisories", DOCUMENTS, "--facts", FACTS, at.incident, verb="inspect")
        expect(f"inspect --format {form}", (0, True), (done.returncode, "HL-2016-001" in done.stdout))


class Page(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "srcset", "style") or name.startswith("on") or tag in ("script", "img", "iframe", "link"):
                faults.append(f"the page has {tag} {name}")
            if name == "href" and not re.match(r"(#|https?://)", value):
                faults.append(f"the page links to {value}")


def hostile(at):
    """Escapes in titles, addresses that run, a device that claims to be everything, ten thousand devices."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(DOCUMENTS, "hl-2016-001.json"), encoding="utf-8") as file:
            document = json.load(file)
        document["document"]["title"] = "\x1b[2J<script>alert(1)</script> \u202eevil"
        document["document"]["references"][0]["url"] = "javascript:alert(1)"
        document["vulnerabilities"][0]["remediations"][0]["url"] = "https://x.example/\"onclick=\"a"
        with open(os.path.join(folder, "evil.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)
        with open(os.path.join(folder, "none.json"), "w", encoding="utf-8") as file:
            file.write("{\"a\": \x1b}")
        for form in ("text", "json", "html"):
            done = run(at, "--advisories", folder, "--facts", FACTS, "--format", form, at.incident)
            expect(f"hostile, {form}", (0, False), (done.returncode, any(c in done.stdout + done.stderr for c in "\x1b\u202e")))
            expect(f"hostile, {form}: refused", True, "none.json" in done.stderr)
            if form == "html":
                Page().feed(done.stdout)
                expect("hostile page", False, "<script" in done.stdout or 'href="javascript' in done.stdout)
        many = os.path.join(folder, "many.csv")
        with open(many, "w", encoding="utf-8") as file:
            file.write("name,maker,model,firmware\n")
            file.writelines(f"unit {i},Harbour Light,HL-9008,5.{i % 4}.{i % 7}\n" for i in range(10000))
        found = sheets(at, "--advisories", DOCUMENTS, "--assets", many)
        expect("ten thousand: open", 5000, sum(s["open"] for s in found["sheets"]))
        text = run(at, "--advisories", DOCUMENTS, "--assets", many)
        expect("ten thousand: text", (0, True), (text.returncode, len(text.stdout) < 200000 and "more devices" in text.stdout))
        page = run(at, "--advisories", DOCUMENTS, "--assets", many, "--format", "html")
        expect("ten thousand: page", (0, True), (page.returncode, len(page.stdout) < 2000000))


def revisions(at):
    """A corrected document: the sheet says what changed, in each form. A draft is called one; a withdrawn document calls for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        documents, index = os.path.join(folder, "csaf"), os.path.join(folder, "index")
        subprocess.run(["cp", "-r", DOCUMENTS, documents], check=True)
        words = ["--advisories", documents, "--index", index, "--asset", "maker=Harbour Light,model=HL-9008,firmware=5.1.3"]
        of = lambda: next(a for a in sheets(at, *words)["sheets"][0]["advisories"] if a["id"] == "HL-2016-001")
        before = of()
        expect("nothing is corrected", None, before["corrected"])

        def correct(document):
            tracking = document["document"]["tracking"]
            tracking["version"] = "9.0.0"
            tracking["revision_history"].append({"number": "9.0.0", "date": "2016-12-01T10:00:00Z", "summary": "The fix does not help."})
            document["vulnerabilities"].append(dict(document["vulnerabilities"][0], cve="CVE-2016-99999"))
            for remedy in document["vulnerabilities"][0]["remediations"]:
                remedy["category"] = "no_fix_planned"
        revise(documents, correct)
        kept_index = os.path.join(folder, "kept")
        subprocess.run(["cp", index, kept_index], check=True)
        told = {}
        for form in ("json", "text", "html"):
            subprocess.run(["cp", kept_index, index], check=True)
            told[form] = " ".join(run(at, "--format", form, "--width", "1000", *words).stdout.split())
        corrected = of()["corrected"]
        expect("corrected from", (before["version"], "The fix does not help."), (corrected["version_before"], corrected["says"]))
        expect("corrected: changes", True, {"CVE-2016-99999 is new"} <= set(corrected["changes"]) and
               any("no_fix_planned, was vendor_fix" in change for change in corrected["changes"]))
        for form, text in told.items():
            expect(f"corrected, {form}", (True, True), ("CVE-2016-99999 is new" in text, "The fix does not help." in text))
        revise(documents, lambda document: document["document"]["tracking"].update(status="draft", version="10.0.0"))
        expect("a draft", (True, True), (of()["draft"], "It is a draft." in " ".join(run(at, *words).stdout.split())))
        revise(documents, lambda document: document["document"].update(category="csaf_withdrawn"))
        withdrawn = of()
        expect("withdrawn", (True, False), (withdrawn["withdrawn"], withdrawn["open"]))
        expect("withdrawn: no step", [], sheets(at, *words)["sheets"][0]["tonight"])


def left_out(at):
    """What a ceiling keeps from being looked up is said in each form, though nothing else is known of the device."""
    models = " ".join(f"A{i:03}" for i in range(18))
    rules = "".join(f"- recall: r{i}\n  title: Of {i}\n  source: none\n  applies-if: maker = 'Harbour Light'\n  recalled-if: bought < 2015-01\n"
                    for i in range(11))
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(DOCUMENTS, "hl-2016-001.json"), encoding="utf-8") as file:
            document = json.load(file)
        document["product_tree"]["branches"][0]["branches"][0]["name"] = ", ".join(f"HL-8{i:03}" for i in range(20))
        with open(os.path.join(folder, "many.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)
        recalls = os.path.join(folder, "recalls.yaml")
        with open(recalls, "w", encoding="ascii") as file:
            file.write(rules)
        asset = ["--advisories", folder, "--asset", f"maker=Harbour Light,model={models}", "--recalls", recalls]
        found = sheets(at, *asset)
        expect("left out: of documents", 10, found["advisories"]["names_left_out"])
        expect("left out: of the device", (3, 3), (found["sheets"][0]["names_left_out"], found["sheets"][0]["recalls_left_out"]))
        for form in ("text", "html"):
            said = " ".join(run(at, *asset, "--format", form).stdout.split())
            expect(f"left out, {form}", (True, True, True), ("Left out: 10 names of makers and models" in said, "Left out: 3 of its names" in said,
                                                             "Left out: 3 more recalls" in said))
        said = " ".join(run(at, "--advisories", folder, "--asset", f"maker=Harbour Light,model={models}").stdout.split())
        expect("left out is something to be said", (True, False), ("Left out: 3 of its names" in said, "Nothing is known against any" in said))
        plain = sheets(at, "--advisories", DOCUMENTS, "--asset", "maker=Harbour Light,model=HL-9008")
        expect("nothing left out", (0, 0, 0), (plain["advisories"]["names_left_out"], plain["sheets"][0]["names_left_out"], plain["sheets"][0]["recalls_left_out"]))


def companies(at):
    """Makers are called in documents as devices are: by the rows of the signatures, the program's and a person's own."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(DOCUMENTS, "hl-2016-001.json"), encoding="utf-8") as file:
            document = json.load(file)
        documents, signatures = os.path.join(folder, "csaf"), os.path.join(folder, "signatures")
        os.mkdir(documents)
        os.mkdir(signatures)
        vendors = {"DLink": "D-Link International", "GE": "General Electric", "GEUTEBR\u00c3\u00bcCK": "Geutebruck GmbH", "TPLINK": "TP-Link",
                   "AVEVA Software, LLC": "AVEVA", "Hanwha Techwin": "Hanwha Vision Co., Ltd.", "XMeye": "Hangzhou Xiongmai Technology", "Nemo Nautics": "Nautilus", "HARBOUR LIGHT": "Captain Nemo"}
        for number, vendor in enumerate(vendors):
            document["document"]["tracking"]["id"] = f"V-{number}"
            document["product_tree"]["branches"][0]["name"] = vendor
            with open(os.path.join(documents, f"v-{number}.json"), "w", encoding="utf-8") as file:
                json.dump(document, file)
        with open(os.path.join(signatures, "mine.tsv"), "w", encoding="ascii") as file:
            file.write("company\tNemo*\tis\tNautilus\t95\tthe label\ncompany\tCaptain Nemo\tis\tHarbour Light\t95\tthe label\n")
        found = lambda vendor, *words: [a["id"] for a in sheets(at, "--advisories", documents, "--asset", f"maker={vendor},model=HL-9008,firmware=5.1.3",
                                                                *words)["sheets"][0]["advisories"] if a["certainty"] == "exact"]
        own = ["--signatures", signatures]
        for number, (vendor, called) in enumerate(vendors.items()):
            expect(f"{called} is {vendor}", [f"V-{number}"], found(called.replace(",", ""), *own))
            if number >= 7:
                expect(f"{called} without --signatures", [], found(called))
        done = run(at, "--signatures", documents, "--asset", "maker=Harbour Light")
        expect("--signatures of a folder without any", (2, True), (done.returncode, "no signatures in it" in done.stderr))


def provisions(at):
    """What no packet shows is asked for, and missed or met as its owner says; a computer is no device of that standard."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as facts:
        facts.write("- device: Shed\n  support-period: no\n  disclosure-policy: yes\n")
        facts.flush()
        cameras = ["--facts", facts.name, "--asset", "name=Shed,maker=Acme,kind=camera", "--asset", "name=Hall,maker=Acme,kind=camera",
                   "--asset", "name=Desk,maker=Acme,kind=laptop"]
        found = sheets(at, *cameras)
        expect("provisions: what is asked", ["5.2-1", "5.3-13", "5.3-16"], [q["provision"] for q in found["questions"]])
        for name, answers in {"Shed": ["met", "missed", "asked"], "Hall": ["asked"] * 3, "Desk": []}.items():
            expect(f"provisions: {name}", answers, [a["answer"] for a in named(found, name)["provisions_asked"]])
            expect(f"provisions: {name} in a sentence", "Nothing is known against it" + (" but provisions that it misses." if "missed" in answers else "."),
                   named(found, name)["verdict"])
        text = " ".join(run(at, *cameras).stdout.split())
        expect("provisions: text", (True, True, True, False),
               ("missed 5.3-13" in text, "met 5.2-1" in text, "asked 5.3-16 model-on-label" in text, "Does it bear" in text))
        expect("provisions: -v", True, "Does it bear its model's name" in " ".join(run(at, "-v", *cameras).stdout.split()))
        expect("provisions: -q", False, "5.3-13" in run(at, "-q", *cameras).stdout)
        page = run(at, "--format", "html", *cameras).stdout
        expect("provisions: page", (True, True, True), ("<b>missed</b> 5.3-13" in page, "<b>met</b> 5.2-1" in page, "<b>asked</b> 5.3-16" in page))
        facts.write("- device: Hall\n  support-period: perhaps\n")
        facts.flush()
        done = run(at, *cameras)
        expect("provisions: neither yes nor no", (2, True), (done.returncode, ":5: " in done.stderr and "yes or no" in done.stderr))


def kept(at):
    """What is no index, no regular file or no advisory is refused, and nobody's file is lost."""
    device = ["--asset", "maker=Harbour Light,model=HL-9008,firmware=1.0.0"]
    with tempfile.TemporaryDirectory() as folder:
        mine, index, pipe, empty = (os.path.join(folder, name) for name in ("mine", "index", "pipe", "empty"))
        for path in (mine, index + ".new"):
            with open(path, "w", encoding="ascii") as file:
                file.write("a letter\n")
        open(index, "wb").close()
        os.mkfifo(pipe)
        os.mkdir(empty)
        done = run(at, "--advisories", DOCUMENTS, "--index", mine, *device)
        expect("an index that is a letter", (2, True), (done.returncode, "is no index" in done.stderr))
        for i in range(2):
            expect(f"an index, run {i}", 0, run(at, "--advisories", DOCUMENTS, "--index", index, *device).returncode)
        expect("an index is written", True, os.path.getsize(index) > 100)
        for path in (mine, index + ".new"):
            with open(path, encoding="ascii") as file:
                expect(f"{path} is as it was", "a letter\n", file.read())
        for option in ("--facts", "--marks", "--index", "--recalls"):
            done = run(at, "--advisories", DOCUMENTS, option, pipe, *device)
            expect(f"{option} of a pipe", (2, True), (done.returncode, "no regular file" in done.stderr))
        for words in ([], ["none.json"]):
            for name in words:
                with open(os.path.join(empty, name), "w", encoding="ascii") as file:
                    file.write("{}")
            done = run(at, "--advisories", empty, *device)
            expect(f"no advisory, {words}", (2, True), (done.returncode, "No advisory could be read" in done.stderr))


def wrong_use(at):
    cases = [[], ["--asset", "maker=A", at.incident], ["--mark", "a done b", at.incident], ["--mark", "a perhaps b", "--marks", "x", at.incident],
             ["--advisories", at.incident, at.incident], ["--advisories", "/nonexistent", at.incident], ["--facts", "/nonexistent", at.incident],
             ["--marks", "/nonexistent", at.incident], ["--format", "eve", at.incident], ["--fail-on", "bad", at.incident], ["--asset", "colour=red"],
             ["--note", "x", at.incident], ["--nothing"], ["--facts"], ["/nonexistent.pcap"], ["--facts", RECALLS, at.incident],
             ["-o", FACTS, "--facts", FACTS, at.incident]]
    for words in cases:
        done = run(at, *words)
        if done.returncode != 2 or len(done.stderr.splitlines()) < 1:
            faults.append(f"{words}: exit {done.returncode}, {done.stderr!r}")
    line = run(at, "--facts", RECALLS, at.incident).stderr
    expect("a fault has its line", True, f"{RECALLS}:2:" in line)
    expect("--fail-on", (1, 0), (run(at, "--fail-on", "high", "--advisories", DOCUMENTS, "--asset", "maker=Harbour Light,model=HL-9008,firmware=1.0.0").returncode,
                                 run(at, "--fail-on", "high", "--advisories", DOCUMENTS, "--asset", "maker=Harbour Light,model=HL-9008").returncode))


def words(at):
    """Line ends of a document are blanks, its backslashes are its own, a link is told once; the manual's rule is one."""
    device = ["--width", "1000", "--no-color", "-v", "--asset", "maker=Harbour Light,model=HL-9008,firmware=1.0.0"]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(DOCUMENTS, "hl-2016-001.json"), encoding="utf-8") as file:
            document = json.load(file)
        document["document"]["title"] = "One\r\n\r\ntwo C:\\three"
        fix = next(r for v in document["vulnerabilities"] for r in v["remediations"] if r.get("url"))
        document["vulnerabilities"][0]["remediations"].append(dict(fix, details="The same."))
        with open(os.path.join(folder, "one.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)
        text = run(at, "--advisories", folder, *device).stdout
        expect("folded", True, "One two C:\\three" in text)
        told = [line.count(fix["url"]) for line in text.splitlines() if "The maker's fix:" in line]
        expect("a link is told once", [1], told)
        with open(os.path.join(HERE, "../../../man/floodwall-advise.1"), encoding="utf-8") as file:
            manual = file.read()
        rule = os.path.join(folder, "rule.yaml")
        with open(rule, "w", encoding="utf-8") as file:
            file.write(re.search(r"^- recall:.*?(?=^\.Ed)", manual, re.M | re.S).group(0))
        expect("the manual's rule", 0, run(at, "--recalls", rule, *device).returncode)
        expect("the manual's name", True, ".Nm floodwall-advise\n" in manual and not re.search(r"^\.Nm$", manual, re.M))


def help_and_manual(at):
    helped = set(re.findall(r"--[a-z-]+", run(at, "--help").stdout)) - {"--asset", "--assets"}
    with open(os.path.join(HERE, "../../../man/floodwall-advise.1"), encoding="utf-8") as file:
        described = {"--" + word for word in re.findall(r"Fl Fl ([a-z-]+)", file.read())} - {"--asset", "--assets"}
    expect("help and manual name the same options", set(), helped ^ described)


def real(at):
    """Documents of CISA: the two of 2017 and 2018 and their makers."""
    documents = os.path.join(at.shared, "advisories", "csaf")
    found = sheets(at, "--advisories", documents, "--asset", f"{XIONGMAI},model=XMeye P2P Cloud Server", "--asset", "maker=Dahua,model=DH-IPC-HDW1200S,name=camera")
    expect("Xiongmai", ("ICSA-18-282-06", True), next(((a["id"], a["open"]) for a in named(found, "Shed")["advisories"]), None))
    switch = os.path.join(at.shared, "iot", "sentinel", "WeMoInsightSwitch")
    capture = next(os.path.join(switch, name) for name in sorted(os.listdir(switch)) if name.endswith(".pcap"))
    missed = [m for s in sheets(at, capture)["sheets"] for m in s["provisions_missed"] if m["provision"] == "5.5-1"]
    expect("old TLS", ["The newest TLS that it offers is 1.0"], [m["evidence"]["words"] for m in missed])
    expect("Dahua", ("ICSA-17-124-02", True), next(((a["id"], a["open"]) for a in named(found, "camera")["advisories"]), None))


def main():
    at = Setting()
    parts = [incident, near_misses, serials, recall, marks, whose_mark, many_marks, inspect, hostile, revisions, left_out, companies, provisions, kept, words, wrong_use, help_and_manual]
    there = os.path.isdir(at.shared)
    for part in parts + ([real] if there else []):
        part(at)
    first = run(at, "--json", "--advisories", DOCUMENTS, "--facts", FACTS, at.incident).stdout
    expect("the same input, the same bytes", first, run(at, "--json", "--advisories", DOCUMENTS, "--facts", FACTS, at.incident).stdout)
    print("\n".join(faults) or f"{len(parts)} sides of advise are as they should be")
    if not faults and not there:
        print("SKIP documents of CISA: ../shared/captures is not here")
        sys.exit(77)
    sys.exit(1 if faults else 0)


main()
