"""Names that move to a CDN and back, at Debian's named: RFC 2136 with TSIG."""

import pathlib
import shutil
import tempfile
import time
import unittest

import dns_server
import enforcing
from tocsin import PROGRAM, Server, wait_until

CONFIG = """
respond:
  protect_private: false
  protect_machine: false
"""
NORMAL = [("A", "203.0.113.10"), ("A", "203.0.113.11"), ("AAAA", "2001:db8::10")]
MOVED = [("CNAME", "shop.cdn.example.")]
API_NORMAL = [("A", "203.0.113.20")]
API_MOVED = [("A", "198.51.100.20")]

SETTINGS = """
server: 127.0.0.1:{port}
zone: shop.test
key: {{name: {key}, algorithm: {algorithm}, secret_file: {secret}}}
timeout: 900ms
look_every: {look_every}
names:
  - name: www.shop.test
    when: cdn
    ttl: 30
    normal: [A 203.0.113.10, A 203.0.113.11, "AAAA 2001:db8::10"]
    moved: CNAME shop.cdn.example
  - {{name: api.shop.test, when: cdn, normal: A 203.0.113.20, moved: A 198.51.100.20}}
  - {{name: mail.shop.test, when: mail, normal: A 203.0.113.30, moved: CNAME mail.cdn.example}}
"""


class Dns(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-dns-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.named = dns_server.Named(self.folder / "named")
        self.addCleanup(lambda: self.named.stop())
        self.server = Server(self.folder, CONFIG)
        self.addCleanup(self.server.kill)
        self.server.start()
        self.key = self.server.create_key("enforcer", "dns")
        self.enforcer = None

    def settings(self, secret=dns_server.SECRET, key="tocsin", look_every="1s", port=None,
                 algorithm="hmac-sha256"):
        path = self.folder / "dns.yaml"
        (self.folder / "secret").write_text(secret + "\n")
        path.write_text(SETTINGS.format(port=port or self.named.port, key=key, secret=self.folder / "secret",
                                        look_every=look_every, algorithm=algorithm))
        return path

    def start(self, *more, **settings):
        path = self.settings(**settings)
        self.enforcer = enforcing.Running(
            [PROGRAM, "enforce", "dns", path, "--url", self.server.url, "--key", self.key, "--name", "dns",
             *more], self.folder / "enforcer.log")
        self.addCleanup(self.enforcer.stop)
        enforcing.wait_for_enforcer(self.server, "dns")

    def move(self, value="203.0.113.200", **more):
        return enforcing.decide(self.server, value, "redirect", redirect_to=more.pop("to", "cdn"), **more)

    def wait_for(self, name, records):
        wait_until(f"{name} is {records}; {self.enforcer.text()[-1500:]}",
                   lambda: self.named.records(name) == records)

    def receipt(self, decision):
        answer = self.server.request("GET", f"/api/v1/decisions/{decision}/receipts").json()
        return next((each for each in answer["receipts"] if each["enforcer"] == "dns"), {})

    def identity(self, decided):
        return decided.get("id") or decided["decision"]["id"]

    def test_names_move_with_the_first_decision_and_back_with_the_end_of_the_last(self):
        self.start()
        first = self.identity(self.move())
        self.wait_for("www", MOVED)
        self.wait_for("api", API_MOVED)
        self.assertEqual(self.named.records("mail"), [("A", "203.0.113.30")], "another word")
        wait_until("the receipt", lambda: self.receipt(first).get("applied"))
        self.move("203.0.113.201", duration="3s")
        self.move("203.0.113.202", to="https://elsewhere.example/")
        enforcing.lift(self.server, "203.0.113.200")
        time.sleep(0.5)
        self.assertEqual(self.named.records("www"), MOVED, "one decision still stands")
        self.wait_for("www", NORMAL)
        self.wait_for("api", API_NORMAL)

    def test_what_somebody_else_changed_is_never_overwritten_and_told(self):
        self.start()
        self.named.change("api", "A", "192.0.2.99")
        decision = self.identity(self.move())
        self.wait_for("www", MOVED)
        failed = wait_until("a receipt that names it", lambda: self.receipt(decision).get("failed"))
        self.assertIn("A 192.0.2.99", failed)
        self.assertIn("somebody else changed it", failed)
        enforcing.lift_all(self.server)
        self.wait_for("www", NORMAL)
        self.assertEqual(self.named.records("api"), [("A", "192.0.2.99")])
        self.named.change("api", "A", "203.0.113.20")
        wait_until("the end of the fault", lambda: "as it should be again" in self.enforcer.text())

    def test_a_change_while_moved_is_told_and_stays(self):
        self.start()
        decision = self.identity(self.move())
        self.wait_for("api", API_MOVED)
        self.named.change("api", "A", "192.0.2.98")
        failed = wait_until("a receipt that names it", lambda: self.receipt(decision).get("failed"))
        self.assertIn("192.0.2.98", failed)
        enforcing.lift_all(self.server)
        self.wait_for("www", NORMAL)
        self.assertEqual(self.named.records("api"), [("A", "192.0.2.98")])

    def test_a_name_with_other_records_is_not_lost_to_a_cname(self):
        self.start()
        decision = self.identity(self.move(to="mail"))
        failed = wait_until("a receipt that names it", lambda: self.receipt(decision).get("failed"))
        self.assertIn("other types", failed)
        self.assertEqual(self.named.records("mail"), [("A", "203.0.113.30")])

    def test_a_wrong_key_is_refused_and_told(self):
        wrong = "d3JvbmcgYnV0IGxvbmcgZW5vdWdoIHNlY3JldCE="
        for settings, said in (({"secret": wrong}, "BADSIG"), ({"key": "unknown"}, "BADKEY")):
            with self.subTest(said=said):
                self.start(**settings)
                decision = self.identity(self.move())
                failed = wait_until("a receipt that names it", lambda: self.receipt(decision).get("failed"))
                self.assertIn(said, failed)
                self.assertEqual(self.named.records("www"), NORMAL)
                self.assertNotIn(wrong, self.enforcer.text())
                self.enforcer.stop()
                enforcing.lift_all(self.server)

    def test_restarts_of_all_three_change_nothing_that_stands(self):
        self.start()
        self.move()
        self.wait_for("www", MOVED)
        self.enforcer.stop()
        self.assertEqual(self.named.records("www"), MOVED)
        self.named.stop()
        self.named.start()
        self.start()
        self.assertEqual(self.named.records("www"), MOVED)
        self.named.stop()
        enforcing.lift_all(self.server)
        wait_until("the fault is said", lambda: "DNS server" in self.enforcer.text())
        wait_until("it is heard of all the while",
                   lambda: enforcing.enforcers(self.server)["dns"]["state"] != "silent")
        self.named.start()
        self.wait_for("www", NORMAL)
        self.enforcer.stop()
        self.move()
        self.start()
        self.wait_for("www", MOVED)
        self.enforcer.stop()
        enforcing.lift_all(self.server)
        self.start()
        self.wait_for("www", NORMAL)

    def test_cleaning_up_moves_back_at_the_end_or_at_once(self):
        self.start("--clean-up")
        self.move()
        self.wait_for("www", MOVED)
        self.assertEqual(self.enforcer.stop(), 0)
        self.assertEqual(self.named.records("www"), NORMAL)
        self.start()
        self.wait_for("www", MOVED)
        self.enforcer.stop()
        enforcing.run(PROGRAM, "enforce", "dns", self.settings(), "--remove")
        self.assertEqual(self.named.records("www"), NORMAL)
        self.assertEqual(self.named.records("api"), API_NORMAL)

    def test_mistakes_are_refused_with_their_lines(self):
        (self.folder / "short").write_text("c2hvcnQ=\n")
        path = self.folder / "bad.yaml"
        path.write_text("server: dns.example\nzone: shop.test\n"
                        f"key: {{name: k, algorithm: hmac-md5, secret_file: {self.folder}/short}}\n"
                        "names:\n  - {name: www.other.test, when: cdn, normal: A 203.0.113.10, moved: MX x}\n"
                        "  - {name: shop.test, when: cdn, normal: A 203.0.113.10, moved: CNAME x.example}\n")
        done = enforcing.run(PROGRAM, "enforce", "dns", path, "--url", self.server.url, "--key", self.key,
                             check=False)
        self.assertNotEqual(done.returncode, 0)
        said = done.stderr.decode()
        for line, text in ((1, "must be an address"), (3, "hmac-sha256"), (3, "16 bytes"),
                           (5, "not in the zone"), (5, "is no record"), (6, "cannot be a CNAME")):
            self.assertTrue(any(f"bad.yaml:{line}" in each and text in each for each in said.splitlines()),
                            f"line {line}: {text}: {said}")


class Sha512(unittest.TestCase):
    def test_hmac_sha512_with_the_right_to_one_name_suffices(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-dns-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        named = dns_server.Named(
            folder / "named", algorithm="hmac-sha512",
            updates="update-policy { grant tocsin name api.shop.test. A AAAA CNAME; }")
        self.addCleanup(named.stop)
        (folder / "secret").write_text(dns_server.SECRET)
        path = folder / "dns.yaml"
        path.write_text(SETTINGS.format(port=named.port, key="tocsin", secret=folder / "secret",
                                        look_every="1s", algorithm="hmac-sha512")
                        .replace("normal: A 203.0.113.20, moved: A 198.51.100.20",
                                 "normal: A 198.51.100.20, moved: A 203.0.113.20"))
        enforcing.run(PROGRAM, "enforce", "dns", path, "--remove")
        self.assertEqual(named.records("api"), API_MOVED)


if __name__ == "__main__":
    unittest.main()
