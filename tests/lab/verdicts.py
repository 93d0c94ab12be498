# SPDX-License-Identifier: GPL-2.0-or-later
"""What a row of the lab is held against. In the short form counts and bounds alone: how long anything takes depends on the machine. In the long one the goals
are printed where they are missed; figures are for people."""

OFFERED_LEAST = 0.95  # of the rate that a story asks for

def percent(share):
    return "nothing" if share is None else f"{100 * share:.3f} %"


def name_of(row):
    return f"{row['story']} ({row['setup']})"


def explain(row):
    """What became of those without a right answer, and what the filter did: for whoever reads the table."""
    lines = [f"ended at {place}: " + ", ".join(f"{count} {what}" for what, count in sorted(lost.items(), key=lambda item: -item[1]))
             for place, lost in (row.get("lost_at") or {}).items()]
    stopped = [f"{each['reason']} {each['dropped']:,} dropped, {each['truncated']:,} TC=1" for each in (row["counts"] or {}).get("reasons", [])
               if each["dropped"] or each["truncated"]]
    lines += ["the filter, of all that came: " + "; ".join(stopped)] if stopped else []
    if row.get("tries"):
        lines.append("right with the " + ", ".join(f"{name} {count:,}" for name, count in row["tries"].items() if count))
    if row.get("socket_dropped") or row.get("cable_dropped"):
        lines.append(f"datagrams lost in the server's full socket {row['socket_dropped']:,}, in the cable's full ring {row['cable_dropped']:,}")
    return lines


def of_latency(rows):
    """Stated, not asserted: it depends on the machine."""
    both = [row for row in rows if row["setup"].startswith("floodwall") and row["median_ms"] and row["calm_median_ms"]]
    slow = [f"{name_of(row)}: {row['median_ms']} ms, in calm {row['calm_median_ms']} ms" for row in both if row["median_ms"] > 2 * row["calm_median_ms"]]
    return [f"median latency under junk more than twice that of calm in {len(slow)} of {len(both)} rows" + (":" if slow else ""), *slow] if both else []


def of_calm(row):
    """Before the junk nobody is stopped."""
    stopped = (row["counts"] or {}).get("stopped_in_calm")
    return [f"{name_of(row)}: {stopped} packets were stopped in calm"] if stopped else []


def of_quiet(row):
    """Without junk: nobody is stopped, and nobody goes without the right answer."""
    faults = []
    if row["answered"] != row["sent"]:
        faults.append(f"{name_of(row)}: {row['sent'] - row['answered']} of {row['sent']} got no right answer")
    if row["wrong_drops"]:
        faults.append(f"{name_of(row)}: {row['wrong_drops']} of {row['sent']} were dropped")
    return faults


def of_short(row):
    setup, junk = row["setup"].split(",")[0], row["junk_sent"]
    if junk is None:
        return of_quiet(row)
    faults = []
    if row["calm_share"] != 1.0:
        faults.append(f"{name_of(row)}: in calm {percent(row['calm_share'])} of {row['calm_sent']} questions were rightly answered")
    if not junk:
        faults.append(f"{name_of(row)}: no junk fell")
    elif setup == "bare" and row["junk_leaked"] < 0.8 * junk:
        faults.append(f"{name_of(row)}: of {junk} junk packets only {row['junk_leaked']} arrived with nothing in front")
    elif setup == "ideal" and row["junk_leaked"]:
        faults.append(f"{name_of(row)}: {row['junk_leaked']} junk packets passed an ideal filter")
    if setup != "bare" and (row["share"] is None or row["share"] < 0.99):
        faults.append(f"{name_of(row)}: {percent(row['share'])} rightly answered, less than 99 %")
    return faults + (of_action(row) + of_calm(row) if setup == "floodwall" else [])


def of_action(row):
    faults = []
    if row["first_action_s"] is None:
        faults.append(f"{name_of(row)}: nothing was stopped at all")
    if row["junk_sent"] and row["junk_leaked"] > 0.2 * row["junk_sent"]:
        faults.append(f"{name_of(row)}: {row['junk_leaked']} of {row['junk_sent']} junk packets got through")
    return faults


def of_offer(row):
    """A row is named after the junk that was asked for: where clearly less fell, whatever it shows was shown of less."""
    asked, offered = row.get("junk_asked_per_s"), row["junk_per_s"]
    if not asked or offered is None or offered >= OFFERED_LEAST * asked:
        return []
    return [f"{name_of(row)}: {offered:,} junk packets a second were offered, {percent(offered / asked)} of what was asked for"]


def of_long(row):
    """What was offered; and the goals of a shield. What misses them is said under the table."""
    return of_offer(row) + (of_goals(row) if row["setup"].startswith("floodwall") else [])


def of_goals(row):
    if row["junk_sent"] is None:
        return of_quiet(row)
    wanted = 0.99 if "1,000,000" in row["story"] else 0.999
    faults = of_calm(row)
    if row["share"] is None or row["share"] < wanted:
        faults.append(f"{name_of(row)}: {percent(row['share'])} rightly answered, wanted {percent(wanted)}")
    if row["story"].startswith(("random names", "foreign names")) and row["junk_sent"] and row["junk_leaked"] > 0.001 * row["junk_sent"]:
        faults.append(f"{name_of(row)}: {percent(row['junk_leaked'] / row['junk_sent'])} of the junk got through, wanted 0.1 % at most")
    if row["first_action_s"] is None or row["first_action_s"] > 1:
        faults.append(f"{name_of(row)}: first action after {row['first_action_s']} s, wanted 1 s at most")
    if row["vector_named_s"] is None or row["vector_named_s"] > 3:
        faults.append(f"{name_of(row)}: the vector was named after {row['vector_named_s']} s, wanted 3 s at most")
    return faults
