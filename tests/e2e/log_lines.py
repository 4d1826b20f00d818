"""Log lines as programs write them, with times near now. Written for these tests."""

from __future__ import annotations

import datetime
import json

UTC = datetime.timezone.utc


def now() -> datetime.datetime:
    return datetime.datetime.now(UTC)


def access(client: str, path: str, status: int = 200, method: str = "GET",
           at: datetime.datetime | None = None, agent: str = "Mozilla/5.0 (X11; Linux x86_64)") -> str:
    stamp = (at or now()).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{client} - - [{stamp}] "{method} {path} HTTP/1.1" {status} 512 "-" "{agent}"'


def sshd(text: str, at: datetime.datetime | None = None, host: str = "web1") -> str:
    moment = at or now()
    return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} {host} sshd[4711]: {text}"


def ssh_failure(client: str, user: str = "root", at: datetime.datetime | None = None) -> str:
    return sshd(f"Failed password for {user} from {client} port 40022 ssh2", at)


def node_login(user: str, at: datetime.datetime | None = None) -> str:
    moment = at or now()
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z - Login attempt by user: {user}"


def python_event(kind: str, details: str, at: datetime.datetime | None = None) -> str:
    moment = at or now()
    return (f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d} - Event: {kind}, "
            f"Details: {details}")


def app_json(at: datetime.datetime | None = None, **fields) -> str:
    return json.dumps({"@timestamp": (at or now()).isoformat(), **fields})
