# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured, as `make bench` keeps it: one entry per comparison; and what was left out, by name."""
import json
import statistics


class Results:
    def __init__(self):
        self.entries = []
        self.skipped = []

    def add(self, name, unit, ours, theirs, rival_name, higher_is_better=False):
        """Lists of runs; medians are compared. Ratio above 1: ours is better."""
        mine, rival = statistics.median(ours), statistics.median(theirs)
        better, worse = (mine, rival) if higher_is_better else (rival, mine)
        entry = {"name": name, "ours": round(mine, 4), "rival": round(rival, 4), "rival_name": rival_name, "unit": unit,
                 "ratio": round(better / worse, 3) if worse > 0 else None, "runs": len(ours), "spread": round(spread(ours), 4)}
        self.entries.append(entry)
        return entry

    def hold(self, name, unit, ours, figure, what, source):
        """Against a figure that nobody measured in this run: a goal, a bound, a number from elsewhere. source: whose it is, and from where."""
        entry = self.add(name, unit, ours, [figure], f"stated: {what}")
        entry["stated"] = source
        print(f"  {name}: {entry['ours']:,} {unit}, against {entry['rival']:,}, which is stated and no rival of this run ({what}; {source})")
        return entry

    def skip(self, what, why):
        self.skipped.append(what)
        print(f"SKIP {what}: {why}")

    def write(self, path):
        with open(path, "w", encoding="utf-8") as out:
            json.dump(self.entries, out, indent=1)


def spread(runs):
    """Between the quartiles; of fewer than four runs, between the ends."""
    if len(runs) < 4:
        return max(runs) - min(runs)
    low, _, high = statistics.quantiles(runs, n=4)
    return high - low


def number(value):
    return f"{value:,.0f}"
