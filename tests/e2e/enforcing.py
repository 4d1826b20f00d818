"""What tests of enforcement share: programs that ./dev setup unpacked, network namespaces, decisions.

Namespaces need root; programs need ./dev setup. A test that has not what it needs is skipped by name.
"""

from __future__ import annotations

import contextlib
import http.client as http_client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from tocsin import PROGRAM, ROOT, environment, wait_until

SERVERS = ROOT / "build" / "servers"


def program(package: str, path: str) -> str:
    """A program of an unpacked package, or of this machine; skips the test when there is none."""
    unpacked = SERVERS / package / path
    if unpacked.exists():
        return str(unpacked)
    installed = shutil.which(pathlib.PurePath(path).name)
    if installed:
        return installed
    raise unittest.SkipTest(f"skipped: no {package} (./dev setup unpacks it)")


def need_namespaces() -> None:
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"):
        raise unittest.SkipTest("skipped: network namespaces need root, ip and nft")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        raise unittest.SkipTest("skipped: no right to make a network namespace")


def run(*command: str, check: bool = True, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=60, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode} {done.stderr.decode()}")
    return done


class Namespaces:
    """A gateway with the hosts behind it, each a network namespace: 10.77.N.2 is host N, the gateway
    is 10.77.N.1 (and fd77:N::/64). Hosts have no way but through the gateway."""

    def __init__(self, tag: str, hosts: int) -> None:
        need_namespaces()
        self.gateway = f"tt{tag}g{os.getpid()}"
        self.hosts = [f"tt{tag}h{n}x{os.getpid()}" for n in range(hosts)]

    def __enter__(self) -> "Namespaces":
        for name in [self.gateway, *self.hosts]:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        for n, host in enumerate(self.hosts):
            run("ip", "link", "add", f"e{n}", "netns", self.gateway, "type", "veth",
                "peer", "name", "up0", "netns", host)
            for name, link, end in ((self.gateway, f"e{n}", 1), (host, "up0", 2)):
                run("ip", "-n", name, "addr", "add", f"10.77.{n}.{end}/24", "dev", link)
                run("ip", "-n", name, "addr", "add", f"fd77:{n}::{end}/64", "dev", link, "nodad")
                run("ip", "-n", name, "link", "set", link, "up")
            run("ip", "-n", host, "route", "add", "default", "via", f"10.77.{n}.1")
        return self

    def __exit__(self, *_) -> None:
        for name in [self.gateway, *self.hosts]:
            run("ip", "netns", "delete", name, check=False)

    def inside(self, name: str, *command: str) -> list[str]:
        return ["ip", "netns", "exec", name, *map(str, command)]

    def reaches(self, host: int, port: int, address: str | None = None, seconds: float = 0.4) -> bool:
        """Whether a TCP connection from that host to the gateway comes about."""
        target = address or f"10.77.{host}.1"
        code = (f"import socket; socket.create_connection(({target!r}, {port}), {seconds}).close()")
        return run(*self.inside(self.hosts[host], "python3", "-c", code), check=False).returncode == 0

    def listens(self, port: int) -> bool:
        """Whether something within the gateway answers on that port of its loopback."""
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1).close()"
        return run(*self.inside(self.gateway, "python3", "-c", code), check=False).returncode == 0


class Running:
    """A program under test, ended by its own process id."""

    def __init__(self, command: list[str], log: pathlib.Path, **options) -> None:
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, start_new_session=True,
                                            env=options.pop("env", environment()), **options)

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self, how: int = signal.SIGTERM, seconds: float = 20) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


def decide(server, value: str, kind: str = "block", scope: str | None = None, duration: str = "1h",
           **more) -> dict:
    """A decision by a person, taken at once."""
    body = {"value": value, "kind": kind, "duration": duration, "reason": "test", **more}
    if scope:
        body["scope"] = scope
    answer = server.request("POST", "/api/v1/decisions", json.dumps(body).encode(),
                            {"Content-Type": "application/json"})
    if answer.status not in (200, 201):
        raise AssertionError(f"deciding {body}: {answer}")
    return answer.json()


def lift(server, value: str, scope: str | None = None) -> None:
    body = {"value": value, **({"scope": scope} if scope else {})}
    answer = server.request("POST", "/api/v1/decisions/lift", json.dumps(body).encode(),
                            {"Content-Type": "application/json"})
    if answer.status != 200:
        raise AssertionError(f"lifting {value}: {answer}")


def enforcers(server) -> dict[str, dict]:
    return {each["name"]: each for each in server.request("GET", "/api/v1/enforcers").json()["enforcers"]}


def wait_for_enforcer(server, name: str) -> dict:
    return wait_until(f"{name} is heard of", lambda: enforcers(server).get(name))


def http(port: int, path: str = "/", headers: dict[str, str] | None = None, method: str = "GET"):
    """One request to 127.0.0.1: status and headers."""
    with contextlib.closing(http_client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def http_status(port: int, headers: dict[str, str] | None = None, path: str = "/") -> int:
    return http(port, path, headers)[0]


def lift_all(server) -> None:
    answer = server.request("POST", "/api/v1/decisions/lift", b'{"all": true}',
                            {"Content-Type": "application/json"})
    if answer.status != 200:
        raise AssertionError(f"lifting all: {answer}")
