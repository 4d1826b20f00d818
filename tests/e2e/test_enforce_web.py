"""The verdict endpoint before a real nginx (auth_request), and the file, webhook and exec enforcers."""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

import enforcing
from tocsin import PROGRAM, ROOT, Server, free_port, wait_until

CONFIG = """
respond:
  protect_private: false
  protect_machine: false
enforcement:
  silent_after: 10s
  rate_limits:
    - {name: log-in, by: [address], paths: [/login], rate: 3/1m}
"""

# `guard` is inside the server block; `extra` beside it.
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.err info;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  set_real_ip_from 127.0.0.1; real_ip_header X-Test-Client;
  upstream tocsin {{ server 127.0.0.1:{server}; keepalive 4; }}
  {extra}
  server {{
    listen 127.0.0.1:{port};
    {guard}
  }}
}}
"""

# As docs/enforcement.md shows it.
GUARD = """
    location / {{
      auth_request /_tocsin;
      auth_request_set $tocsin_status $upstream_http_x_tocsin_status;
      auth_request_set $tocsin_wait $upstream_http_retry_after;
      auth_request_set $tocsin_location $upstream_http_x_tocsin_location;
      error_page 403 = @tocsin;
      try_files /none @app;
    }}
    location @app {{ return 200 "welcome\\n"; }}
    location @tocsin {{
      add_header Retry-After $tocsin_wait always;
      if ($tocsin_status = 429) {{ return 429; }}
      if ($tocsin_status = 302) {{ return 302 $tocsin_location; }}
      return 403;
    }}
    location = /_tocsin {{
      internal;
      proxy_pass http://tocsin/api/v1/verdict/check?statuses=nginx;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Authorization "Bearer {key}";
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Tocsin-User $remote_user;
    }}
"""


def closed(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return False
    except OSError:
        return True


class Web(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
        self.folder.chmod(0o755)  # nginx's workers are nobody
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server(self.folder, CONFIG)
        self.addCleanup(self.server.kill)
        self.server.start()
        self.key = self.server.create_key("enforcer", "edge")

    def background(self, command, name: str, **options) -> enforcing.Running:
        running = enforcing.Running(command, self.folder / f"{name}.log", **options)
        self.addCleanup(running.stop)
        return running

    def nginx(self, guard: str, extra: str = "") -> int:
        program = enforcing.program("nginx", "usr/sbin/nginx")
        self.port = free_port()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, server=self.server.port, port=self.port,
                                       guard=guard, extra=extra))
        self.nginx_command = [program, "-p", str(self.folder), "-c", str(config)]
        running = self.background(self.nginx_command, "nginx")

        def listens():
            if running.process.poll() is not None:
                self.fail(running.text() + (self.folder / "nginx.err").read_text())
            try:
                return enforcing.http_status(self.port)
            except OSError:
                return False

        wait_until("nginx listens", listens)
        return self.port

    def status(self, client: str, path: str = "/") -> int:
        return enforcing.http_status(self.port, {"X-Test-Client": client}, path)

    def enforce(self, kind: str, *words: str) -> enforcing.Running:
        running = self.background([str(PROGRAM), "enforce", kind, *words, "--url", self.server.url,
                                   "--key", self.key, "--name", kind], kind)
        wait_until(f"the enforcer has begun: {running.text()}",
                   lambda: kind in enforcing.enforcers(self.server))
        return running

    def test_nginx_asks_for_verdicts(self):
        self.nginx(GUARD.format(key=self.key))
        self.assertEqual(self.status("192.0.2.1"), 200)
        enforcing.decide(self.server, "192.0.2.1")
        self.assertEqual(self.status("192.0.2.1"), 403)
        self.assertEqual(self.status("192.0.2.2"), 200)
        enforcing.decide(self.server, "192.0.2.3", kind="challenge")
        self.assertEqual(self.status("192.0.2.3"), 401)
        enforcing.decide(self.server, "192.0.2.4", kind="redirect", redirect_to="https://example.org/sorry")
        status, headers = enforcing.http(self.port, "/", {"X-Test-Client": "192.0.2.4"})
        self.assertEqual((status, headers["location"]), (302, "https://example.org/sorry"))
        enforcing.lift(self.server, "192.0.2.1")
        self.assertEqual(self.status("192.0.2.1"), 200)
        seen = wait_until("nginx is an enforcer", lambda: enforcing.enforcers(self.server).get("edge"))
        self.assertEqual(seen["kind"], "verdict")

    def test_rate_limits_answer_429_with_the_time_to_wait(self):
        self.nginx(GUARD.format(key=self.key))
        self.assertEqual([self.status("192.0.2.5", "/login?a=1") for _ in range(4)], [200, 200, 200, 429])
        _, headers = enforcing.http(self.port, "/login", {"X-Test-Client": "192.0.2.5"})
        self.assertTrue(1 <= int(headers["retry-after"]) <= 20, headers)
        self.assertEqual(self.status("192.0.2.5", "/other"), 200)
        self.assertEqual(self.status("192.0.2.6", "/login"), 200)

    def test_users_are_disabled(self):
        self.nginx(GUARD.format(key=self.key))
        alice = {"X-Test-Client": "192.0.2.7",
                 "Authorization": "Basic " + base64.b64encode(b"alice:x").decode()}
        self.assertEqual(enforcing.http_status(self.port, alice), 200)
        enforcing.decide(self.server, "alice", kind="disable", scope="user")
        self.assertEqual(enforcing.http_status(self.port, alice), 403)

    def test_a_file_blocks_in_nginx(self):
        deny = self.folder / "deny.conf"
        deny.write_text("")
        self.nginx(f"location / {{ include {deny}; try_files /none @app; }}\n"
                   'location @app { return 200 "welcome"; }')
        reload = " ".join([*self.nginx_command, "-s", "reload"])
        running = self.enforce("file", str(deny), "--format", "nginx-deny", "--reload", reload,
                               "--reload-every", "200ms", "--clean-up")
        self.assertEqual(self.status("192.0.2.1"), 200)
        enforcing.decide(self.server, "192.0.2.0/28")
        wait_until("nginx denies", lambda: self.status("192.0.2.1") == 403)
        self.assertEqual(self.status("192.0.2.16"), 200)
        enforcing.decide(self.server, "192.0.2.16", duration="2s")
        wait_until("the list ends by itself", lambda: "192.0.2.16" in deny.read_text())
        wait_until("the list ends by itself", lambda: "192.0.2.16" not in deny.read_text())
        self.assertEqual(running.stop(), 0)
        self.assertNotIn("deny", deny.read_text())

    def test_a_webhook_is_signed_and_repeated(self):
        secret = self.folder / "secret"
        secret.write_text("0123456789abcdef0123456789abcdef\n")
        heard, failures = [], [503, 503]

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = failures.pop() if failures else 204
                if status == 204 and json.loads(body)["decisions"]:
                    heard.append((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.shutdown)
        self.enforce("webhook", f"http://127.0.0.1:{receiver.server_port}/hook", "--secret-file", str(secret))
        enforcing.decide(self.server, "alice", kind="disable", scope="user")
        wait_until("the application is told", lambda: heard)
        headers, body = heard[0]
        lower = {name.lower(): value for name, value in headers.items()}
        signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(secret.read_bytes().strip(), signed, hashlib.sha256).digest())
        self.assertEqual(lower["webhook-signature"], "v1," + expected.decode())
        [decision] = json.loads(body)["decisions"]
        self.assertEqual((decision["moment"], decision["kind"], decision["value"]),
                         ("begin", "disable", "alice"))

    def application(self):
        """The receiver that docs/enforcement.md shows, and its port."""
        text = (ROOT / "docs" / "enforcement.md").read_text()
        code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
        (self.folder / "app.py").write_text(code)
        (self.folder / "secret").write_text("0123456789abcdef0123456789abcdef\n")
        port = free_port()

        def start():
            running = self.background([sys.executable, "-u", self.folder / "app.py", str(port),
                                       self.folder / "secret"], "app")
            wait_until(f"the application listens: {running.text()}", lambda: not closed(port))
            return running

        return start, port

    def test_an_application_disables_revokes_rotates_and_takes_back(self):
        start, port = self.application()
        target = f"http://127.0.0.1:{port}/hooks"
        enforcer = self.enforce("webhook", target, "--secret-file", str(self.folder / "secret"))
        enforcing.decide(self.server, "alice", kind="disable", scope="user", duration="4s")
        wait_until("it is tried while nobody listens", lambda: "again in" in enforcer.text())
        app = start()
        enforcing.decide(self.server, "s-4711", kind="disable", scope="session")
        enforcing.decide(self.server, "key-9", kind="disable", scope="api_key")
        enforcing.decide(self.server, "key-8", kind="custom", custom="rotate", scope="api_key")
        # Alice's decision may have ended before anybody listened: then there is nothing to tell.
        for line in ("begin disable session s-4711", "begin disable api_key key-9",
                     "begin rotate api_key key-8"):
            wait_until(f"{line}: {app.text()}", lambda said=line: said in app.text())
        enforcing.decide(self.server, "bob", kind="disable", scope="user", duration="3s")
        wait_until("bob is locked", lambda: "begin disable user bob" in app.text())
        wait_until("bob's lock ends by itself", lambda: "end disable user bob" in app.text())
        enforcing.lift(self.server, "key-9", "api_key")
        wait_until("key-9 is accepted again", lambda: "end disable api_key key-9" in app.text())
        enforcing.decide(self.server, "carol", kind="disable", scope="user")
        wait_until("carol is locked", lambda: "begin disable user carol" in app.text())
        self.assertEqual(enforcer.stop(), 0)
        enforcing.lift(self.server, "carol", "user")
        self.enforce("webhook", target, "--secret-file", str(self.folder / "secret"))
        wait_until("what ended during the break is taken back",
                   lambda: "end disable user carol" in app.text())
        said = [line for line in app.text().splitlines() if line.startswith(("begin", "end"))]
        self.assertEqual(len(said), len(set(said)), f"nothing is carried out twice: {said}")

    def test_the_application_refuses_what_is_forged_old_or_repeated(self):
        start, port = self.application()
        app = start()
        secret = (self.folder / "secret").read_bytes().strip()

        def call(name, at, secret, value):
            body = json.dumps({"decisions": [{"id": int(name), "moment": "begin", "kind": "disable",
                                              "scope": "user", "value": value}]}).encode()
            mac = hmac.new(secret, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
            request = urllib.request.Request(f"http://127.0.0.1:{port}/", body, {
                "webhook-id": name, "webhook-timestamp": str(at),
                "webhook-signature": "v1," + base64.b64encode(mac).decode()})
            try:
                return urllib.request.urlopen(request, timeout=10).status
            except urllib.error.HTTPError as error:
                return error.code

        now = int(time.time())
        self.assertEqual(call("1", now, b"another secret of 32 bytes......", "forged"), 401)
        self.assertEqual(call("2", now - 3600, secret, "old"), 401)
        self.assertEqual(call("3", now, secret, "good"), 204)
        self.assertEqual(call("3", now, secret, "good"), 204)
        wait_until("it is carried out", lambda: "good" in app.text())
        said = [line for line in app.text().splitlines() if line.startswith("begin")]
        self.assertEqual(said, ["begin disable user good"])

    def test_exec_runs_without_a_shell(self):
        said = self.folder / "said"
        self.enforce("exec", "--begin", f"/usr/bin/tee {said}.{{id}}", "--end", f"/usr/bin/touch {said}.end")
        enforcing.decide(self.server, "x; touch /tmp/pwned $(id)", kind="disable", scope="user")
        first = wait_until("the program ran", lambda: list(self.folder.glob("said.[0-9]*")))[0]
        wait_until("it got the decision", lambda: first.read_text().endswith("\n"))
        self.assertEqual(json.loads(first.read_text())["value"], "x; touch /tmp/pwned $(id)")
        enforcing.lift_all(self.server)
        wait_until("the end ran", lambda: pathlib.Path(f"{said}.end").exists())

    def test_an_enforcer_that_falls_silent_is_an_alert(self):
        running = self.enforce("exec", "--begin", "/bin/true")
        running.stop(9)
        wait_until("there is an alert", lambda: any(
            "silent" in each["title"] for each in self.server.alerts()), 40)
        self.assertEqual(enforcing.enforcers(self.server)["exec"]["state"], "silent")

    def test_wrong_arguments_say_so(self):
        for words, said in ((["file", "x", "--format", "ini"], "nginx-deny"),
                            (["exec", "--begin", "x {vaule}"], "{value}"),
                            (["nftables", "--table", "a;b"], "--table"),
                            (["exec"], "--begin or --end")):
            with self.subTest(words=words):
                done = enforcing.run(PROGRAM, "enforce", *words, "--url", self.server.url, "--key", "tok_x",
                                     check=False)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(said, done.stderr.decode())

    def test_a_key_without_the_scope_is_refused_at_once(self):
        key = self.server.create_key("read", "reader")
        began = time.monotonic()
        done = enforcing.run(PROGRAM, "enforce", "exec", "--begin", "/bin/true", "--url", self.server.url,
                             "--key", key, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("enforcer", done.stderr.decode())
        self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    unittest.main()
