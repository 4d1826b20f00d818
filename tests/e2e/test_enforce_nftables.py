"""tocsin enforce nftables: real packets between network namespaces."""

import pathlib
import shutil
import statistics
import tempfile
import time
import unittest

import enforcing
from tocsin import PROGRAM, Server, wait_until

CONFIG = """
respond:
  protect_private: false
  protect_machine: false
enforcement:
  take_within: 2s
"""


class InGateway(Server):
    """A server within a namespace; the test speaks to it from there."""


class Nftables(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.net = enforcing.Namespaces("n", 2)
        self.net.__enter__()
        self.addCleanup(self.net.__exit__)
        self.server = Server(self.folder, CONFIG)
        self.addCleanup(self.server.kill)
        self.server.start()
        self.key = self.server.create_key("enforcer", "firewall")
        # What attackers and customers want: a port of the gateway.
        self.listener = enforcing.Running(
            self.net.inside(self.net.gateway, "python3", "-m", "http.server", "8000", "--bind", "::"),
            self.folder / "listener.log", cwd=self.folder)
        self.addCleanup(self.listener.stop)
        wait_until("the gateway listens", lambda: self.net.reaches(0, 8000))

    def enforcer(self, *more: str) -> enforcing.Running:
        """In the gateway's namespace for packets; the server is reached through the files of its
        data directory only, so its port is bridged by a relay process."""
        running = enforcing.Running(
            self.net.inside(self.net.gateway, str(PROGRAM), "enforce", "nftables", "--url",
                            f"http://127.0.0.1:{self.relay()}", "--key", self.key, "--name", "edge",
                            *more),
            self.folder / "enforcer.log")
        self.addCleanup(running.stop)
        wait_until(f"the enforcer has begun\n{running.text()}",
                   lambda: enforcing.enforcers(self.server).get("edge"))
        wait_until("its table is there", lambda: "chain arrive" in self.ruleset())
        return running

    def relay(self) -> int:
        """A port inside the gateway that leads to the server outside of it, over a Unix socket."""
        if not hasattr(self, "relay_port"):
            socket_path = self.folder / "relay"
            code = pathlib.Path(__file__).with_name("relay.py")
            outside = enforcing.Running(
                ["python3", code, "outside", socket_path, str(self.server.port)],
                self.folder / "outside.log")
            self.addCleanup(outside.stop)
            wait_until("the relay is there", socket_path.exists)
            inside = enforcing.Running(
                self.net.inside(self.net.gateway, "python3", code, "inside", socket_path, "9000"),
                self.folder / "inside.log")
            self.addCleanup(inside.stop)
            wait_until("the relay listens", lambda: self.net.listens(9000))
            self.relay_port = 9000
        return self.relay_port

    def ruleset(self) -> str:
        return enforcing.run(*self.net.inside(self.net.gateway, "nft", "list", "ruleset")).stdout.decode()

    def cut_off(self, host: int) -> bool:
        return not self.net.reaches(host, 8000)

    def test_an_attacker_is_cut_off_and_a_customer_is_not(self):
        self.enforcer()
        decision = enforcing.decide(self.server, "10.77.0.2")
        wait_until("the attacker is cut off", lambda: self.cut_off(0), 5)
        self.assertTrue(self.net.reaches(1, 8000))
        enforcing.lift(self.server, "10.77.0.2")
        wait_until("the attacker is let in again", lambda: self.net.reaches(0, 8000), 5)

    def test_the_kernel_knows_within_milliseconds_and_receipts_say_so(self):
        self.enforcer()
        took = []
        for n in range(10):
            enforcing.decide(self.server, f"203.0.113.{n + 1}")
            began = time.monotonic()
            while f"203.0.113.{n + 1} " not in self.ruleset() and time.monotonic() - began < 5:
                pass
            took.append(time.monotonic() - began)
        print(f"decision to kernel: median {statistics.median(took) * 1000:.0f} ms", flush=True)
        row = self.server.request("GET", "/api/v1/decisions?limit=1").json()["decisions"][0]

        def applied():
            receipts = self.server.request(
                "GET", f"/api/v1/decisions/{row['id']}/receipts").json()["receipts"]
            return [each for each in receipts if each["applied"]]

        receipt = wait_until("the receipt is there", applied)[0]
        self.assertEqual(receipt["enforcer"], "edge")
        self.assertLess(receipt["after_decision_ms"], 5000)

    def test_networks_ipv6_and_overlaps(self):
        self.enforcer()
        enforcing.decide(self.server, "10.77.0.0/24")
        enforcing.decide(self.server, "10.77.0.2")
        enforcing.decide(self.server, "fd77:1::/64")
        wait_until("the network is cut off", lambda: self.cut_off(0), 5)
        self.assertFalse(self.net.reaches(1, 8000, "fd77:1::1"))
        self.assertTrue(self.net.reaches(1, 8000))
        enforcing.lift(self.server, "10.77.0.0/24")
        time.sleep(0.3)
        self.assertTrue(self.cut_off(0))
        enforcing.lift(self.server, "10.77.0.2")
        wait_until("nothing is left on it", lambda: self.net.reaches(0, 8000), 5)

    def test_an_established_connection_is_cut_too(self):
        self.enforcer()
        code = ("import socket,time\n"
                "s=socket.create_connection(('10.77.0.1',8000),2)\n"
                "print('open',flush=True)\ntime.sleep(2)\n"
                "s.settimeout(1.5)\ns.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
                "s.recv(10)\nprint('answered',flush=True)\n")
        client = enforcing.Running(self.net.inside(self.net.hosts[0], "python3", "-c", code),
                                   self.folder / "client.log")
        wait_until("the connection is open", lambda: "open" in client.text())
        enforcing.decide(self.server, "10.77.0.2")
        client.process.wait(10)
        self.assertNotIn("answered", client.text())

    def test_throttling_lets_some_through(self):
        self.enforcer()
        enforcing.decide(self.server, "10.77.0.2", kind="throttle", rate="3/1m")
        wait_until("the throttle is in the kernel", lambda: "throttle_v4_32_3_60" in self.ruleset(), 5)
        passed = sum(self.net.reaches(0, 8000, seconds=0.2) for _ in range(10))
        self.assertLessEqual(passed, 4)
        self.assertGreaterEqual(passed, 1)
        self.assertTrue(all(self.net.reaches(1, 8000) for _ in range(5)))

    def test_the_firewall_agrees_after_restarts_of_either(self):
        enforcer = self.enforcer()
        enforcing.decide(self.server, "10.77.0.2")
        wait_until("the attacker is cut off", lambda: self.cut_off(0), 5)
        enforcer.stop(9)
        self.assertTrue(self.cut_off(0))  # what was enforced stays
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertTrue(self.cut_off(0))
        enforcing.lift(self.server, "10.77.0.2")
        enforcing.decide(self.server, "10.77.1.2")
        self.enforcer()
        wait_until("it is as decided meanwhile", lambda: self.cut_off(1) and not self.cut_off(0), 10)
        self.server.stop()
        self.server.start()
        enforcing.lift(self.server, "10.77.1.2")
        wait_until("it hears of the restarted server", lambda: not self.cut_off(1), 40)

    def test_foreign_rules_stay_and_a_flush_is_repaired(self):
        inside = self.net.inside
        enforcing.run(*inside(self.net.gateway, "nft", "add table inet theirs"))
        enforcer = self.enforcer("--clean-up")
        enforcing.decide(self.server, "10.77.0.2")
        wait_until("the attacker is cut off", lambda: self.cut_off(0), 5)
        enforcing.run(*inside(self.net.gateway, "nft", "flush ruleset"))
        enforcing.run(*inside(self.net.gateway, "nft", "add table inet theirs"))
        wait_until("the table is restored", lambda: self.cut_off(0), 20)
        self.assertEqual(enforcer.stop(), 0)
        self.assertEqual(self.ruleset().strip(), "table inet theirs {\n}")
        self.assertEqual(enforcing.enforcers(self.server)["edge"]["state"], "left")

    def test_counts_of_dropped_packets_come_back(self):
        self.enforcer()
        enforcing.decide(self.server, "10.77.0.2")
        wait_until("the attacker is cut off", lambda: self.cut_off(0), 5)
        self.cut_off(0)

        def counted():
            return sum(each["packets"] for each in enforcing.enforcers(self.server)["edge"]["counts"])

        wait_until("packets are counted", counted, 40)

    def test_a_decision_that_nobody_takes_is_an_alert(self):
        enforcing.decide(self.server, "203.0.113.77")
        wait_until("there is an alert", lambda: any(
            "not taken" in each["title"] for each in self.server.alerts()), 30)


if __name__ == "__main__":
    unittest.main()
