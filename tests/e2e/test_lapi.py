"""CrowdSec's wire with its own clients: Debian's firewall bouncer and custom bouncer, cscli, and the
Express bouncer from npm."""

import gzip
import json
import pathlib
import shutil
import stat
import tempfile
import time
import unittest

import enforcing
from tocsin import Server, SharedServerTest, free_port, wait_until

CONFIG = """
respond:
  protect_private: false
  protect_machine: false
"""


class Wire(SharedServerTest):
    """The bytes that clients compare."""

    CONFIG = CONFIG

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bouncer = cls.server.create_key("enforcer", "bouncer")
        cls.agent = cls.server.create_key("watcher", "agent")

    def ask(self, path, method="GET", key=None, body=None, **headers):
        return self.server.request(method, path, body, {"X-Api-Key": key or self.bouncer, **headers}, key="")

    def test_wrong_keys_are_403_and_head_checks_a_key(self):
        for method in ("GET", "HEAD"):
            self.assertEqual(self.ask("/v1/decisions", method, key="tok_wrong").status, 403)
            self.assertEqual(self.ask("/v1/decisions", method).status, 200)
            self.assertEqual(self.ask("/v1/decisions/stream", method).status, 200)
        self.assertEqual(self.ask("/v1/decisions", key="nonsense").body, b'{"message":"access forbidden"}')

    def test_none_is_null_and_one_is_a_list(self):
        self.assertEqual(self.ask("/v1/decisions?ip=192.0.2.200").body, b"null")
        enforcing.decide(self.server, "192.0.2.1", duration="4h")
        [decision] = self.ask("/v1/decisions?ip=192.0.2.1").json()
        self.assertEqual((decision["type"], decision["scope"], decision["value"]), ("ban", "Ip", "192.0.2.1"))
        self.assertRegex(decision["duration"], r"^(4h0m0s|3h59m\d+s)$")
        for member in ("id", "uuid", "origin", "scenario"):
            self.assertIn(member, decision)

    def test_the_stream_gives_all_then_changes_and_packs_them(self):
        enforcing.decide(self.server, "192.0.2.2")
        plain = self.ask("/v1/decisions/stream?startup=true")
        packed = self.ask("/v1/decisions/stream?startup=true", **{"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(json.loads(gzip.decompress(packed.body)).keys(), plain.json().keys())
        self.assertIn("192.0.2.2", [each["value"] for each in plain.json()["new"]])
        enforcing.decide(self.server, "192.0.2.3")
        self.assertEqual([each["value"] for each in self.ask("/v1/decisions/stream?startup=false").json()["new"]],
                         ["192.0.2.3"])
        self.assertEqual(self.ask("/v1/decisions/stream").json(), {"new": [], "deleted": []})
        enforcing.lift(self.server, "192.0.2.3")
        change = self.ask("/v1/decisions/stream").json()
        self.assertEqual([each["value"] for each in change["deleted"]], ["192.0.2.3"])
        self.assertTrue(change["deleted"][0]["duration"].startswith("-"))

    def test_a_decision_that_ends_is_deleted_to_the_second(self):
        self.ask("/v1/decisions/stream?startup=true")
        enforcing.decide(self.server, "192.0.2.4", duration="2s")
        self.ask("/v1/decisions/stream")
        began = time.monotonic()
        wait_until("it is told to have ended", lambda: "192.0.2.4" in [
            each["value"] for each in self.ask("/v1/decisions/stream").json()["deleted"]], 10)
        self.assertLess(time.monotonic() - began, 5)

    def test_usage_metrics_are_201_also_packed(self):
        body = json.dumps({"remediation_components": [{
            "type": "b", "version": "1", "utc_startup_timestamp": 1, "metrics": [{
                "meta": {"window_size_seconds": 1, "utc_now_timestamp": 2},
                "items": [{"name": "dropped", "value": 4, "unit": "packet", "labels": {"origin": "tocsin"}}]}]}],
            "log_processors": None}).encode()
        self.assertEqual(self.ask("/v1/usage-metrics", "POST", body=body).status, 201)
        self.assertEqual(self.ask("/v1/usage-metrics", "POST", body=gzip.compress(body),
                                  **{"Content-Encoding": "gzip"}).status, 201)
        self.assertEqual(self.ask("/v1/usage-metrics", "POST", body=b"{").status, 400)


class Bouncers(unittest.TestCase):
    """The real programs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = Server(self.folder, CONFIG)
        self.addCleanup(self.server.kill)

    def start(self) -> None:
        self.server.start()
        self.bouncer = self.server.create_key("enforcer", "bouncer")

    def background(self, command, name: str, **options) -> enforcing.Running:
        running = enforcing.Running(command, self.folder / f"{name}.log", **options)
        self.addCleanup(running.stop)
        return running

    def test_custom_bouncer_hears_of_begin_and_end(self):
        program = enforcing.program("crowdsec-custom-bouncer", "usr/bin/crowdsec-custom-bouncer")
        self.start()
        said = self.folder / "said"
        script = self.folder / "act.sh"
        script.write_text(f"#!/bin/sh\necho \"$1 $2 $3\" >> {said}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        config = self.folder / "custom.yaml"
        config.write_text(f"""
bin_path: {script}
piddir: {self.folder}/
update_frequency: 1s
cache_retention_duration: 1s
daemonize: false
log_mode: stdout
log_level: info
api_url: {self.server.url}/
api_key: {self.bouncer}
prometheus: {{enabled: false, listen_addr: 127.0.0.1, listen_port: {free_port()}}}
""")
        enforcing.decide(self.server, "192.0.2.10")
        bouncer = self.background([program, "-c", config], "bouncer")
        text = lambda: said.read_text() if said.exists() else ""  # noqa: E731
        wait_until("it hears what stands", lambda: "add 192.0.2.10" in text() or
                   self.fail(bouncer.text()) if bouncer.process.poll() is not None else
                   "add 192.0.2.10" in text(), 30)
        enforcing.decide(self.server, "192.0.2.11")
        wait_until("it hears what begins", lambda: "add 192.0.2.11" in text())
        enforcing.lift(self.server, "192.0.2.11")
        wait_until("it hears what ends", lambda: "del 192.0.2.11" in text())
        seen = enforcing.enforcers(self.server)["bouncer"]
        self.assertIn("crowdsec", seen["kind"])
        self.assertGreater(seen["given_through"], 0)

    def test_firewall_bouncer_blocks_packets(self):
        program = enforcing.program("crowdsec-firewall-bouncer", "usr/bin/crowdsec-firewall-bouncer")
        with enforcing.Namespaces("b", 2) as net:
            self.start()
            relay = pathlib.Path(__file__).with_name("relay.py")
            path = self.folder / "relay"
            self.background(["python3", relay, "outside", path, str(self.server.port)], "outside")
            wait_until("the relay is there", path.exists)
            self.background(net.inside(net.gateway, "python3", relay, "inside", path, "9000"), "inside")
            self.background(net.inside(net.gateway, "python3", "-m", "http.server", "8000"), "listener",
                            cwd=self.folder)
            wait_until("the relay listens", lambda: net.listens(9000))
            config = self.folder / "firewall.yaml"
            config.write_text(f"""
mode: nftables
pid_dir: {self.folder}/
update_frequency: 1s
daemonize: false
log_mode: stdout
log_level: info
api_url: http://127.0.0.1:9000/
api_key: {self.bouncer}
disable_ipv6: true
deny_action: DROP
deny_log: false
supported_decisions_types: [ban]
blacklists_ipv4: crowdsec-blacklists
blacklists_ipv6: crowdsec6-blacklists
nftables:
  ipv4: {{enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}}
  ipv6: {{enabled: false}}
prometheus: {{enabled: false, listen_addr: 127.0.0.1, listen_port: {free_port()}}}
""")
            wait_until("the gateway listens", lambda: net.reaches(0, 8000))
            enforcing.decide(self.server, "10.77.0.2")
            bouncer = self.background(net.inside(net.gateway, program, "-c", config), "bouncer")
            wait_until("the attacker is cut off", lambda: not net.reaches(0, 8000) or
                       (bouncer.process.poll() is not None and self.fail(bouncer.text())), 30)
            self.assertTrue(net.reaches(1, 8000))
            enforcing.lift(self.server, "10.77.0.2")
            wait_until("the attacker is let in again", lambda: net.reaches(0, 8000), 30)
            # Networks are told too; this version keeps their first address only (docs/enforcement.md).
            enforcing.decide(self.server, "10.77.1.0/24")
            wait_until("the network is told", lambda: "10.77.1.0" in enforcing.run(
                *net.inside(net.gateway, "nft", "list", "ruleset")).stdout.decode(), 30)

    def test_cscli_adds_lists_and_deletes(self):
        program = enforcing.program("crowdsec", "usr/bin/cscli")
        self.start()
        agent = self.server.create_key("watcher", "agent")
        bouncer_files = self.folder / "crowdsec"
        bouncer_files.mkdir()
        for folder in ("data", "hub", "plugins", "notifications"):
            (bouncer_files / folder).mkdir()
        (bouncer_files / "credentials.yaml").write_text(
            f"url: {self.server.url}/\nlogin: admin-laptop\npassword: {agent}\n")
        (bouncer_files / "simulation.yaml").write_text("simulation: false\n")
        (bouncer_files / "profiles.yaml").write_text("name: none\ndebug: false\nfilters: []\n")
        (bouncer_files / "acquis.yaml").write_text("")
        config = bouncer_files / "config.yaml"
        config.write_text(f"""
common: {{daemonize: false, log_media: stdout, log_level: info, log_dir: {bouncer_files}, working_dir: {bouncer_files}}}
config_paths:
  config_dir: {bouncer_files}
  data_dir: {bouncer_files}/data
  simulation_path: {bouncer_files}/simulation.yaml
  hub_dir: {bouncer_files}/hub
  index_path: {bouncer_files}/hub/.index.json
  notification_dir: {bouncer_files}/notifications
  plugin_dir: {bouncer_files}/plugins
crowdsec_service: {{enable: false, acquisition_path: {bouncer_files}/acquis.yaml}}
cscli: {{output: json}}
db_config: {{log_level: info, type: sqlite, db_path: {bouncer_files}/data/crowdsec.db}}
api:
  client: {{insecure_skip_verify: false, credentials_path: {bouncer_files}/credentials.yaml}}
  server: {{enable: false, profiles_path: {bouncer_files}/profiles.yaml, listen_uri: 127.0.0.1:1}}
prometheus: {{enabled: false, level: full, listen_addr: 127.0.0.1, listen_port: 6060}}
""")
        (bouncer_files / "hub" / ".index.json").write_text("{}")

        def cscli(*words, check=True):
            return enforcing.run(program, "-c", config, *words, check=check)

        cscli("decisions", "add", "--ip", "192.0.2.20", "--duration", "2h", "--reason", "seen by hand")
        stands = self.server.request("GET", "/api/v1/decisions?ip=192.0.2.20").json()["decisions"]
        self.assertEqual([each["origin"] for each in stands], ["cscli"])
        self.assertIn("192.0.2.20", cscli("decisions", "list").stdout.decode())
        cscli("decisions", "add", "--range", "192.0.2.128/25", "--type", "captcha")
        cscli("decisions", "delete", "--ip", "192.0.2.20")
        self.assertEqual(self.server.request("GET", "/api/v1/decisions?value=192.0.2.20").json()["decisions"], [])
        refused = cscli("decisions", "add", "--ip", "127.0.0.1", check=False)
        self.assertNotEqual(refused.returncode, 0, "an administrator's own address")
        cscli("decisions", "delete", "--all")
        self.assertEqual(self.server.request("GET", "/api/v1/decisions").json()["decisions"], [])

    def test_express_bouncer_bans(self):
        modules = enforcing.SERVERS / "node" / "node_modules"
        node = shutil.which("node")
        if not node or not (modules / "@crowdsec" / "express-bouncer").exists():
            self.skipTest("skipped: no node or no @crowdsec/express-bouncer (./dev setup fetches it)")
        self.start()
        port = free_port()
        app = self.folder / "app.js"
        app.write_text(f"""
const express = require('express');
const crowdsec = require('@crowdsec/express-bouncer');
(async () => {{
  const app = express();
  const guard = await crowdsec({{
    url: '{self.server.url}', apiKey: '{self.bouncer}', fallbackRemediation: 'bypass',
    trustedRangesForIpForwarding: ['127.0.0.1/32']}});
  app.use(guard);
  app.get('/', (request, response) => response.send('welcome'));
  app.listen({port}, '127.0.0.1', () => console.log('listening'));
}})();
""")
        running = self.background([node, app], "app",
                                  env={**enforcing.environment(), "NODE_PATH": str(modules)})
        wait_until("the application listens",
                   lambda: "listening" in running.text() or running.process.poll() is not None)
        self.assertIn("listening", running.text())

        def status(address):
            return enforcing.http_status(port, {"X-Forwarded-For": address})

        self.assertEqual(status("192.0.2.30"), 200)
        enforcing.decide(self.server, "192.0.2.30")
        wait_until("the banned one gets 403", lambda: status("192.0.2.30") == 403)
        self.assertEqual(status("192.0.2.31"), 200)


if __name__ == "__main__":
    unittest.main()
