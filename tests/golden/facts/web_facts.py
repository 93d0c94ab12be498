# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents in HTTP bodies, WS-Discovery and RTSP: the part of the comparisons that reads what tshark only shows.

Bodies are tshark's (http.file_data: in order, without chunks); their XML is read by expat, their titles by a regular
expression over the page without comments and scripts. RTSP's methods, URLs and states are tshark's fields, its other headers
are lines of the frame; answers are tied to requests by CSeq.
"""
import base64
import html
import ipaddress
import re
import urllib.parse
import xml.parsers.expat

# The body stands last, since it may hold what separates fields.
FIELDS = """
http.content_type http.content_encoding tcp.reassembled.data rtsp.method rtsp.url rtsp.status rtsp.request rtsp.response http.file_data
""".split()

RTSP, TEXT_MAX = 4, 256
UNKNOWN, ACCEPTED, REFUSED = range(3)

DEVICE = dict(deviceType="type", friendlyName="name", manufacturer="maker", modelDescription="description", modelName="model",
              modelNumber="model_number", serialNumber="serial", UDN="udn", firmwareVersion="firmware")
ONVIF = dict(Manufacturer="maker", Model="model", FirmwareVersion="firmware", SerialNumber="serial", HardwareId="hardware")
HNAP = dict(DeviceName="name", VendorName="maker", ModelDescription="description", ModelName="model", FirmwareVersion="firmware",
            HardwareVersion="hardware")
CWMP = dict(Manufacturer="maker", OUI="oui", ProductClass="class", SerialNumber="serial")
WSD = dict(Types="type", Scopes="scope", XAddrs="xaddr")
MAPPING = ("NewExternalPort", "NewInternalPort", "NewInternalClient", "NewProtocol", "NewPortMappingDescription")

# A path of names, from the side that may send it, to the fact that the text is.
TEXTS = {("server", "root/device/" + k): "upnp_" + v for k, v in DEVICE.items()}
TEXTS.update({("server", "Envelope/Body/GetDeviceInformationResponse/" + k): "onvif_" + v for k, v in ONVIF.items()})
TEXTS.update({("server", "Envelope/Body/GetDeviceSettingsResponse/" + k): "hnap_" + v for k, v in HNAP.items()})
TEXTS.update({("client", "Envelope/Body/Inform/DeviceId/" + k): "cwmp_" + v for k, v in CWMP.items()})
TEXTS[("client", "Envelope/Body/Inform/Event/EventStruct/EventCode")] = "cwmp_event"


def percent(raw):
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "surrogateescape")
    return "".join(chr(c) if 0x20 < c < 0x7F and c not in b"%|" else f"%{c:02X}" for c in raw)


def read_out(fact, value):
    """Our value with its entities read: expat shows them so."""
    if re.match("(upnp|onvif|hnap|cwmp|wsd)_", fact):
        raw = urllib.parse.unquote_to_bytes(value.replace("|", "\0")).decode("utf-8", "surrogateescape")
        return percent(html.unescape(raw)).replace("%00", "|")
    return value


class Xml:
    """(path, text) of each element without children, in order, up to where the document breaks."""

    def __init__(self, body):
        self.path, self.text, self.found = [], "", []
        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.CharacterDataHandler = self.add
        try:
            parser.Parse(body, True)
        except (xml.parsers.expat.ExpatError, LookupError):
            pass

    def open(self, name, _):
        self.path.append(name.split(":")[-1])
        self.text = ""
        self.found.append(("/".join(self.path) + "<", ""))

    def close(self, _):
        self.found.append(("/".join(self.path), self.text.strip()))
        self.path.pop()
        self.text = ""

    def add(self, text):
        self.text += text


def cut(text):
    return percent(text.encode("utf-8")[:TEXT_MAX])


def mapping(arguments):
    try:
        client = str(ipaddress.IPv4Address(arguments.get("NewInternalClient", "")))
    except ValueError:
        client = "::"
    return "upnp_port_mapping", "|".join((client, arguments.get("NewExternalPort", "0"), arguments.get("NewInternalPort", "0"),
                                          percent(arguments.get("NewProtocol", "")), percent(arguments.get("NewPortMappingDescription", ""))))


def discovery(path, text, match):
    parts = path.split("/")
    within = parts[2:] if parts[2:3] in (["Hello"], ["Bye"]) else parts[3:]
    if parts[-2:] == ["EndpointReference", "Address"] and len(within) == (2 if within is parts[3:] else 3):
        yield "wsd_endpoint", f"{match}|{cut(text)}"
    if parts[-1] in WSD and "EndpointReference" not in parts and parts[2] in ("Hello", "ProbeMatches", "ResolveMatches"):
        for word in text.split():
            yield f"wsd_{WSD[parts[-1]]}", f"{match}|{cut(word)}"


def soap(body, side):
    """Facts of a description or a SOAP message."""
    arguments, name, match = {}, "", -1
    for path, text in Xml(body).found:
        if re.fullmatch("Envelope/Body/(Hello|Bye|Probe|ProbeMatches|Resolve|ResolveMatches)<", path):
            yield "wsd_message", "0|" + path.split("/")[2][:-1]
        if re.fullmatch("Envelope/Body/(Probe|Resolve)Matches/(Probe|Resolve)Match<", path):
            match += 1
        if re.match("Envelope/Body/(Hello|Bye|ProbeMatches|ResolveMatches)/", path) and text:
            yield from discovery(path, text, max(match, 0))
        if text and (side, path) in TEXTS:
            yield TEXTS[side, path], cut(text)
        if re.fullmatch("Envelope/Body/Add(Any)?PortMapping/.*", path) and path.split("/")[-1] in MAPPING and text:
            arguments[path.split("/")[-1]] = text
        if re.fullmatch("Envelope/Body/Add(Any)?PortMapping", path) and side == "client":
            yield mapping(arguments)
            arguments = {}
        if side == "client" and re.fullmatch("Envelope/Body/Inform/ParameterList/ParameterValueStruct/(Name|Value)", path):
            known = re.search(r"\.DeviceInfo\.(Model|Software|Hardware)(Name|Version)$", name)
            if path.endswith("Value") and known and text:
                yield "cwmp_" + known.group(1).lower(), cut(text)
            name = text if path.endswith("Name") else name
        if side == "server" and path == "Envelope/Body/Fault/detail/UPnPError/errorCode":
            yield "error", text


def wsd(row):
    """tshark has no dissector for WS-Discovery: its UDP payload. A message with several matches speaks for others."""
    if "3702" not in row["udp.srcport"][:1] + row["udp.dstport"][:1] or not row["udp.payload"]:
        return
    found = list(soap(bytes.fromhex(row["udp.payload"][0].replace(":", "")), "datagram"))
    several = any(value.startswith("1|") for _, value in found)
    for fact, value in found:
        if not several or fact == "wsd_message":
            yield fact, value


def title(body):
    page = re.sub(rb"<!--.*?-->|<(script|style)\b.*?</\1\s*>", b"", body, flags=re.S | re.I)
    page = re.split(rb"<(?:body|frameset)\b|</head\s*>", page, maxsplit=1, flags=re.I)[0]
    found = re.search(rb"<title\b[^>]*>(.*?)</title\s*>", page, re.S | re.I)
    return found.group(1).strip()[:TEXT_MAX] if found else b""


def body_of(field):
    """Bytes since tshark 4.2, text with escapes before."""
    if re.fullmatch("(?:[0-9a-f]{2}:?)*", field):
        return bytes.fromhex(field.replace(":", ""))
    from normal_form import shown
    return shown(field).encode("latin-1")


class Web:
    """What spans frames."""

    def __init__(self):
        self.mappings, self.rtsp_requests = set(), {}

    def documents(self, row):
        bodies, codes, frame = row["http.file_data"], row["http.response.code"], row["frame.number"][0]
        answered = [f for f in row["http.request_in"] if f in self.mappings]
        error = "0"
        for at, body in enumerate(bodies):
            kinds = row["http.content_type"]
            kind = kinds[at] if len(kinds) == len(bodies) else (kinds or [""])[-1]
            raw = body_of(body)
            if row["http.content_encoding"] or not re.match(r"$|text/(html|xml)|application/(xml|soap\+xml|xhtml\+xml)", kind.lower()):
                continue
            for fact, value in self.document(raw, kind.lower(), codes[at] if len(codes) == len(bodies) else (codes or [""])[-1]):
                error = value if fact == "error" else error
                if fact == "upnp_port_mapping":
                    self.mappings.add(frame)
                if fact != "error":
                    yield fact, value
        if answered:
            accepted = codes[-1][0] == "2"
            yield "upnp_port_mapped", "1|0" if accepted else f"0|{error if codes[-1] == '500' else 0}"

    def document(self, raw, kind, code):
        first = re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)", raw)
        if first and first.group(1) in (b"root", b"Envelope"):
            yield from soap(raw, "server" if code else "client")
        elif code and raw.lstrip(b"\xef\xbb\xbf \t\r\n\v\f")[:1] == b"<" and title(raw):
            yield "http_title", f"{code}|{percent(title(raw))}"

    def rtsp(self, row):
        segments = row["tcp.reassembled.data"] or row["tcp.payload"]
        if not row["rtsp.request"] + row["rtsp.response"] or not segments:
            return
        text = bytes.fromhex(segments[-1].replace(":", "")).decode("latin-1").split("\r\n\r\n")[0]
        header = {k.lower(): v.strip() for k, v in re.findall(r"^([\w-]+):(.*?)\r?$", text, re.M)}
        key = (row["tcp.stream"][-1], header.get("cseq"))
        for method, url in zip(row["rtsp.method"], row["rtsp.url"]):
            url = re.split(r"\?|pass|pwd", re.sub("//[^/]*@", "//", url), flags=re.I)[0]
            yield "rtsp_request", f"{percent(method)}|{percent(url)}"
            if "user-agent" in header:
                yield "rtsp_agent", percent(header["user-agent"])
            if header.get("authorization", "").startswith("Basic "):
                user, _, password = base64.b64decode(header["authorization"][6:]).decode("latin-1").partition(":")
                yield "login_try", f"{RTSP}|{percent(user)}|{len(password)}"
                self.rtsp_requests[key] = method
        for code in row["rtsp.status"]:
            yield "rtsp_response", code
            for name, fact in (("server", "rtsp_server"), ("www-authenticate", "rtsp_realm")):
                if name in header:
                    yield fact, percent(header[name])
            if key in self.rtsp_requests and (code in ("401", "403") or code[0] in "23" and self.rtsp_requests[key] != "OPTIONS"):
                yield "login_result", f"{RTSP}|{REFUSED if code[0] == '4' else ACCEPTED}"
