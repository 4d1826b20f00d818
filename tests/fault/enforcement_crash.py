#!/usr/bin/env python3
"""kill -9 of server and enforcer in the middle of a flood of decisions, again and again; after each
restart the firewall must hold exactly what the decisions say.

    enforcement_crash.py [--rounds 5] [--seed N]

The server is the real one, the enforcer is `tocsin enforce nftables` in a network namespace of its
own. Every decision that was answered with 201 must stand after the restart, and every one that was
lifted must be gone. Needs root, ip and nft.
"""

from __future__ import annotations

import argparse
import http.client
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import enforcing  # noqa: E402
from tocsin import PROGRAM, Server, wait_until  # noqa: E402

CONFIG = "respond: {protect_private: false, protect_machine: false}\n"
ELEMENT = re.compile(r"\b198\.(?:18|19)\.\d+\.\d+\b")
AGREE_SECONDS_MAX = 40


class Flood(threading.Thread):
    """Takes decisions, and lifts every fourth of them, until the server is gone."""

    def __init__(self, server: Server, number: int) -> None:
        super().__init__(daemon=True)
        self.server, self.number = server, number
        self.standing: set[str] = set()
        self.lifted: set[str] = set()
        self.fault = ""

    def ask(self, connection: http.client.HTTPConnection, path: str, body: dict) -> int:
        connection.request("POST", path, json.dumps(body), {
            "Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        for n in range(5_000):
            value = f"198.{18 + self.number // 12 % 2}.{self.number % 12 * 20 + n // 250}.{n % 250 + 1}"
            try:
                status = self.ask(connection, "/api/v1/decisions",
                                  {"value": value, "duration": "1h", "reason": "flood"})
                if status != 201:
                    self.fault = f"deciding {value}: {status}"
                    return
                self.standing.add(value)
                if n % 4 == 3:
                    self.standing.discard(value)  # unknown until it is answered
                    if self.ask(connection, "/api/v1/decisions/lift", {"value": value}) == 200:
                        self.lifted.add(value)
            except (OSError, http.client.HTTPException):
                return


class Loop:
    def __init__(self, folder: pathlib.Path, net: enforcing.Namespaces, seed: int) -> None:
        self.folder, self.net = folder, net
        self.rng = random.Random(seed)
        self.server = Server(folder, CONFIG)
        self.running: list[enforcing.Running] = []
        self.standing: set[str] = set()
        self.lifted: set[str] = set()
        self.faults: list[str] = []

    def start(self) -> enforcing.Running:
        self.server.start()
        enforcer = enforcing.Running(
            self.net.inside(self.net.gateway, str(PROGRAM), "enforce", "nftables", "--url",
                            "http://127.0.0.1:9000", "--key", self.key, "--name", "edge"),
            self.folder / "enforcer.log")
        self.running.append(enforcer)
        return enforcer

    def open(self) -> None:
        self.server.start()
        self.key = self.server.create_key("enforcer", "edge")
        relay = pathlib.Path(enforcing.__file__).with_name("relay.py")
        path = self.folder / "relay"
        self.running.append(enforcing.Running(
            ["python3", relay, "outside", path, str(self.server.port)], self.folder / "outside.log"))
        wait_until("the relay is there", path.exists)
        self.running.append(enforcing.Running(
            self.net.inside(self.net.gateway, "python3", relay, "inside", path, "9000"),
            self.folder / "inside.log"))
        wait_until("the relay listens", lambda: self.net.listens(9000))
        self.server.kill()

    def decided(self) -> set[str]:
        answer = self.server.request("GET", "/api/v1/decisions/export?format=plain")
        return set(ELEMENT.findall(answer.body.decode()))

    def in_kernel(self) -> set[str]:
        shown = enforcing.run(*self.net.inside(self.net.gateway, "nft", "list", "ruleset"))
        return set(ELEMENT.findall(shown.stdout.decode()))

    def round(self, number: int) -> None:
        enforcer = self.start()
        flood = Flood(self.server, number)
        flood.start()
        time.sleep(self.rng.uniform(0.3, 2.0))
        victims = [self.server.kill, lambda: enforcer.stop(9)]
        self.rng.shuffle(victims)
        for kill in victims:
            kill()
        flood.join(60)
        self.standing |= flood.standing
        self.lifted = (self.lifted - flood.standing) | flood.lifted
        if flood.fault:
            self.faults.append(f"round {number}: {flood.fault}")
        self.agree(number)

    def agree(self, number: int) -> None:
        enforcer = self.start()
        decided = self.decided()
        for what, values in (("decided and lost", self.standing - decided),
                             ("lifted and back", self.lifted & decided)):
            if values:
                self.faults.append(f"round {number}: {len(values)} {what}: {sorted(values)[:3]}")
        try:
            wait_until("the firewall holds what is decided", lambda: self.in_kernel() == decided,
                       AGREE_SECONDS_MAX)
        except AssertionError as error:
            kernel = self.in_kernel()
            self.faults.append(f"round {number}: {error}: {len(decided - kernel)} missing, "
                               f"{len(kernel - decided)} too many; {enforcer.text()[-500:]}")
        print(f"round {number}: {len(decided)} decisions stand and are in the kernel", flush=True)
        enforcer.stop(9)
        self.server.kill()

    def close(self) -> None:
        self.server.kill()
        for running in reversed(self.running):
            running.stop(9)


def run_loop(options: argparse.Namespace) -> list[str]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-crash-"))
    try:
        with enforcing.Namespaces("k", 1) as net:
            loop = Loop(folder, net, options.seed)
            try:
                loop.open()
                for number in range(options.rounds):
                    loop.round(number)
            finally:
                loop.close()
        if not loop.standing or not loop.lifted:
            loop.faults.append("the flood decided nothing: nothing was tried")
        return loop.faults
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main() -> int:
    faults = run_loop(parse(sys.argv[1:]))
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
