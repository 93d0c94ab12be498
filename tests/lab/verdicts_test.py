#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab says under its table, of rows that are written down here: no bed, no root."""
import verdicts

GOOD = {"story": "random names, 1,000,000/s", "setup": "floodwall, Knot", "junk_asked_per_s": 1_000_000, "junk_per_s": 960_000, "junk_sent": 5_000_000,
        "junk_leaked": 100, "share": 0.9995, "sent": 10_000, "answered": 9_995, "wrong_drops": 0, "first_action_s": 0.2, "vector_named_s": 0.3,
        "counts": {"stopped_in_calm": 0}}
QUIET = GOOD | {"story": "everybody, no junk", "junk_asked_per_s": None, "junk_per_s": None, "junk_sent": None, "junk_leaked": None, "answered": 10_000}

CASES = [
    ("all is well", GOOD, []),
    ("no junk was asked for", QUIET, []),
    ("no junk was asked for, in a row that does not know the word", {key: value for key, value in QUIET.items() if key != "junk_asked_per_s"}, []),
    ("less was offered than the row says", GOOD | {"junk_per_s": 740_000}, ["740,000 junk packets a second were offered, 74.000 % of what was asked for"]),
    ("just enough", GOOD | {"junk_per_s": 950_000}, []),
    ("just not enough", GOOD | {"junk_per_s": 949_999}, ["949,999 junk packets a second were offered"]),
    ("less before a server without a filter", GOOD | {"setup": "bare, Knot", "junk_per_s": 1}, ["1 junk packets a second were offered"]),
    ("less, and a goal is missed", GOOD | {"junk_per_s": 1, "first_action_s": None}, ["1 junk packets a second were offered", "first action after None s"]),
    ("a goal is missed", GOOD | {"junk_leaked": 5_001}, ["0.100 % of the junk got through"]),
    ("honest ones lose", GOOD | {"share": 0.98}, ["98.000 % rightly answered, wanted 99.000 %"]),
    ("a drop without junk", QUIET | {"wrong_drops": 1}, ["1 of 10000 were dropped"]),
]

for case, row, wanted in CASES:
    said = verdicts.of_long(row)
    assert len(said) == len(wanted) and all(words in line for words, line in zip(wanted, said)), f"{case}: {said}"
print(f"{len(CASES)} rows, each told as it is")
