"""The fault loops, short, for ./dev test; the long ones are commands (docs/limits.md)."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import crash_loop  # noqa: E402
import enforcement_crash  # noqa: E402
import flip_byte  # noqa: E402
from tocsin import PROGRAM  # noqa: E402


class Fault(unittest.TestCase):
    def setUp(self):
        if not PROGRAM.exists():
            self.fail(f"{PROGRAM} is not built: ./dev build")

    def test_five_kills_lose_and_repeat_nothing(self):
        self.assertEqual(crash_loop.run_loop(crash_loop.parse(["--rounds", "5"])), [])

    def test_a_flipped_byte_is_found_and_the_rest_served(self):
        self.assertEqual(flip_byte.run_flips(flip_byte.parse(["--flips", "1"])), [])

    def test_the_firewall_agrees_after_kills_in_a_flood_of_decisions(self):
        self.assertEqual(enforcement_crash.run_loop(enforcement_crash.parse(["--rounds", "3"])), [])


if __name__ == "__main__":
    unittest.main()
