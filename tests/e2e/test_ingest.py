"""POST /api/v1/events in every form, and what can be asked afterwards."""

import gzip
import json
import shutil
import subprocess
import unittest

import log_lines
from tocsin import SharedServerTest


class Ingest(SharedServerTest):
    def assert_accepted(self, answer, count):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["accepted"], count, answer)

    def test_plain_lines_are_found_again(self):
        lines = [log_lines.access("198.51.100.10", f"/plain/{i}") for i in range(25)]
        self.assert_accepted(self.server.send_lines(lines), 25)
        self.server.wait_for_count("source.ip:198.51.100.10", 25)
        row = self.server.query("url.path:/plain/7")[0]
        self.assertEqual(row["source.ip"], "198.51.100.10")
        self.assertEqual(row["http.response.status_code"], 200)
        self.assertEqual(row["http.request.method"], "GET")

    def test_json_lines_array_and_single_object(self):
        rows = [{"message": "one", "labels.form": "ndjson"}, {"message": "two", "labels.form": "ndjson"}]
        body = "\n".join(json.dumps(row) for row in rows)
        post = self.server.request
        self.assert_accepted(post("POST", "/api/v1/events", body,
                                  {"Content-Type": "application/x-ndjson"}), 2)
        array = json.dumps([{"message": str(i), "labels.form": "array"} for i in range(3)])
        self.assert_accepted(post("POST", "/api/v1/events", array,
                                  {"Content-Type": "application/json"}), 3)
        self.assert_accepted(post("POST", "/api/v1/events", '{"message":"x","labels.form":"one"}',
                                  {"Content-Type": "application/json"}), 1)
        for form, count in (("ndjson", 2), ("array", 3), ("one", 1)):
            self.server.wait_for_count(f"labels.form:{form}", count)

    def test_nested_keys_become_dotted_names(self):
        body = json.dumps({"message": "m", "labels": {"form": "nested"}, "user": {"name": "dora"}})
        self.assert_accepted(self.server.request("POST", "/api/v1/events", body), 1)
        self.server.wait_for_count("labels.form:nested and user.name:dora", 1)

    def test_compressed_and_chunked_bodies(self):
        def body(form):
            return "".join(json.dumps({"message": "m", "labels.coding": form, "n": i}) + "\n"
                           for i in range(50)).encode()

        def post(data, **headers):
            return self.server.request("POST", "/api/v1/events", data,
                                       {name.replace("_", "-"): v for name, v in headers.items()})

        self.assert_accepted(post(gzip.compress(body("gzip")), Content_Encoding="gzip"), 50)
        whole = body("chunked")
        pieces = (whole[i:i + 100] for i in range(0, len(whole), 100))
        self.assert_accepted(post(pieces), 50)
        packed = gzip.compress(body("both"))
        self.assert_accepted(post((packed[i:i + 7] for i in range(0, len(packed), 7)),
                                  Content_Encoding="gzip"), 50)
        codings = ["gzip", "chunked", "both"]
        if shutil.which("zstd"):
            zstd = subprocess.run(["zstd", "-q", "-c"], input=body("zstd"), capture_output=True).stdout
            self.assert_accepted(post(zstd, Content_Encoding="zstd"), 50)
            codings.append("zstd")
        for coding in codings:
            self.server.wait_for_count(f"labels.coding:{coding}", 50)

    def test_one_kind_of_event_whatever_wrote_it(self):
        user = "quentin"
        lines = [log_lines.ssh_failure("198.51.100.30", user),
                 log_lines.python_event("Authentication Attempt", f"User: {user}, Status: Failed"),
                 log_lines.app_json(message="authn_login_fail:quentin", **{"user.name": user})]
        for i, line in enumerate(lines):
            self.assert_accepted(self.server.send_lines([line], source=f"kind{i}"), 1)
        failed = f"event.category:authentication and event.outcome:failure and user.name:{user}"
        self.server.wait_for_count(failed, 3)

    def test_the_two_forms_of_small_programs(self):
        lines = [log_lines.node_login("norma"),
                 log_lines.python_event("Authentication Attempt", "User: norma, Status: Success"),
                 log_lines.python_event("Configuration Change", "Firewall rule modified by norma"),
                 log_lines.python_event("API Request", "Endpoint: /user/norma, Status: 200")]
        self.assert_accepted(self.server.send_lines(lines, source="small"), 4)
        self.server.wait_for_count("event.category:authentication and user.name:norma", 2)
        self.server.wait_for_count('event.category:configuration and message:"by norma"', 1)
        self.server.wait_for_count("http.response.status_code:200 and url.path:/user/norma", 1)

    def test_what_cannot_be_decoded_is_kept(self):
        text = "zq7 plain words of no known form"
        self.assert_accepted(self.server.send_lines([text]), 1)
        self.server.wait_for_count("zq7", 1)
        self.assertEqual(self.server.query("zq7")[0]["message"], text)

    def test_keys_and_scopes(self):
        line = [log_lines.access("198.51.100.40", "/scope")]
        body = (line[0] + "\n").encode()
        ingest, read = self.server.create_key("ingest"), self.server.create_key("read")

        def post(key):
            return self.server.request("POST", "/api/v1/events", body, key=key).status

        def search(key):
            return self.server.request("GET", "/api/v1/events/search?q=*", key=key).status

        self.assertEqual((post(""), post("tok_wrong"), post(read)), (401, 401, 403))
        self.assertEqual(post(ingest), 200)
        self.assertEqual((search(""), search(ingest), search(read)), (401, 403, 200))

    def test_many_connections_at_once_lose_and_repeat_nothing(self):
        import concurrent.futures
        rows = [[json.dumps({"message": "m", "labels.many": "yes", "labels.id": f"{c}-{b}-{i}"})
                 for i in range(20)] for c in range(8) for b in range(10)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for answer in pool.map(self.server.send_lines, rows):
                self.assert_accepted(answer, 20)
        self.server.wait_for_count("labels.many:yes", 1600)
        twice = self.server.query("labels.many:yes | stats count by labels.id | where count > 1")
        self.assertEqual(twice, [])


if __name__ == "__main__":
    unittest.main()
