"""Debian's named, run unprivileged on a free loopback port from a folder of its own, and a DNS client
of a few lines: what stands at a name, and unsigned updates as another administrator makes them."""

from __future__ import annotations

import pathlib
import random
import socket
import struct

import enforcing
from tocsin import environment, free_port, wait_until

ZONE = "shop.test"
SECRET = "c2VjcmV0IG9mIHRoZSBkbnMgdGVzdHMgb25lIHR3bw=="
TYPES = {1: "A", 5: "CNAME", 16: "TXT", 28: "AAAA"}
NUMBERS = {name: number for number, name in TYPES.items()}

CONFIG = """
options {{
  directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile none; lock-file none;
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion no; dnssec-validation no; notify no;
}};
controls {{ }};
key "tocsin" {{ algorithm {algorithm}; secret "{secret}"; }};
key "other" {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "{zone}" {{ type primary; file "zone.db"; {updates}; }};
"""
RECORDS = """$TTL 60
@    IN SOA ns.shop.test. admin.shop.test. 1 3600 600 86400 60
@    IN NS  ns
ns   IN A   127.0.0.1
www  IN A   203.0.113.10
www  IN A   203.0.113.11
www  IN AAAA 2001:db8::10
api  IN A   203.0.113.20
mail IN A   203.0.113.30
mail IN MX  10 mail
"""


def encode(name: str) -> bytes:
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def decode(message: bytes, at: int) -> tuple[str, int]:
    labels, end = [], None
    while message[at]:
        if message[at] >= 0xC0:
            end = end or at + 2
            at = (message[at] & 0x3F) << 8 | message[at + 1]
            continue
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    return ".".join(labels) + ".", end or at + 1


def read_data(message: bytes, kind: int, at: int, size: int) -> str:
    if kind in (1, 28):
        return socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, message[at:at + size])
    return decode(message, at)[0] if kind == 5 else message[at:at + size].hex()


class Named:
    def __init__(self, folder: pathlib.Path, algorithm: str = "hmac-sha256",
                 updates: str = "allow-update { key tocsin; 127.0.0.1; }") -> None:
        self.program = enforcing.program("bind9", "usr/sbin/named")
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.port = free_port()
        (folder / "zone.db").write_text(RECORDS)
        (folder / "named.conf").write_text(CONFIG.format(
            folder=folder, port=self.port, algorithm=algorithm, secret=SECRET, zone=ZONE,
            updates=updates))
        self.running = None
        self.start()

    def start(self) -> None:
        libraries = ":".join(str(path) for path in (enforcing.SERVERS / "bind9-libs").glob("usr/lib/*-linux-gnu"))
        self.running = enforcing.Running(
            [self.program, "-g", "-c", self.folder / "named.conf"], self.folder / "named.log",
            env={**environment(), "LD_LIBRARY_PATH": libraries})
        wait_until("named answers", self.is_up)

    def is_up(self) -> bool:
        if self.running.process.poll() is not None:
            raise AssertionError(f"named ended: {self.running.text()[-2000:]}")
        try:
            return bool(self.records("ns"))
        except OSError:
            return False

    def stop(self) -> None:
        self.running.stop()

    def ask(self, message: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(2)
            peer.connect(("127.0.0.1", self.port))
            peer.send(message)
            return peer.recv(65_535)

    def records(self, name: str) -> list[tuple[str, str]]:
        """What stands at the name, e.g. [("A", "203.0.113.10")]."""
        found = set()
        for kind in (1, 5, 28):
            full = f"{name}.{ZONE}."
            question = struct.pack(">HHHHHH", random.randrange(65_536), 0, 1, 0, 0, 0)
            answer = self.ask(question + encode(full) + struct.pack(">HH", kind, 1))
            _, at = decode(answer, 12)
            at += 4
            for _ in range(struct.unpack(">H", answer[6:8])[0]):
                owner, at = decode(answer, at)
                got, _, ttl, size = struct.unpack(">HHIH", answer[at:at + 10])
                at += 10
                if owner.lower() == full and got in TYPES:
                    found.add((TYPES[got], read_data(answer, got, at, size)))
                at += size
        return sorted(found)

    def change(self, name: str, kind: str, address: str) -> None:
        """Another administrator replaces the records of that type."""
        owner = encode(f"{name}.{ZONE}")
        number = NUMBERS[kind]
        message = struct.pack(">HHHHHH", random.randrange(65_536), 5 << 11, 1, 0, 2, 0)
        message += encode(ZONE) + struct.pack(">HH", 6, 1)
        message += owner + struct.pack(">HHIH", number, 255, 0, 0)
        message += owner + struct.pack(">HHIH", number, 1, 60, 4) + socket.inet_aton(address)
        rcode = self.ask(message)[3] & 15
        if rcode != 0:
            raise AssertionError(f"changing {name}: {rcode}")
