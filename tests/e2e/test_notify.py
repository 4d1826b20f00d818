"""Alerts for people: from a log line to a message on real servers and receivers, and what is expected
and opens no alert."""

import base64
import email
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

import log_lines
from tocsin import EXIT_DONE, ServerTest, environment, free_port, wait_until

DEBIAN_PYTHON = "/usr/bin/python3"
HERE = pathlib.Path(__file__).resolve().parent


class Receiver:
    """Keeps what is POSTed to it."""

    def __init__(self, port=0):
        kept = self.kept = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kept.append((self.path, dict(self.headers), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def at(self, path):
        return [(headers, json.loads(body)) for where, headers, body in list(self.kept) if where == path]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class SyslogPort:
    """Takes syslog over TCP, octet counted, maybe within TLS; keeps the messages."""

    def __init__(self, certificate=None, key=None):
        self.messages = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            try:
                if self.context:
                    peer = self.context.wrap_socket(peer, server_side=True)
                self.read(peer)
            except OSError:
                pass
            finally:
                peer.close()

    def read(self, peer):
        data = b""
        while chunk := peer.recv(65_536):
            data += chunk
        while data:
            size, data = data.split(b" ", 1)
            self.messages.append(data[:int(size)].decode())
            data = data[int(size):]


class NotifyTest(ServerTest):
    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        super().setUp()

    def send_brute_force(self, client, user="root", count=30):
        lines = [log_lines.ssh_failure(client, user) for _ in range(count)]
        self.assertEqual(self.server.send_lines(lines, source="auth").status, 200)

    def alert_about(self, value):
        return wait_until(f"an alert about {value}", lambda: next(
            (alert for alert in self.server.alerts() if value in json.dumps(alert["key"])), None))

    def messages(self, *arguments):
        done = self.server.cli("channel", "messages", "--json", *arguments)
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        return [json.loads(line) for line in done.stdout.decode().splitlines() if line.strip()]

    def close_all(self):
        answer = self.server.request(
            "POST", "/api/v1/alerts/bulk",
            body=json.dumps({"filter": {"state": ["new"]},
                             "change": {"state": "closed", "verdict": "benign"}}))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["changed"]


class Webhooks(NotifyTest):
    def config(self):
        os.environ["NOTIFY_TEST_KEY"] = "signing-secret"
        self.addCleanup(os.environ.pop, "NOTIFY_TEST_KEY", None)
        url = f"http://127.0.0.1:{self.receiver.port}"
        return f"""
notify:
  channels:
    - {{name: hook, type: webhook, url: "{url}/hook", signing_key: "env:NOTIFY_TEST_KEY",
       messages_per_minute_max: 600}}
    - {{name: nowhere, type: webhook, url: "http://127.0.0.1:{free_port()}/", messages_per_minute_max: 600}}
  routes:
    - {{name: all, to: [hook, nowhere]}}
"""

    def test_one_signed_message_an_alert_and_change_though_another_channel_is_dead(self):
        self.send_brute_force("203.0.113.90")
        alert = self.alert_about("203.0.113.90")
        opened = wait_until("the webhook", lambda: [
            (headers, body) for headers, body in self.receiver.at("/hook")
            if body["notice"]["alert"]["id"] == alert["id"]])
        headers, body = opened[0]
        self.assertEqual(body["notice"]["kind"], "opened")
        raw = next(raw for path, sent, raw in self.receiver.kept if sent == headers)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
        mac = hmac.new(b"signing-secret", signed, hashlib.sha256).digest()
        self.assertEqual(headers["webhook-signature"], "v1," + base64.b64encode(mac).decode())
        alerts = len(self.server.alerts())
        self.assertEqual(self.close_all(), alerts)
        wait_until("an end for each beginning",
                   lambda: len([1 for _, b in self.receiver.at("/hook")
                                if b["notice"]["kind"] == "closed"]) == alerts)
        kinds = [(b["notice"]["alert"]["id"], b["notice"]["kind"])
                 for _, b in self.receiver.at("/hook")]
        self.assertEqual(len(kinds), len(set(kinds)), "nothing twice")
        waiting = self.messages("--channel", "nowhere", "--state", "waiting")
        self.assertEqual(len(waiting), 2 * alerts, "what cannot be sent waits")

    def test_what_waits_is_sent_after_a_kill(self):
        self.receiver.stop()
        self.send_brute_force("203.0.113.91")
        alert = self.alert_about("203.0.113.91")
        wait_until("an attempt", lambda: [m for m in self.messages("--channel", "hook")
                                          if m["attempts"] > 0])
        self.server.kill()
        again = Receiver(self.receiver.port)
        self.addCleanup(again.stop)
        self.server.start()
        wait_until("the message", lambda: [b for _, b in again.at("/hook")
                                           if b["notice"]["alert"]["id"] == alert["id"]])

    def test_channels_by_command_line(self):
        done = self.server.cli("channel", "test", "hook")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        self.assertEqual(self.receiver.at("/hook")[0][1]["notice"]["kind"], "test")
        self.assertNotEqual(self.server.cli("channel", "test", "nowhere").returncode, EXIT_DONE)
        team = {"type": "slack", "url": f"http://127.0.0.1:{self.receiver.port}/services/TOPSECRET"}
        done = self.server.cli("channel", "set", "team", stdin=json.dumps(team).encode())
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        self.assertEqual(self.server.cli("channel", "test", "team").returncode, EXIT_DONE)
        self.assertEqual(len(self.receiver.at("/services/TOPSECRET")), 1)
        shown = self.server.cli("channel", "list", "--json").stdout + self.server.cli("channel", "list").stdout
        self.assertIn(b"team", shown)
        self.assertNotIn(b"TOPSECRET", shown)
        self.assertNotIn("TOPSECRET", self.server.log_text())
        self.restart()
        self.assertEqual(self.server.cli("channel", "test", "team").returncode, EXIT_DONE)
        self.assertEqual(self.server.cli("channel", "remove", "team").returncode, EXIT_DONE)
        refused = self.server.cli("channel", "set", "bad", stdin=b'{"type":"slack",\n"url":"x"}')
        self.assertIn(b"channel:2:", refused.stderr)


class Mistakes(ServerTest):
    def starts(self):
        return False

    def test_a_server_with_a_mistake_in_notify_does_not_start_and_says_where(self):
        config = self.folder / "tocsin.yaml"
        config.write_text("notify:\n  channels:\n    - {name: a, type: ntfy, topic: t}\n"
                          "  routes:\n    - {to: b}\n    - {to: a, schedule: never}\n")
        done = self.server.cli("serve", "--config", str(config), "--listen",
                               f"127.0.0.1:{free_port()}", seconds=60)
        self.assertNotEqual(done.returncode, EXIT_DONE)
        self.assertIn(b"tocsin.yaml:5: there is no channel \"b\"", done.stderr)
        self.assertIn(b"tocsin.yaml:6: schedule: ", done.stderr)


class Exceptions(NotifyTest):
    def config(self):
        return ""

    def test_what_is_expected_opens_no_alert_and_stays_visible(self):
        self.send_brute_force("203.0.113.92")
        alert = self.alert_about("203.0.113.92")
        preview = self.server.cli("exception", "preview", "--json", "--alert", alert["id"])
        self.assertEqual(preview.returncode, EXIT_DONE, preview.stderr)
        self.assertGreaterEqual(json.loads(preview.stdout)["silenced_alerts"], 1)
        ids = set()
        for rule in {a["rule_id"] for a in self.server.alerts()}:
            done = self.server.cli("exception", "add", "--json", "--rule", rule, "--where",
                                   "source.ip=203.0.113.0/24", "--where", "user.name=ro*",
                                   "--reason", "our scanner", "--owner", "ann", "--expires", "7d")
            self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
            ids.add(json.loads(done.stdout)["id"])
        self.close_all()
        self.send_brute_force("203.0.113.93")
        self.send_brute_force("198.51.100.93")
        self.alert_about("198.51.100.93")
        wait_until("what was silenced is shown", lambda: any(
            "203.0.113.93" in json.dumps(
                self.server.request("GET", f"/api/v1/exceptions/{e['id']}").json()["silenced"])
            for e in self.server.request("GET", "/api/v1/exceptions").json()["exceptions"]
            if e["findings"] > 0))
        self.assertFalse([a for a in self.server.alerts("--state", "all")
                          if "203.0.113.93" in json.dumps(a["key"])])
        for identity in ids:
            self.assertEqual(self.server.cli("exception", "end", identity).returncode, EXIT_DONE)
        self.send_brute_force("203.0.113.94")
        self.alert_about("203.0.113.94")

    def test_another_user_from_the_same_network_is_not_silenced(self):
        self.send_brute_force("203.0.113.95")
        rules = {a["rule_id"] for a in [self.alert_about("203.0.113.95")]}
        for rule in rules:
            self.assertEqual(self.server.cli("exception", "add", "--rule", rule, "--where",
                                             "user.name=scanner", "--reason", "r").returncode, EXIT_DONE)
        self.send_brute_force("203.0.113.96", user="admin")
        self.alert_about("203.0.113.96")


class RealServers(NotifyTest):
    """Debian's Alertmanager, Debian's aiosmtpd with STARTTLS and log-in, and a syslog port."""

    def start_mail(self):
        has = subprocess.run([DEBIAN_PYTHON, "-c", "import aiosmtpd"], capture_output=True)
        if has.returncode != 0:
            self.skipTest("skipped: no python3-aiosmtpd (./dev setup)")
        key = self.secrets / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key,
                        "-out", self.certificate], check=True, capture_output=True)
        self.mail_log = self.secrets / "mail.log"
        with open(self.mail_log, "wb") as log:
            process = subprocess.Popen(
                [DEBIAN_PYTHON, str(HERE / "smtp_receiver.py"), str(self.mail_port), str(self.certificate),
                 str(key)], stdout=log, stderr=log, env=environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until("the mail server", lambda: "ready" in self.mail_log.read_text())

    def mails(self):
        return [json.loads(line) for line in self.mail_log.read_text().splitlines()
                if line.startswith("{")]

    def start_alertmanager(self):
        program = shutil.which("prometheus-alertmanager")
        if program is None:
            self.skipTest("skipped: no prometheus-alertmanager (./dev setup)")
        config = self.secrets / "am.yml"
        config.write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
        process = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.path={self.secrets / 'am'}",
             f"--web.listen-address=127.0.0.1:{self.am_port}", "--cluster.listen-address="],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until("Alertmanager", lambda: self.alertmanager() is not None)

    def alertmanager(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.am_port, timeout=10)
        try:
            connection.request("GET", "/api/v2/alerts")
            response = connection.getresponse()
            body = response.read()
            return json.loads(body) if response.status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()

    def config(self):
        self.secrets = self.folder / "secrets"
        self.secrets.mkdir()
        self.certificate = self.secrets / "cert.pem"
        (self.secrets / "password").write_text("mail-secret\n")
        self.mail_port, self.am_port = free_port(), free_port()
        self.syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.syslog.close)
        self.syslog.bind(("127.0.0.1", 0))
        self.syslog.settimeout(30)
        self.start_mail()
        self.start_alertmanager()
        self.tcp = SyslogPort()
        self.tls = SyslogPort(self.certificate, self.secrets / "key.pem")
        self.addCleanup(self.tcp.socket.close)
        self.addCleanup(self.tls.socket.close)
        return f"""
notify:
  link: https://tocsin.example.com
  channels:
    - name: mail
      type: smtp
      host: localhost
      port: {self.mail_port}
      user: tocsin
      password: "file:{self.secrets / 'password'}"
      from: Tocsin <tocsin@example.com>
      to: [ann@example.com, Bob <bob@example.com>]
      ca_file: {self.certificate}
      messages_per_minute_max: 600
    - {{name: am, type: alertmanager, url: "http://127.0.0.1:{self.am_port}", messages_per_minute_max: 600}}
    - {{name: log, type: syslog, address: "127.0.0.1:{self.syslog.getsockname()[1]}",
       messages_per_minute_max: 600}}
    - {{name: log-tcp, type: syslog, transport: tcp, address: "127.0.0.1:{self.tcp.port}",
       messages_per_minute_max: 600}}
    - {{name: log-tls, type: syslog, transport: tls, address: "localhost:{self.tls.port}",
       ca_file: "{self.certificate}", facility: local3, messages_per_minute_max: 600}}
  routes:
    - {{name: all, to: [mail, am, log, log-tcp, log-tls]}}
"""

    def test_mail_alertmanager_and_syslog_hear_of_the_beginning_and_the_end(self):
        self.send_brute_force("203.0.113.97")
        alert = self.alert_about("203.0.113.97")
        mail = wait_until("a mail", lambda: [m for m in self.mails() if alert["id"] in self.text_of(m)])[0]
        self.assertTrue(mail["tls"], "STARTTLS was used")
        self.assertTrue(mail["authenticated"])
        self.assertEqual(mail["to"], ["ann@example.com", "bob@example.com"])
        parsed = email.message_from_string(mail["data"])
        self.assertIn("203.0.113.97", self.text_of(mail))
        self.assertEqual(parsed["Auto-Submitted"], "auto-generated")
        firing = wait_until("an alert in Alertmanager", lambda: [
            a for a in self.alertmanager() if a["labels"].get("alert_id") == alert["id"]])[0]
        self.assertEqual(firing["labels"]["source_ip"], "203.0.113.97")
        self.assertEqual(firing["status"]["state"], "active")
        line = self.syslog.recv(65_536).decode()
        self.assertRegex(line, r"^<\d+>1 \d{4}-\d\d-\d\dT[0-9:.]+Z - tocsin - opened \[tocsin message=")
        for port, priority in ((self.tcp, "<3"), (self.tls, "<15")):
            said = wait_until("syslog over TCP and TLS", lambda: [
                m for m in port.messages if f'alert="{alert["id"]}"' in m])[0]
            self.assertTrue(said.startswith(priority), said)
        self.close_all()
        wait_until("its end in Alertmanager", lambda: not [
            a for a in self.alertmanager() if a["labels"].get("alert_id") == alert["id"]])
        wait_until("the mail of its end", lambda: [
            m for m in self.mails() if alert["id"] in self.text_of(m) and "Closed" in self.text_of(m)])

    def text_of(self, mail):
        parsed = email.message_from_string(mail["data"])
        return parsed.get_payload(decode=True).decode()

    def test_a_wrong_password_is_a_dead_letter_and_can_be_tried_again(self):
        (self.secrets / "password").write_text("wrong\n")
        self.restart()
        self.send_brute_force("203.0.113.98")
        dead = wait_until("a dead letter", lambda: self.messages("--channel", "mail", "--state", "dead"))
        self.assertNotIn("wrong", json.dumps(dead))
        (self.secrets / "password").write_text("mail-secret\n")
        self.restart()
        done = self.server.cli("channel", "retry", "--channel", "mail")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        wait_until("the mail", lambda: [m for m in self.mails() if "203.0.113.98" in self.text_of(m)])


if __name__ == "__main__":
    unittest.main()
