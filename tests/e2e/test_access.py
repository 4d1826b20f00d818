"""People who log in: users from the command line, sessions in cookies, roles, and our own rules that
see somebody guess passwords."""

from __future__ import annotations

import json
import unittest

from tocsin import ServerTest, run_cli, wait_until

PASSWORD = "seven green bicycles"


class Browser:
    """Keeps the cookie and sends the token, as a page does."""

    def __init__(self, server) -> None:
        self.server = server
        self.cookie = ""
        self.csrf = ""

    def ask(self, method: str, path: str, body=None, csrf: str | None = None):
        headers = {"Origin": self.server.url, "Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        token = self.csrf if csrf is None else csrf
        if token:
            headers["X-Csrf-Token"] = token
        data = None if body is None else json.dumps(body).encode()
        answer = self.server.request(method, path, data, headers, key="")
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    def log_in(self, user: str, password: str = PASSWORD):
        answer = self.ask("POST", "/api/v1/session", {"user": user, "password": password})
        if answer.status == 200:
            self.csrf = answer.json()["csrf"]
        return answer


class AccessTest(ServerTest):
    def add_user(self, name: str, role: str) -> None:
        done = self.server.cli("user", "add", name, "--role", role, "--password-stdin",
                               stdin=f"{PASSWORD}\n".encode())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_user_of_the_command_line_logs_in_and_the_session_outlives_a_restart(self) -> None:
        browser = Browser(self.server)
        self.assertTrue(browser.ask("GET", "/api/v1/session").json()["setup_needed"])
        self.add_user("alice", "responder")
        self.assertEqual(browser.log_in("alice", "not the password").status, 401)
        self.assertEqual(browser.log_in("alice").status, 200)
        self.assertEqual(browser.ask("GET", "/api/v1/session").json()["role"], "responder")
        block = {"value": "198.51.100.9", "kind": "block", "duration": "1h", "reason": "test"}
        self.assertEqual(browser.ask("POST", "/api/v1/decisions", block, csrf="").status, 403)
        self.assertEqual(browser.ask("POST", "/api/v1/decisions", block).status, 201)
        self.assertEqual(browser.ask("GET", "/api/v1/users").status, 403)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(browser.ask("GET", "/api/v1/alerts").status, 200)
        decisions = browser.ask("GET", "/api/v1/decisions").json()["decisions"]
        self.assertEqual(decisions[0]["decided_by"], "alice")

        done = self.server.cli("user", "set", "alice", "--role", "viewer")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(browser.ask("GET", "/api/v1/alerts").status, 401, "ended by the command line")
        self.assertEqual(browser.log_in("alice").status, 200)
        self.assertEqual(browser.ask("POST", "/api/v1/decisions", block).status, 403)

    def test_who_guesses_our_own_passwords_raises_our_own_alert(self) -> None:
        self.add_user("alice", "admin")
        browser = Browser(self.server)
        seen = [browser.log_in(f"user{n}", "not the password").status for n in range(14)]
        self.assertEqual(set(seen), {401})
        alert = wait_until("the alert about guessing", lambda: next(
            (a for a in self.server.alerts() if a["title"] == "Somebody guesses passwords of this program"),
            None))
        self.assertEqual(alert["key"], [{"field": "source.ip", "value": "127.0.0.1"}])
        self.server.wait_for_count("event.dataset:tocsin.audit event.action:login", 14)
        self.assertEqual(browser.log_in("alice").status, 200)

    def test_the_command_line_manages_users(self) -> None:
        self.add_user("alice", "admin")
        done = self.server.cli("user", "list", "--json")
        self.assertEqual(json.loads(done.stdout)["role"], "admin")
        for words, stdin, expected in [
                (("add", "Bad Name", "--role", "admin", "--password-stdin"), PASSWORD, "a user name has"),
                (("add", "bob", "--role", "king", "--password-stdin"), PASSWORD, "must be one of"),
                (("add", "bob", "--role", "viewer", "--password-stdin"), "short", "at least 12"),
                (("add", "bob", "--role", "viewer", "--password-stdin"), "", "no password"),
                (("set", "alice", "--disable"), "", "nobody would be left"),
                (("set", "alice"), "", "nothing to set"),
                (("set", "nobody", "--enable"), "", "no user nobody"),
                (("remove", "alice"), "", "nobody would be left")]:
            done = self.server.cli("user", *words, stdin=stdin.encode())
            self.assertNotEqual(done.returncode, 0, words)
            self.assertIn(expected, done.stderr.decode(), words)
        self.add_user("bob", "admin")
        self.assertEqual(self.server.cli("user", "remove", "alice").returncode, 0)
        self.assertIn(b"Example:", run_cli("user", "--help").stdout)


if __name__ == "__main__":
    unittest.main()
