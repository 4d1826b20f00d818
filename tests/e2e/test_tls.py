"""HTTPS by configuration."""

import socket
import ssl
import subprocess
import unittest

import log_lines
from tocsin import Server, ServerTest, run_cli


class Tls(ServerTest):
    def starts(self):
        return False

    def setUp(self):
        super().setUp()
        self.certificate, private_key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", private_key,
                        "-out", self.certificate], check=True, capture_output=True)
        context = ssl.create_default_context(cafile=str(self.certificate))
        self.server = Server(self.folder, f"tls: {{certificate: {self.certificate}, "
                             f"private_key: {private_key}}}\n", tls=context)
        self.addCleanup(self.server.kill)
        self.server.start()

    def test_events_go_in_and_come_out(self):
        answer = self.server.send_lines([log_lines.access("198.51.100.200", "/tls")])
        self.assertEqual(answer.status, 200, answer)
        done = None
        for _ in range(100):
            done = run_cli("query", "--json", "--url", self.server.url, "--key", self.server.key, "--ca",
                           self.certificate, "source.ip:198.51.100.200")
            if done.stdout.strip():
                break
        self.assertIn(b"/tls", done.stdout, done.stderr)

    def test_plain_http_and_old_tls_get_nothing(self):
        with self.assertRaises((OSError, AssertionError)):
            said = self.server.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"200", said)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as peer:
            with self.assertRaises((ssl.SSLError, OSError)):
                old.wrap_socket(peer)
        self.assertEqual(self.server.request("GET", "/health", key="").status, 200)

    def test_a_missing_certificate_is_named(self):
        config = self.folder / "broken.yaml"
        config.write_text("tls: {certificate: /nowhere/cert.pem, private_key: /nowhere/key.pem}\n")
        done = run_cli("serve", "--config", config, "--listen", "127.0.0.1:0", "--data",
                       self.folder / "other")
        self.assertIn(done.returncode, (2, 3), done.stderr)
        self.assertIn(b"/nowhere/cert.pem", done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
