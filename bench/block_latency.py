#!/usr/bin/env python3
"""From the write of the log line that proves an attack to the last packet that nftables lets through.

A gateway and an attacker are network namespaces. One attacker after the other sends a packet each
millisecond and, in the middle of it, fails ten times to log in; the ten lines are one write to a tailed
file. Beside it another tailed file grows by so many lines a second. Shipped rule, shipped playbook,
`tocsin enforce nftables`. Needs root. Beside it Debian's fail2ban, when it is installed, and CrowdSec with
its custom bouncer (./dev setup unpacks both), each with its default polling, on the same lines without
anything else to read: until the action runs.

    python3 bench/block_latency.py [--attackers 40] [--rates 2000,20000]
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import enforcing  # noqa: E402
import log_lines  # noqa: E402
from tocsin import PROGRAM, Server, free_port, wait_until  # noqa: E402

RULE, PLAYBOOK, FAILURES = "a63e4853-c6b6-4ac5-a631-7f54f4df583c", "brute-force", 10
SLOT = 1.0  # seconds of each attacker
BEFORE_ATTACK = 0.1  # of them

CONFIG = """
sources:
  - {{name: auth, type: file, path: "{folder}/auth.log"}}
  - {{name: web, type: file, path: "{folder}/access.log"}}
respond:
  protect_private: false
  protect_machine: false
  breaker: {{per_minute: 100000}}
"""

# Sends from one address after the other, a packet a millisecond, each for a slot.
PROBE = """
import socket, sys, time
first, count, begin, slot = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
for n in range(count):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind((f"10.77.0.{first + n}", 0))
    time.sleep(max(0, begin + n * slot - time.time()))
    while time.time() < begin + (n + 1) * slot - 0.02:
        try:
            out.sendto(b"x", ("10.77.0.1", 7000))
        except OSError:
            pass
        time.sleep(0.001)
"""

# Notes when the last packet of each address came.
SINK = """
import json, socket, sys, time
end, last = float(sys.argv[1]), {}
into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
into.bind(("10.77.0.1", 7000)); into.settimeout(0.5)
while time.time() < end:
    try:
        _, (address, _) = into.recvfrom(64)
        last[address] = time.time()
    except TimeoutError:
        pass
print(json.dumps(last))
"""

# So many access-log lines a second, a hundredth of them each hundredth.
WRITER = """
import random, sys, time
path, rate, end = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
random.seed(1)
lines = [f'198.51.{random.randrange(100)}.{random.randrange(1, 255)} - - [%s +0000] '
         f'"GET /p/{random.randrange(4000)} HTTP/1.1" 200 {random.randrange(9000)} "-" "Mozilla/5.0 (X11)"'
         for _ in range(max(1, rate // 100))]
text, second, due = "\\n".join(lines) + "\\n", 0, time.time()
with open(path, "a", buffering=1 << 20) as out:
    while time.time() < end:
        if int(time.time()) != second:
            second = int(time.time())
            stamp = time.strftime("%d/%b/%Y:%H:%M:%S", time.gmtime(second))
            piece = text.replace("%s", stamp)
        out.write(piece); out.flush()
        due += 0.01
        time.sleep(max(0, due - time.time()))
"""

CROWDSEC = """
common: {{daemonize: false, log_media: stdout, log_level: info, log_dir: {home}, working_dir: {home}}}
config_paths:
  config_dir: {home}
  data_dir: {home}/data
  simulation_path: {home}/simulation.yaml
  hub_dir: {home}/hub
  index_path: {home}/hub/.index.json
  notification_dir: {home}/notifications
  plugin_dir: {home}/plugins
crowdsec_service: {{acquisition_path: {home}/acquis.yaml, parser_routines: 1}}
cscli: {{output: json}}
db_config: {{log_level: info, type: sqlite, db_path: {home}/data/crowdsec.db, use_wal: true}}
api:
  client: {{insecure_skip_verify: false, credentials_path: {home}/credentials.yaml}}
  server: {{log_level: info, listen_uri: "127.0.0.1:{port}", profiles_path: {home}/profiles.yaml}}
prometheus: {{enabled: false, level: full, listen_addr: 127.0.0.1, listen_port: 6060}}
"""


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def attack(log, address: str) -> float:
    """Ten failed log-ins in one write; gives when it was written."""
    lines = "".join(log_lines.ssh_failure(address, f"user{n}") + "\n" for n in range(FAILURES))
    at = time.time()
    log.write(lines)
    log.flush()
    return at


def report(name: str, took: list[float], attackers: int) -> None:
    missed = attackers - len(took)
    if not took:
        print(f"{name}: none of {attackers} was stopped in its time")
        return
    print(f"{name}: p50 {statistics.median(took) * 1000:.0f} ms, p99 {percentile(took, 0.99) * 1000:.0f} ms, "
          f"largest {max(took) * 1000:.0f} ms of {len(took)} attackers"
          + (f"; {missed} not stopped within {SLOT - BEFORE_ATTACK:.1f} s" if missed else ""), flush=True)


class Tocsin:
    """The server, and its enforcer in the gateway, which reaches it over a relay."""

    def __init__(self, net: enforcing.Namespaces, folder: pathlib.Path) -> None:
        self.net, self.folder, self.running = net, folder, []
        for name in ("auth.log", "access.log"):
            (folder / name).touch()
        self.server = Server(folder, CONFIG.format(folder=folder))

    def begin(self) -> None:
        net, folder = self.net, self.folder
        self.server.start()
        relay = ROOT / "tests" / "e2e" / "relay.py"
        self.start("outside", ["python3", relay, "outside", folder / "relay", str(self.server.port)])
        wait_until("the relay is there", (folder / "relay").exists)
        self.start("inside", net.inside(net.gateway, "python3", relay, "inside", folder / "relay", "9000"))
        wait_until("the relay listens", lambda: net.listens(9000))
        key = self.server.create_key("enforcer", "edge")
        self.start("edge", net.inside(net.gateway, PROGRAM, "enforce", "nftables", "--url",
                                      "http://127.0.0.1:9000", "--key", key, "--name", "edge"))
        enforcing.wait_for_enforcer(self.server, "edge")
        for path, body in (("decisions/arm", {"what": "rule", "id": RULE}),
                           (f"playbooks/{PLAYBOOK}/arm", {"armed": True})):
            answer = self.server.request("POST", f"/api/v1/{path}", json.dumps(body))
            assert answer.status == 204, answer

    def start(self, name: str, command) -> None:
        self.running.append(enforcing.Running(command, self.folder / f"{name}.log"))

    def stop(self) -> None:
        for each in reversed(self.running):
            each.stop()
        self.server.kill()

    def measure(self, first: int, attackers: int, rate: int) -> list[float]:
        begin = time.time() + 2
        end = begin + attackers * SLOT
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(self.folder / "access.log"), str(rate),
                                   str(end)])
        sink = subprocess.Popen(self.net.inside(self.net.gateway, sys.executable, "-c", SINK, str(end + 0.3)),
                                stdout=subprocess.PIPE)
        probe = subprocess.Popen(self.net.inside(self.net.hosts[0], sys.executable, "-c", PROBE, str(first),
                                                 str(attackers), str(begin), str(SLOT)))
        written = {}
        with open(self.folder / "auth.log", "a") as log:
            for n in range(attackers):
                time.sleep(max(0, begin + n * SLOT + BEFORE_ATTACK - time.time()))
                written[f"10.77.0.{first + n}"] = attack(log, f"10.77.0.{first + n}")
        last = json.loads(sink.communicate(timeout=60)[0])
        for each in (writer, probe):
            each.wait(60)
        took = []
        for n, (address, at) in enumerate(written.items()):
            if address in last and last[address] < begin + (n + 1) * SLOT - 0.05:
                took.append(max(0.0, last[address] - at))
        return took


def fail2ban(folder: pathlib.Path, attackers: int) -> None:
    if not shutil.which("fail2ban-server"):
        print("fail2ban: not installed, left out")
        return
    for name in ("filter.d", "action.d"):
        (folder / name).mkdir()
    log, banned = folder / "f2b-auth.log", folder / "banned"
    log.touch()
    banned.touch()
    (folder / "fail2ban.conf").write_text(
        f"[Definition]\nloglevel = INFO\nlogtarget = {folder}/f2b.log\nsocket = {folder}/f2b.sock\n"
        f"pidfile = {folder}/f2b.pid\ndbfile = None\nsyslogsocket = auto\ndbmaxmatches = 10\ndbpurgeage = 1d\n"
        "allowipv6 = auto\n")
    (folder / "filter.d" / "guess.conf").write_text(
        "[Definition]\nfailregex = sshd\\[\\d+\\]: Failed password for \\S+ from <HOST> port\n")
    (folder / "action.d" / "note.conf").write_text(
        f"[Definition]\nactionban = echo <ip> $(date +%%s.%%N) >> {banned}\n")
    (folder / "jail.conf").write_text(
        f"[guess]\nenabled = true\nfilter = guess\nlogpath = {log}\nmaxretry = {FAILURES}\nfindtime = 300\n"
        "bantime = 600\nbackend = auto\naction = note\nignoreself = false\nusedns = no\n")
    server = enforcing.Running(["fail2ban-server", "-f", "-c", folder, "-s", f"{folder}/f2b.sock", "-p",
                                f"{folder}/f2b.pid", "start"], folder / "f2b-out.log")
    try:
        wait_until("fail2ban watches", lambda: "started" in (folder / "f2b.log").read_text()
                   if (folder / "f2b.log").exists() else False)
        took = []
        with open(log, "a") as out:
            for n in range(attackers):
                address = f"203.0.113.{n + 1}"
                at = attack(out, address)
                line = wait_until("it bans", lambda who=address: [
                    line for line in banned.read_text().splitlines() if line.startswith(who + " ")])
                took.append(float(line[0].split()[1]) - at)
                time.sleep(n * 0.37 % 1)
        report("fail2ban, nothing else to read, until its action", took, attackers)
    finally:
        server.stop()


def crowdsec(folder: pathlib.Path, attackers: int) -> None:
    packages = enforcing.SERVERS
    program = packages / "crowdsec" / "usr" / "bin" / "crowdsec"
    bouncer = packages / "crowdsec-custom-bouncer" / "usr" / "bin" / "crowdsec-custom-bouncer"
    if not program.exists() or not bouncer.exists():
        print("crowdsec: not unpacked, left out")
        return
    home, port = folder / "crowdsec", free_port()
    hub = packages / "crowdsec" / "usr" / "share" / "crowdsec" / "hub"
    for name in ("data", "hub", "plugins", "notifications"):
        (home / name).mkdir(parents=True)
    for part in ("parsers/s00-raw/crowdsecurity/syslog-logs.yaml", "parsers/s01-parse/crowdsecurity/sshd-logs.yaml",
                 "parsers/s02-enrich/crowdsecurity/dateparse-enrich.yaml", "scenarios/crowdsecurity/ssh-bf.yaml"):
        to = home / pathlib.Path(part.replace("crowdsecurity/", ""))
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(hub / part, to)
    etc = packages / "crowdsec" / "etc" / "crowdsec"
    shutil.copytree(etc / "patterns", home / "patterns")
    shutil.copy(etc / "profiles.yaml", home)
    (home / "simulation.yaml").write_text("simulation: false\n")
    shutil.copy(hub / ".index.json", home / "hub")
    log, banned = folder / "cs-auth.log", folder / "cs-banned"
    log.touch()
    banned.touch()
    (home / "acquis.yaml").write_text(f"filenames: [{log}]\nlabels: {{type: syslog}}\n")
    config = home / "config.yaml"
    config.write_text(CROWDSEC.format(home=home, port=port))
    cscli = [packages / "crowdsec" / "usr" / "bin" / "cscli", "-c", config]
    (home / "credentials.yaml").write_text(f"url: http://127.0.0.1:{port}/\nlogin: a\npassword: pass-of-the-agent\n")
    enforcing.run(*cscli, "machines", "add", "a", "-p", "pass-of-the-agent", "-f", home / "credentials.yaml",
                  "-u", f"http://127.0.0.1:{port}", "--force")
    enforcing.run(*cscli, "bouncers", "add", "edge", "-k", "key-of-the-bouncer")
    script = home / "act.sh"
    script.write_text(f'#!/bin/sh\n[ "$1" = add ] && echo "$2 $(date +%s.%N)" >> {banned}\n')
    script.chmod(0o755)
    (home / "bouncer.yaml").write_text(
        f"bin_path: {script}\npiddir: {home}/\nupdate_frequency: 10s\ncache_retention_duration: 10s\n"
        f"daemonize: false\nlog_mode: stdout\nlog_level: info\napi_url: http://127.0.0.1:{port}/\n"
        "api_key: key-of-the-bouncer\nprometheus: {enabled: false, listen_addr: 127.0.0.1, listen_port: 1}\n")
    running = [enforcing.Running([program, "-c", config], folder / "cs.log")]
    try:
        wait_until("crowdsec reads", lambda: "Starting processing data" in running[0].text())
        running.append(enforcing.Running([bouncer, "-c", home / "bouncer.yaml"], folder / "bouncer.log"))
        time.sleep(3)
        took = []
        with open(log, "a") as out:
            for n in range(attackers):
                address = f"203.0.113.{n + 1}"
                at = attack(out, address)
                line = wait_until(f"it bans; {running[1].text()[-500:]}", lambda who=address: [
                    line for line in banned.read_text().splitlines() if line.startswith(who)], 60)
                took.append(float(line[0].split()[1]) - at)
                time.sleep(n * 3.7 % 10)  # anywhere between two polls
        report("crowdsec and its custom bouncer, nothing else to read, until the action", took, attackers)
    finally:
        for each in reversed(running):
            each.stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--attackers", type=int, default=40, choices=range(1, 80), metavar="1..79")
    options.add_argument("--rates", default="2000,20000")
    chosen = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    try:
        with enforcing.Namespaces("b", 1) as net:
            first = 10
            rates = [int(rate) for rate in chosen.rates.split(",")][:3]
            for n in range(chosen.attackers * len(rates)):
                enforcing.run("ip", "-n", net.hosts[0], "addr", "add", f"10.77.0.{first + n}/24", "dev", "up0")
            tocsin = Tocsin(net, folder)
            try:
                tocsin.begin()
                for rate in rates:
                    report(f"tocsin beside {rate} lines/s", tocsin.measure(first, chosen.attackers, rate),
                           chosen.attackers)
                    first += chosen.attackers
            finally:
                tocsin.stop()
        fail2ban(folder, min(20, chosen.attackers))
        crowdsec(folder, min(8, chosen.attackers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
