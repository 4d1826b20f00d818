"""Threat lists: from a file and from a TAXII server, matched in the stream, looked for in the past."""

import http.server
import json
import threading
import unittest

import log_lines
from tocsin import EXIT_DONE, EXIT_FOUND, ServerTest, wait_until


class Taxii(http.server.ThreadingHTTPServer):
    """One collection on one page."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TaxiiHandler)
        self.addresses: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api1/collections/1/"


class TaxiiHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        objects = [{"type": "indicator", "spec_version": "2.1", "id": f"indicator--{address}",
                    "pattern_type": "stix", "pattern": f"[ipv4-addr:value = '{address}']",
                    "confidence": 80, "name": "Botnet"} for address in self.server.addresses]
        body = json.dumps({"more": False, "objects": objects}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/taxii+json;version=2.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class ThreatLists(ServerTest):
    def config(self) -> str:
        self.taxii = Taxii()
        self.addCleanup(self.taxii.server_close)
        self.addCleanup(self.taxii.shutdown)
        list_file = self.folder / "own.txt"
        list_file.write_text("203.0.113.10\nevil.example\n")
        return (f"enrich:\n  threat_lists:\n"
                f"    - {{name: own, file: {list_file}}}\n"
                f"    - {{name: sharing, taxii: '{self.taxii.url}'}}\n")

    def listed(self, value: str) -> list[dict]:
        answer = self.server.request("GET", f"/api/v1/threat-lists/lookup?value={value}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["found"]

    def send_from(self, client: str) -> None:
        line = log_lines.access(client, "/index.html")
        self.assertEqual(self.server.send_lines([line], source="web").status, 200)

    def test_a_listed_address_is_named_in_the_event(self):
        self.send_from("203.0.113.10")
        self.server.wait_for_count("threat.feed.name:own and threat.indicator.ip:203.0.113.10", 1)
        self.assertEqual(self.listed("www.evil.example")[0]["indicator"], "evil.example")

    def test_an_address_that_is_listed_later_is_found_in_the_past(self):
        self.send_from("203.0.113.77")
        self.server.wait_for_count("source.ip:203.0.113.77", 1)
        self.taxii.addresses.append("203.0.113.77")
        done = self.server.cli("threats", "refresh", "sharing")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        alert = wait_until("the alert about the past", lambda: next(
            (a for a in self.server.alerts() if "203.0.113.77 is now on list sharing" in a["sentence"]), None))
        self.assertIn("it was here once", alert["sentence"])
        self.assertEqual(len(alert["samples"]), 1)
        self.send_from("203.0.113.77")
        self.server.wait_for_count("threat.indicator.ip:203.0.113.77", 1)

    def test_check_and_import(self):
        done = self.server.cli("threats", "check", "203.0.113.10")
        self.assertEqual(done.returncode, EXIT_FOUND, done.stderr)
        self.assertIn(b"is on own", done.stdout)
        self.assertEqual(self.server.cli("threats", "check", "203.0.113.11").returncode, EXIT_DONE)
        bundle = self.folder / "bad.json"
        bundle.write_text(json.dumps({"type": "bundle", "objects": [
            {"type": "indicator", "id": "indicator--1", "pattern_type": "stix",
             "pattern": "[domain-name:value = 'bad.example']"}]}))
        dry = self.server.cli("threats", "import", str(bundle), "--dry-run")
        self.assertEqual(dry.returncode, EXIT_DONE, dry.stderr)
        self.assertIn(b"stix: 1 entries", dry.stdout)
        self.assertEqual(self.listed("bad.example"), [])
        done = self.server.cli("threats", "import", str(bundle), "--name", "mine")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        self.assertEqual(self.listed("bad.example")[0]["list"], "mine")
        names = self.server.cli("threats", "list", "--json").stdout.decode()
        for name in ("own", "sharing", "mine"):
            self.assertIn(f'"name":"{name}"', names)


if __name__ == "__main__":
    unittest.main()
