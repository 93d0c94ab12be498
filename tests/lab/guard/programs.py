# SPDX-License-Identifier: GPL-2.0-or-later
"""What the devices of the bed run, as such devices do: telnetd and vsftpd (recorder), nginx (camera), mosquitto (lamp), minidlna (tv), avahi (printer, laptop);
and the clients that ask them, real ones too: telnet, curl, mosquitto_pub and _sub, avahi-browse. Each asker says what came, or None."""
import os
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
import wave
import xml.sax.saxutils

import bed as beds
import services
import talk

NEEDED = ["telnetd", "busybox", "vsftpd", "nginx", "mosquitto", "mosquitto_pub", "mosquitto_sub", "minidlnad", "avahi-daemon", "avahi-browse", "dbus-daemon", "curl", "openssl"]
# A published pair of recorders, and one of cameras: of their makers' own documents, as the advisories have them.
TELNET_PAIR, FTP_PAIR = ("root", "xc3511"), ("admin", "admin")
MUSIC_BYTES = 80_044
PATIENCE_S = 2


def write(network, name, text, mode=0o644):
    path = os.path.join(network.folder, name)
    with open(path, "w", encoding="ascii") as out:
        out.write(text)
    os.chmod(path, mode)
    return path


# --- the recorder


class Inetd(threading.Thread):
    """Starts a program for each connection, its standard input and output the connection: for those that have no socket of their own."""

    def __init__(self, network, side, port, words):
        super().__init__(daemon=True)
        self.network, self.side, self.words = network, side, words
        self.listener = network.socket(side, socket.AF_INET6, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("::", port))
        self.listener.listen(64)
        network.closers.append(self.close)
        self.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.join()
        self.listener.close()

    def run(self):
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            with one:
                self.network.start(self.side, self.words, stdin=one, stdout=one, stderr=subprocess.DEVNULL)


LOGIN = """#!/bin/sh
# the login of a recorder: one pair, and a shell behind it
for try in 1 2 3; do
	printf '\\r\\nLocalHost login: '
	read -r name || exit 0
	printf 'Password: '
	stty -echo; read -r word || exit 0; stty echo
	if [ "$name" = {0} ] && [ "$word" = {1} ]; then
		printf '\\r\\n\\r\\nBusyBox v1.16.1 (2013-12-02 11:42:24 CST) built-in shell (ash)\\r\\n\\r\\n# '
		read -r nothing
		exit 0
	fi
	printf '\\r\\nLogin incorrect\\r\\n'
done
"""

VSFTPD = """listen=NO
listen_ipv6=YES
background=NO
anonymous_enable=NO
local_enable=YES
secure_chroot_dir={folder}/empty
pam_service_name=vsftpd
seccomp_sandbox=NO
pasv_min_port=2100
pasv_max_port=2109
connect_from_port_20=YES
"""


def telnetd(network, side):
    """It asks for the name of whoever comes before it says a word: here at an address where nobody listens, which is told at once."""
    login, resolver = write(network, "login", LOGIN.format(*TELNET_PAIR), 0o755), write(network, "resolv.conf", "nameserver 127.0.0.1\n")
    script = 'mount --bind "$1" /etc/resolv.conf && exec telnetd -h -E "$2"'
    Inetd(network, side, 23, ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", resolver, login])


def ftpd(network, side):
    """Its users are its own: passwd and shadow lie over those of the machine, for this program alone."""
    user, word = FTP_PAIR
    pages = os.path.join(network.folder, "pages")
    for folder in (pages, os.path.join(network.folder, "empty")):
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
    with open(os.path.join(pages, "clip"), "wb") as clip:
        clip.write(bytes(50_000))
    crypt = subprocess.run(["openssl", "passwd", "-6", "-salt", "laboratory", word], capture_output=True, text=True, check=True).stdout.strip()
    passwd = write(network, "passwd", f"root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/nonexistent:/bin/false\n{user}:x:1500:1500::{pages}:/bin/sh\n")
    shadow = write(network, "shadow", f"root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n{user}:{crypt}:19000:0:99999:7:::\n", 0o600)
    configuration = write(network, "vsftpd.conf", VSFTPD.format(folder=network.folder))
    script = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/shadow && exec vsftpd "$3"'
    return services.start(network, side, "vsftpd", ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", passwd, shadow, configuration])


def recorder(network, side):
    telnetd(network, side)
    ftpd(network, side)


# --- the others


def camera(network, side):
    services.nginx(network, side, [80])


def lamp(network, side):
    services.start(network, side, "mosquitto", ["mosquitto", "-c", write(network, "mosquitto.conf", "listener 1883\nallow_anonymous true\npersistence false\nuser root\n")])


MINIDLNA = "port=8200\nmedia_dir=A,{folder}/music\ndb_dir={folder}/dlna\nlog_dir={folder}/dlna\nfriendly_name=tv\nnetwork_interface=d0\ninotify=no\nroot_container=B\n"


def tv(network, side):
    music = os.path.join(network.folder, "music")
    for folder in (music, os.path.join(network.folder, "dlna")):
        os.makedirs(folder, exist_ok=True)
    with wave.open(os.path.join(music, "song.wav"), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(8000)
        song.writeframes(bytes(MUSIC_BYTES - 44))
    configuration = write(network, "minidlna.conf", MINIDLNA.format(folder=network.folder))
    services.start(network, side, "minidlnad", ["minidlnad", "-S", "-f", configuration, "-P", os.path.join(network.folder, "minidlna.pid")])


AVAHI = "[server]\nhost-name={side}\nallow-interfaces=d0\nuse-ipv4=yes\nuse-ipv6=yes\n[publish]\npublish-workstation=no\npublish-hinfo=no\n"
IPP = """<?xml version="1.0" standalone='no'?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>Printer in the hall</name><service><type>_ipp._tcp</type><port>631</port><txt-record>ty=Laser 3000</txt-record></service></service-group>
"""
# The bus and the daemon have their names in /run and their services in /etc: each side its own.
AVAHI_START = """mount -t tmpfs lab /run && mkdir /run/dbus && mount --bind "$1" /etc/avahi/services || exit 1
dbus-daemon --system --nofork --nopidfile --nosyslog &
tries=0
until [ -S /run/dbus/system_bus_socket ] || [ $tries -gt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
exec avahi-daemon --no-rlimits --file "$2"
"""


def avahi(network, side):
    offered = os.path.join(network.folder, f"offered-{side}")
    os.makedirs(offered, exist_ok=True)
    if side == "printer":
        write(network, os.path.join(offered, "ipp.service"), IPP)
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", AVAHI_START, "sh", offered, write(network, f"avahi-{side}.conf", AVAHI.format(side=side))]
    process = services.start(network, side, "avahi", words)
    network.closers.append(lambda: network.stop(process))
    process.room = f"/proc/{process.pid}/ns/mnt"
    return process


OFFERS = {"recorder": (recorder, [23, 21]), "camera": (camera, [80]), "lamp": (lamp, [1883]), "tv": (tv, [8200])}


def start(network):
    """What every device of the plan offers."""
    for host in network.plan.hosts:
        offer, ports = OFFERS.get(host.name, (None, []))
        if offer:
            offer(network, host.name)
        for port in ports:
            services.wait_listening(network, host.name, port)


def missing():
    return [program for program in NEEDED if not shutil.which(program)]


# --- asking


def told(network, side, words, given=None, seconds=PATIENCE_S):
    """What a client prints, bytes; None where it fails, or says nothing for so long."""
    try:
        done = subprocess.run(network.command(side, words), input=given, capture_output=True, timeout=seconds + 3)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def curl(network, side, url, *words, given=None):
    address = ["--globoff", "--silent", "--show-error", "--connect-timeout", str(PATIENCE_S), "--max-time", str(PATIENCE_S + 2)]
    return told(network, side, ["curl", *address, *words, url], given)


def telnet(network, side, address, typed=()):
    """What the other side says, to the prompt for a name and on through what is typed, each line after the last prompt; None where nobody greets."""
    client = network.start(side, ["busybox", "telnet", address, "23"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    heard = bytearray()

    def hear():
        while piece := os.read(client.stdout.fileno(), 4096):
            heard.extend(piece)

    def prompts(pattern):
        return beds_until(lambda: re.search(pattern, heard), PATIENCE_S)

    ear = threading.Thread(target=hear, daemon=True)
    ear.start()
    greeted = prompts(rb"login: $")
    for line, prompt in zip(typed if greeted else (), (rb"Password: $", rb"(# |login: )$")):
        client.stdin.write(line + "\n")
        client.stdin.flush()
        prompts(prompt)
    network.stop(client)
    ear.join()
    return bytes(heard) if greeted else None


def beds_until(condition, seconds):
    try:
        beds.wait_for(condition, seconds, "")
        return True
    except RuntimeError:
        return False


def ftp(network, side, address, *words, name="clip"):
    return curl(network, side, f"ftp://{':'.join(FTP_PAIR)}@{bracketed(address)}/{name}", *words)


def page(network, side, address, *words, port=80, path="page"):
    return curl(network, side, f"http://{bracketed(address)}:{port}/{path}", *words)


def bracketed(address):
    return f"[{address}]" if ":" in address else address


class Subscriber:
    """mosquitto_sub, until something was published or patience is over."""

    def __init__(self, network, side, address, topic="hall/lamp"):
        words = ["timeout", str(PATIENCE_S + 2), "mosquitto_sub", "-h", address, "-t", topic, "-C", "1"]
        self.network, self.process = network, network.start(side, words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(0.3)

    def heard(self):
        said = self.process.communicate(timeout=PATIENCE_S + 10)[0]
        self.network.processes.remove(self.process)
        return said.strip() or None


def publish(network, side, address, text, topic="hall/lamp"):
    """True where the broker took it (QoS 1: it says so)."""
    return told(network, side, ["timeout", str(PATIENCE_S), "mosquitto_pub", "-h", address, "-t", topic, "-m", text, "-q", "1"]) is not None


def browse(network, side, daemon, kind="_ipp._tcp"):
    """What avahi finds of a kind of service: lines of avahi-browse, resolved."""
    words = ["nsenter", f"--mount={daemon.room}", "timeout", "6", "avahi-browse", "--parsable", "--resolve", "--terminate", kind]
    return (told(network, side, words, seconds=8) or b"").decode(errors="replace").splitlines()


SEARCH = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: urn:schemas-upnp-org:device:MediaServer:1\r\n\r\n"


def search(network, side):
    """Addresses of media servers' descriptions, asked for and answered as players do (SSDP)."""
    host, found = network.plan.host(side), []
    with network.socket(side, socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(host.address))
        one.settimeout(2.5)
        one.sendto(SEARCH.encode(), ("239.255.255.250", 1900))
        try:
            found += re.findall(r"(?im)^location: *(\S+)", one.recv(2048).decode(errors="replace"))
        except OSError:
            pass
    return found


BROWSE = """<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>
<u:Browse xmlns:u="urn:schemas-upnp-org:service:ContentDirectory:1"><ObjectID>1$4</ObjectID><BrowseFlag>BrowseDirectChildren</BrowseFlag><Filter>*</Filter>
<StartingIndex>0</StartingIndex><RequestedCount>10</RequestedCount><SortCriteria></SortCriteria></u:Browse></s:Body></s:Envelope>"""


def song(network, side, address):
    """Bytes of the first song of a media server: its list asked for, the song fetched."""
    head = ("-H", 'SOAPAction: "urn:schemas-upnp-org:service:ContentDirectory:1#Browse"', "-H", "Content-Type: text/xml", "--data-binary", "@-")
    listed = curl(network, side, f"http://{address}:8200/ctl/ContentDir", *head, given=BROWSE.encode())
    found = re.findall(r"http://[^<\s]+/MediaItems/[^<\s]+", xml.sax.saxutils.unescape((listed or b"").decode(errors="replace")))
    return len(curl(network, side, found[0]) or b"") if found else None


def datagram_from(network, side, source, to, port):
    """One datagram from a port of one's own choice."""
    with network.socket(side, socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(source)
        one.sendto(struct.pack("!I", 1), (to, port))


def asks(network, side, to, port, from_port):
    """A socket of a device that has sent one datagram; what it hears is its own."""
    one = network.socket(side, socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("::" if ":" in to else "0.0.0.0", from_port))
    one.settimeout(1)
    one.sendto(b"hello", (to, port))
    return one
