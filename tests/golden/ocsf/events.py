# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of OCSF held against the published schema, whose facts stand in ocsf-1.5.0.json: names, types, what is required, enums with
their captions, and what must be there at least once or just once."""
import ipaddress
import json
import os
import re

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ocsf-1.5.0.json"), encoding="utf-8") as facts:
    SCHEMA = json.load(facts)
MAC = re.compile(r"([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}")
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
MILLISECONDS = (0, 1 << 48)  # up to the year 10889: nanoseconds by mistake lie beyond


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_address(value):
    try:
        return isinstance(value, str) and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


SCALARS = {
    "string_t": lambda value: isinstance(value, str),
    "integer_t": is_integer,
    "long_t": is_integer,
    "timestamp_t": lambda value: is_integer(value) and MILLISECONDS[0] <= value < MILLISECONDS[1],
    "boolean_t": lambda value: isinstance(value, bool),
    "port_t": lambda value: is_integer(value) and 0 <= value <= 65535,
    "ip_t": is_address,
    "mac_t": lambda value: isinstance(value, str) and bool(MAC.fullmatch(value)),
    "object": lambda value: isinstance(value, dict),
    "json_t": lambda value: value is not None,
}


def value_faults(where, attribute, value):
    kind = attribute["type"]
    if kind in SCALARS:
        if not SCALARS[kind](value):
            yield f"{where}: {value!r} is no {kind}"
        elif "enum" in attribute and str(value) not in attribute["enum"]:
            yield f"{where}: {value!r} is not in the enum"
    elif not isinstance(value, dict):
        yield f"{where}: {value!r} is no {kind}"
    else:
        yield from object_faults(where, SCHEMA["objects"][kind], value)


def sibling_faults(where, attributes, found):
    """The caption beside a number is that of the number, but for Other, where it is the source's own."""
    for key, attribute in attributes.items():
        sibling, enum = attribute.get("sibling"), attribute.get("enum")
        if key in found and sibling in found and enum and str(found[key]) != "99" and found[sibling] != enum.get(str(found[key])):
            yield f"{where}.{sibling}: {found[sibling]!r} beside {key} {found[key]}"


def object_faults(where, shape, found):
    attributes = shape["attributes"]
    for key, attribute in attributes.items():
        if attribute["requirement"] == "required" and key not in found:
            yield f"{where}: without {key}"
    for key, value in found.items():
        if key not in attributes:
            yield f"{where}: there is no {key}"
        elif attributes[key].get("array"):
            if not isinstance(value, list) or not value:
                yield f"{where}.{key}: no list, or an empty one"
            else:
                for place, item in enumerate(value):
                    yield from value_faults(f"{where}.{key}[{place}]", attributes[key], item)
        else:
            yield from value_faults(f"{where}.{key}", attributes[key], value)
    yield from sibling_faults(where, attributes, found)
    if "at_least_one" in shape and not set(shape["at_least_one"]) & set(found):
        yield f"{where}: none of {shape['at_least_one']}"
    if "just_one" in shape and len(set(shape["just_one"]) & set(found)) != 1:
        yield f"{where}: not just one of {shape['just_one']}"


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def event_faults(event):
    if not isinstance(event, dict) or str(event.get("class_uid")) not in SCHEMA["classes"]:
        return [f"no class that is known: {event!r:.100}"]
    shape = SCHEMA["classes"][str(event["class_uid"])]
    faults = [f"{key}: no number" for key in ("activity_id", "type_uid", "time") if not is_integer(event.get(key))]
    faults += list(object_faults(shape["caption"], shape, event))
    if faults:
        return faults
    activities = shape["attributes"]["activity_id"]["enum"]
    meant = {"class_name": shape["caption"], "category_uid": shape["category"]["uid"], "category_name": shape["category"]["caption"],
             "type_uid": shape["uid"] * 100 + event.get("activity_id", 0),
             "type_name": f"{shape['caption']}: {activities.get(str(event.get('activity_id')))}"}
    faults += [f"{key}: {event[key]!r}, {value!r} is meant" for key, value in meant.items() if key in event and event[key] != value]
    if event.get("metadata", {}).get("version") != SCHEMA["version"]:
        faults.append(f"metadata.version: {event.get('metadata')}")
    if "start_time" in event and "end_time" in event and not event["start_time"] <= event["time"] <= event["end_time"]:
        faults.append("time does not lie between start_time and end_time")
    faults += [f"unsafe text {text!r}" for text in texts(event) if UNSAFE.search(text)]
    return faults
