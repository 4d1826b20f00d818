"""A Tocsin server for tests: started on free ports with a data directory of its own, spoken to over
its public doors, ended by its own process id. Standard library only.

The program is build/release/tocsin, or $TOCSIN.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("TOCSIN", ROOT / "build" / "release" / "tocsin"))
# Generous: CI has two cores and runs several of these at once.
START_SECONDS_MAX = 60
WAIT_SECONDS_MAX = 30

EXIT_DONE, EXIT_FOUND, EXIT_USAGE, EXIT_FAILURE = 0, 1, 2, 3


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return {**kept, "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what: str, check, seconds: float = WAIT_SECONDS_MAX):
    """Polls until check() is true and gives its value; AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what} (last: {value!r})")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def run_cli(*arguments: str, stdin: bytes | None = None, seconds: float = 120,
            cwd: pathlib.Path | None = None) -> subprocess.CompletedProcess:
    """Output as bytes: a command may print what is no text."""
    return subprocess.run([str(PROGRAM), *map(str, arguments)], input=stdin if stdin is not None else b"",
                          capture_output=True, timeout=seconds, env=environment(), cwd=cwd)


def json_lines(output: bytes) -> list[dict]:
    return [json.loads(line) for line in output.decode().splitlines() if line.strip()]


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"{self.status} {self.body[:500]!r}"


class Server:
    """One `tocsin serve`. start() and the kill may alternate on the same data directory."""

    def __init__(self, folder: pathlib.Path, config: str = "", port: int | None = None,
                 tls: ssl.SSLContext | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.port = port or free_port()
        self.tls = tls
        self.process: subprocess.Popen | None = None
        self.key = ""
        self.config = None
        if config:
            self.config = folder / "tocsin.yaml"
            self.config.write_text(config)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self, seconds: float = START_SECONDS_MAX) -> "Server":
        command = [str(PROGRAM), "serve", "--listen", f"127.0.0.1:{self.port}",
                   "--data", str(self.data)]
        if self.config:
            command += ["--config", str(self.config)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment(), start_new_session=True)
        wait_until("the server answers /health", self._is_up, seconds)
        if not self.key:
            self.key = self.create_key("admin")
        return self

    def _is_up(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
        try:
            return self.request("GET", "/health", key="").status == 200
        except OSError:
            return False

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self) -> str:
        return "\n".join(self.log_text().splitlines()[-25:])

    def stop(self, seconds: float = 60) -> int:
        """Asks the server to end, as a service manager does; gives its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end within {seconds} s:\n{self.log_tail()}") from None
        self.process = None
        return code

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def create_key(self, scope: str, name: str = "test") -> str:
        done = self.cli("key", "create", "--scope", scope, "--name", name, seconds=60)
        if done.returncode != 0:
            raise AssertionError(f"key create: {done.returncode} {done.stderr!r}\n{self.log_tail()}")
        return done.stdout.decode().strip().splitlines()[-1]

    # ---- the command line -----------------------------------------------------------------

    def cli(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """`tocsin WORD… --data DIR`."""
        return run_cli(*arguments, "--data", str(self.data), **options)

    def query(self, text: str, limit: int = 100_000) -> list[dict]:
        done = self.cli("query", "--json", "--limit", str(limit), text)
        if done.returncode not in (EXIT_DONE, EXIT_FOUND):
            raise AssertionError(f"query {text!r}: {done.returncode} {done.stderr.decode()}")
        return json_lines(done.stdout)

    def count(self, text: str = "*") -> int:
        """How many events match. A dataset or field that does not exist yet counts as none."""
        rows = self.query(f"{text} | stats count")
        return int(rows[0]["count"]) if rows else 0

    def wait_for_count(self, text: str, wanted: int, seconds: float = WAIT_SECONDS_MAX) -> None:
        seen = [0]

        def reached() -> bool:
            seen[0] = self.count(text)
            return seen[0] >= wanted

        try:
            wait_until(f"{wanted} events match {text!r}", reached, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; found {seen[0]}\n{self.log_tail()}") from None
        if seen[0] > wanted:
            raise AssertionError(f"{seen[0]} events match {text!r}, expected {wanted}")

    def alerts(self, *arguments: str) -> list[dict]:
        done = self.cli("alerts", "--json", *arguments)
        if done.returncode not in (EXIT_DONE, EXIT_FOUND):
            raise AssertionError(f"alerts: {done.returncode} {done.stderr.decode()}")
        return json_lines(done.stdout)

    # ---- HTTP -----------------------------------------------------------------------------

    def connect(self, seconds: float = 60) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=seconds, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def request(self, method: str, path: str, body=None, headers: dict[str, str] | None = None,
                key: str | None = None, seconds: float = 60) -> Answer:
        """`key` "" sends none; None sends the server's own. An iterable body goes chunked."""
        sent = dict(headers or {})
        key = self.key if key is None else key
        if key:
            sent["Authorization"] = f"Bearer {key}"
        with contextlib.closing(self.connect(seconds)) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, sent)  # it may answer before it read all
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def send_lines(self, lines: list[str], content_type: str = "text/plain", source: str = "") -> Answer:
        query = f"?{urllib.parse.urlencode({'source': source})}" if source else ""
        body = "".join(f"{line}\n" for line in lines).encode()
        return self.request("POST", f"/api/v1/events{query}", body, {"Content-Type": content_type})

    def raw(self, data: bytes, seconds: float = 10) -> bytes:
        """Bytes on a fresh connection, then everything that comes back until it closes."""
        with socket.create_connection(("127.0.0.1", self.port), seconds) as peer:
            peer.sendall(data)
            said = b""
            try:
                while piece := peer.recv(65536):
                    said += piece
            except (TimeoutError, ConnectionError):
                pass
            return said


class ServerTest(unittest.TestCase):
    """Base of tests that want one running server for each test."""

    CONFIG = ""

    def setUp(self):
        if not PROGRAM.exists():
            self.fail(f"{PROGRAM} is not built: ./dev build")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server(self.folder, self.config())
        self.addCleanup(self.server.kill)
        if self.starts():
            self.server.start()

    def config(self) -> str:
        return self.CONFIG

    def starts(self) -> bool:
        return True

    def restart(self) -> None:
        self.assertEqual(self.server.stop(), 0, self.server.log_tail())
        self.server.start()


class SharedServerTest(unittest.TestCase):
    """Base of tests that share one server a class: they keep to sources and fields of their own."""

    CONFIG = ""

    @classmethod
    def setUpClass(cls):
        if not PROGRAM.exists():
            raise AssertionError(f"{PROGRAM} is not built: ./dev build")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.server = Server(cls.folder, cls.CONFIG)
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()

    def tearDown(self):
        # Whatever a test sent, the server lives.
        self.assertIsNone(self.server.process.poll(), self.server.log_tail())
        self.assertEqual(self.server.request("GET", "/health", key="").status, 200)
