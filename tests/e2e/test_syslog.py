"""Syslog by UDP and TCP, in the framings that real senders use."""

import datetime
import socket
import unittest

import log_lines
from tocsin import ServerTest, free_port


def rfc3164(text: str, priority: int = 38) -> bytes:
    moment = log_lines.now()
    return f"<{priority}>{moment:%b} {moment.day:2d} {moment:%H:%M:%S} web1 sshd[99]: {text}".encode()


def rfc5424(text: str, priority: int = 38) -> bytes:
    stamp = log_lines.now().isoformat().replace("+00:00", "Z")
    return f'<{priority}>1 {stamp} web1 sshd 99 - [meta@32473 seq="1"] {text}'.encode()


class Syslog(ServerTest):
    def config(self):
        self.udp = free_port(socket.SOCK_DGRAM)
        self.tcp = free_port()
        return f"""
sources:
  - {{type: syslog_udp, listen: "127.0.0.1:{self.udp}"}}
  - {{type: syslog_tcp, listen: "127.0.0.1:{self.tcp}"}}
"""

    def send_tcp(self, *pieces: bytes, close: bool = True):
        with socket.create_connection(("127.0.0.1", self.tcp), 10) as peer:
            for piece in pieces:
                peer.sendall(piece)
            if not close:
                return
            peer.shutdown(socket.SHUT_WR)
            peer.settimeout(5)
            try:
                while peer.recv(100):
                    pass
            except OSError:
                pass

    @staticmethod
    def failure(user: str) -> str:
        return f"Failed password for {user} from 198.51.100.77 port 5000 ssh2"

    def test_udp_both_formats(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            for i in range(10):
                peer.sendto(rfc3164(self.failure("udpone")), ("127.0.0.1", self.udp))
                peer.sendto(rfc5424(self.failure("udptwo")), ("127.0.0.1", self.udp))
            peer.sendto(b"", ("127.0.0.1", self.udp))
            peer.sendto(b"\xff\x00<>" * 10, ("127.0.0.1", self.udp))
        self.server.wait_for_count("user.name:udpone and event.outcome:failure", 10)
        self.server.wait_for_count("user.name:udptwo and event.outcome:failure", 10)
        row = self.server.query("user.name:udpone | head 1")[0]
        self.assertEqual(row["source.ip"], "198.51.100.77")
        seen = datetime.datetime.fromisoformat(row["@timestamp"].replace("Z", "+00:00"))
        self.assertLess(abs((log_lines.now() - seen).total_seconds()), 120)

    def test_tcp_lines(self):
        self.send_tcp(b"".join(rfc3164(self.failure("lines")) + b"\n" for _ in range(20)))
        self.server.wait_for_count("user.name:lines", 20)

    def test_tcp_octet_counting_even_when_torn(self):
        frames = b"".join(b"%d %s" % (len(m), m) for m in [rfc5424(self.failure("octets"))] * 20)
        self.send_tcp(*(frames[i:i + 13] for i in range(0, len(frames), 13)))
        self.server.wait_for_count("user.name:octets", 20)

    def test_tcp_last_message_without_an_end(self):
        self.send_tcp(rfc3164(self.failure("unframed")))
        self.server.wait_for_count("user.name:unframed", 1)

    def test_tcp_nul_framing(self):
        self.send_tcp(b"".join(rfc3164(self.failure("nulled")) + b"\0" for _ in range(5)))
        self.server.wait_for_count("user.name:nulled", 5)

    def test_hostile_frames_leave_other_connections_alone(self):
        for data in [b"99999999999999999999 x", b"-1 x", b"<999999>x\n", b"\xff" * 5000,
                     b"<34>" + b"a" * 300_000 + b"\n", b"\n" * 10_000, b"5 ab"]:
            self.send_tcp(data, close=False)
        self.send_tcp(rfc3164(self.failure("after")) + b"\n")
        self.server.wait_for_count("user.name:after", 1)


if __name__ == "__main__":
    unittest.main()
