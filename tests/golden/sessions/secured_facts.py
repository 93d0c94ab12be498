# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark's fields say of TLS, SSH and ADB, as facts. JA4 is put together here from the fields (this tshark has none of it), and
names in certificates are read by openssl."""
import functools
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../facts")]
from compare_facts import percent, shown  # noqa: E402

FILTER = "tls.handshake.type in {1,2,11} or ssh.protocol or adb"
FIELDS = """
tls.handshake.type tls.handshake.version tls.handshake.extensions.supported_version tls.handshake.extensions_server_name
tls.handshake.ciphersuite tls.handshake.extension.type tls.handshake.sig_hash_alg tls.handshake.extensions_alpn_str
tls.handshake.certificate ssh.protocol adb.command adb.service adb.connection_info
""".split()
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = "1", "2", "11"
VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3"}


def numbers(texts):
    return [int(t, 0) for t in texts]


def ours_too(values):
    return [v for v in values if not (v & 0x0F0F == 0x0A0A and v >> 8 == v & 0xFF)]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12


def ja4(version, row):
    ciphers, extensions, signatures = (ours_too(numbers(row["tls.handshake." + f])) for f in ("ciphersuite", "extension.type", "sig_hash_alg"))
    alpn = (row["tls.handshake.extensions_alpn_str"] or [""])[0]
    ends = (alpn[0] + alpn[-1] if alpn[0].isalnum() and alpn[-1].isalnum() else f"{alpn.encode()[0]:02x}"[0] + f"{alpn.encode()[-1]:02x}"[1]) if alpn else "00"
    hashed = ",".join(f"{e:04x}" for e in sorted(e for e in extensions if e not in (0, 16)))
    if hashed and signatures:
        hashed += "_" + ",".join(f"{s:04x}" for s in signatures)
    return (f"t{VERSIONS.get(version, '00')}{'d' if 0 in extensions else 'i'}{min(len(ciphers), 99):02d}{min(len(extensions), 99):02d}{ends}"
            f"_{digest(','.join(f'{c:04x}' for c in sorted(ciphers)))}_{digest(hashed)}")


@functools.lru_cache(maxsize=None)
def certificate(der):
    """(fact, value) of a certificate in hexadecimal, in order."""
    text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-issuer", "-subject", "-ext", "subjectAltName", "-nameopt",
                           "sep_multiline,lname,utf8,dump_der"], input=bytes.fromhex(der), capture_output=True, check=False).stdout.decode()
    facts, part = [], None
    for line in text.splitlines():
        key, _, value = line.strip().partition("=")
        if key in ("issuer", "subject"):
            part = key
        elif "Subject Alternative Name" in line:
            part = "names"
        elif part == "names":
            facts += [("tls_certificate_name", name.strip()[4:]) for name in line.split(",") if name.strip().startswith("DNS:")]
        elif key in ("commonName", "organizationName"):
            facts.append(("tls_certificate_" + ("issuer" if part == "issuer" else "subject" if key == "commonName" else "organisation"), value))
    return facts


class Secured:
    """Keeps which side is the client's, and what of a conversation has been said: we stop reading where encryption begins."""

    def __init__(self):
        self.clients, self.chosen, self.certified, self.identified, self.connected = {}, set(), set(), set(), set()

    def read(self, row):
        stream, port, kinds = row["tcp.stream"][-1], row["tcp.srcport"][-1], row["tls.handshake.type"]
        if CLIENT_HELLO in kinds:
            self.clients[stream] = port
            yield from self.client_hello(row)
        if SERVER_HELLO in kinds and stream not in self.chosen:
            self.chosen.add(stream)
            yield from self.server_hello(row)
        if CERTIFICATE in kinds and row["tls.handshake.certificate"] and self.clients.get(stream) != port and stream not in self.certified:
            self.certified.add(stream)
            for fact, value in certificate(row["tls.handshake.certificate"][0].replace(":", "")):
                yield fact, percent(value)
        for text in row["ssh.protocol"]:
            yield "ssh_server" if port == "22" else "ssh_client", percent(shown(text))
        yield from self.adb(row, stream, port)

    def client_hello(self, row):
        offered = ours_too(numbers(row["tls.handshake.extensions.supported_version"]))
        version = max(offered) if offered else int(row["tls.handshake.version"][0], 0)
        yield "tls_client_hello", str(version)
        for host in row["tls.handshake.extensions_server_name"]:
            yield "tls_server_name", percent(shown(host))
        if row["tls.handshake.ciphersuite"]:
            yield "tls_ja4", ja4(version, row)

    def server_hello(self, row):
        chosen = numbers(row["tls.handshake.extensions.supported_version"])
        yield "tls_server_hello", f"{chosen[0] if chosen else int(row['tls.handshake.version'][0], 0)}|{int(row['tls.handshake.ciphersuite'][0], 0)}"

    def adb(self, row, stream, port):
        if "0x4e584e43" in row["adb.command"] and port == "5555":
            for text in row["adb.connection_info"]:
                yield "adb_device", percent(shown(text))
        for service in row["adb.service"] if "0x4e45504f" in row["adb.command"] else []:
            yield "adb_service", percent(shown(service).partition(":")[0])
