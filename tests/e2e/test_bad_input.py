"""What bad input gets: a named refusal or truncation, the rest kept, no crash."""

import gzip
import json
import os
import socket
import struct
import time
import unittest
import zlib

from tocsin import SharedServerTest, wait_until

LIMIT_MB = 4


class BadInput(SharedServerTest):
    CONFIG = f"""
http: {{body_bytes_max: {LIMIT_MB}MiB, request_timeout: 5s, idle_timeout: 5s, connections_max: 200}}
decode: {{line_bytes_max: 64KiB}}
"""

    def post(self, body, **headers):
        return self.server.request("POST", "/api/v1/events", body,
                                   {name.replace("_", "-"): v for name, v in headers.items()})

    def test_bad_json_names_line_and_column_and_keeps_the_good_lines(self):
        body = '{"message":"good one","labels.bad":"mixed"}\n{"message": oops}\n' \
               '{"message":"good two","labels.bad":"mixed"}\n'
        answer = self.post(body, Content_Type="application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)
        said = answer.json()
        self.assertEqual(said["accepted"], 2)
        self.assertEqual(said["rejected"], 1)
        rejection = said["rejections"][0]
        self.assertEqual(rejection["line"], 2)
        self.assertGreaterEqual(rejection["column"], 12)
        self.assertTrue(rejection["reason"])
        self.server.wait_for_count("labels.bad:mixed", 2)

    def test_only_bad_json_is_400(self):
        answer = self.post('{"a": \n', Content_Type="application/x-ndjson")
        self.assertEqual(answer.status, 400, answer)

    def test_oversize_is_413(self):
        answer = self.post(b"x" * ((LIMIT_MB << 20) + 1000))
        self.assertEqual(answer.status, 413, answer)

    def test_oversize_by_declaration_is_413_before_it_is_sent(self):
        head = (f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.key}\r\n"
                "Content-Length: 99999999999\r\n\r\n").encode()
        self.assertIn(b" 413 ", self.server.raw(head, 15).split(b"\r\n")[0])

    def test_gzip_bomb_is_413(self):
        bomb = gzip.compress(b"A" * (300 << 20), 9)
        self.assertLess(len(bomb), LIMIT_MB << 20)
        answer = self.post(bomb, Content_Encoding="gzip")
        self.assertEqual(answer.status, 413, answer)

    def test_broken_and_unknown_coding(self):
        packed = gzip.compress(b"a line\n" * 1000)
        for body, coding in ((packed[:-20], "gzip"), (b"not gzip at all", "gzip"),
                             (b"not zstd", "zstd"), (zlib.compress(b"x")[:-3], "deflate")):
            with self.subTest(coding=coding, body=body[:10]):
                self.assertEqual(self.post(body, Content_Encoding=coding).status, 400)
        self.assertEqual(self.post(b"x", Content_Encoding="br").status, 415)

    def test_binary_bytes_nuls_and_invalid_utf8_are_kept(self):
        body = b"binq7 \xff\xfe\x80 bytes\nbinq7 nul \x00 here\nbinq7 \xed\xa0\x80 surrogate\n"
        answer = self.post(body, Content_Type="text/plain")
        self.assertEqual((answer.status, answer.json()["accepted"]), (200, 3))
        self.server.wait_for_count("binq7", 3)
        for row in self.server.query("binq7"):
            self.assertIn("binq7", row["message"])

    def test_random_bytes_do_not_hurt(self):
        for seed in range(20):
            body = os.urandom(2000 + seed)
            self.assertIn(self.post(body).status, (200, 400))

    def test_a_long_line_is_cut_or_refused_by_name_and_the_rest_kept(self):
        body = b"longq7 " + b"y" * 300_000 + b"\nlongq7 short\n"
        answer = self.post(body, Content_Type="text/plain")
        self.assertEqual(answer.status, 200, answer)
        self.assertGreaterEqual(answer.json()["accepted"], 1)
        self.server.wait_for_count('message:"longq7 short"', 1)
        self.assertGreater(self.refusals(), 0)

    def refusals(self):
        text = self.server.request("GET", "/metrics").body.decode()
        counted = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith("tocsin_") and ("refused" in line or "truncated" in line
                                                      or "rejected" in line)]
        return sum(counted)

    def test_hostile_json(self):
        deep = "[" * 10_000 + "]" * 10_000
        cases = [
            deep,
            json.dumps({"a": 1})[:-1] + ',"deep":' + deep + "}",
            "{" + ",".join(f'"k{i}":{i}' for i in range(100_000)) + "}",
            '{"message":"dupq7","message":"dupq7 two","user.name":"a","user.name":"b"}',
            '{"message":"numq7","n":123456789012345678901234567890,"m":1e999,"k":-0.0}',
            '{"message":"timeq7","@timestamp":"0001-01-01T00:00:00Z"}',
            '{"message":"timeq7","@timestamp":"9999-12-31T23:59:59Z"}',
            '{"message":"timeq7","@timestamp":"not a time"}',
            '{"@timestamp":99999999999999999999999}',
            '{"":"empty key","a..b":"dots",".":"dot"}',
            '{"message":{"message":{"message":1}}}', "{}", "[]", "null", "17", '"text"',
        ]
        for body in cases:
            with self.subTest(body=body[:60]):
                status = self.post(body + "\n", Content_Type="application/x-ndjson").status
                self.assertIn(status, (200, 400, 413))
        self.server.wait_for_count("dupq7", 1)
        self.server.wait_for_count("numq7", 1)
        self.server.wait_for_count("timeq7", 3)

    def test_broken_http(self):
        for data in [b"\x00\x01\x02\x03\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"POST /api/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
                     b"POST /api/v1/events HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"POST /api/v1/events HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"
                     b"\r\n\r\n0\r\n\r\n",
                     b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
                     b"GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET /%00%ff HTTP/1.1\r\nHost: x\r\n\r\n"]:
            with self.subTest(data=data[:40]):
                said = self.server.raw(data)
                if said:
                    self.assertRegex(said.split(b"\r\n")[0], rb"^HTTP/1\.[01] [45]\d\d")
                self.assertNotIn(b"root:", said)

    def test_slow_and_half_closed_and_reset_senders(self):
        head = (f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.key}\r\n"
                "Content-Length: 1000\r\n\r\n").encode()
        slow = [socket.create_connection(("127.0.0.1", self.server.port), 30) for _ in range(50)]
        for peer in slow:
            peer.sendall(head[:40])
        half = socket.create_connection(("127.0.0.1", self.server.port), 10)
        half.sendall(head + b"only this")
        half.shutdown(socket.SHUT_WR)
        half.close()
        reset = socket.create_connection(("127.0.0.1", self.server.port), 10)
        reset.sendall(head + b"some")
        reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reset.close()
        answer = self.post("{\"message\":\"beside the slow\"}\n")
        self.assertEqual(answer.status, 200)
        started = time.monotonic()
        for peer in slow:
            wait_until("the slow sender is cut", lambda peer=peer: self.is_cut(peer), 30)
        self.assertLess(time.monotonic() - started, 30)

    @staticmethod
    def is_cut(peer):
        peer.settimeout(0.5)
        try:
            while peer.recv(4096):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True

    def test_bad_queries_point_at_the_place(self):
        for text in ["source.ip:", "a and (b", "* | nonsense", "* | head x", '"open', "* | stats by"]:
            with self.subTest(text=text):
                done = self.server.cli("query", "--json", text)
                self.assertIn(done.returncode, (2, 3))
                self.assertTrue(done.stderr.strip())

    def test_memory_stays_bounded(self):
        for _ in range(10):
            self.post(gzip.compress(b"A" * (100 << 20), 9), Content_Encoding="gzip")
        status = open(f"/proc/{self.server.process.pid}/status").read()
        rss_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
        self.assertLess(rss_kb, 700 * 1024)


if __name__ == "__main__":
    unittest.main()
