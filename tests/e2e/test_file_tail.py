"""Tailed files: growth, rotation by rename and by copytruncate, new files, restart, history."""

import gzip
import os
import shutil
import unittest

from tocsin import ServerTest


class FileTail(ServerTest):
    def config(self):
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        return f"""
sources:
  - {{type: file, path: "{self.logs}/*.log", name: app}}
  - {{type: file, path: "{self.logs}/old/*.gz", name: history, gzip: true}}
"""

    def write(self, name: str, first: int, count: int, end: str = "\n") -> None:
        with open(self.logs / name, "a") as out:
            for number in range(first, first + count):
                out.write(f'{{"message":"tail","labels.line":"n{number:06d}"}}{end}')

    def assert_each_once(self, count: int) -> None:
        self.server.wait_for_count("message:tail", count)
        rows = self.server.query("message:tail | stats count by labels.line")
        self.assertEqual(len(rows), count)
        self.assertEqual({int(row["count"]) for row in rows}, {1})

    def test_a_growing_file(self):
        self.write("a.log", 0, 100)
        self.assert_each_once(100)
        self.write("a.log", 100, 50)
        self.write("b.log", 150, 10)
        self.assert_each_once(160)

    def test_a_line_counts_when_it_is_complete(self):
        self.write("a.log", 0, 1)
        with open(self.logs / "a.log", "a") as out:
            out.write('{"message":"tail","labels.')
            out.flush()
            self.assert_each_once(1)
            out.write('line":"n000001"}\n')
        self.assert_each_once(2)

    def test_rotation_by_rename(self):
        self.write("a.log", 0, 200)
        self.assert_each_once(200)
        self.write("a.log", 200, 50)
        os.rename(self.logs / "a.log", self.logs / "a.log.1")
        with open(self.logs / "a.log.1", "a") as late:
            late.write('{"message":"tail","labels.line":"n000250"}\n')
        self.write("a.log", 251, 100)
        self.assert_each_once(351)

    def test_rotation_by_copytruncate(self):
        self.write("a.log", 0, 200)
        self.assert_each_once(200)
        shutil.copy(self.logs / "a.log", self.logs / "a.log.1")
        os.truncate(self.logs / "a.log", 0)
        self.write("a.log", 200, 20)
        self.assert_each_once(220)

    def test_a_restart_goes_on_where_it_stopped(self):
        self.write("a.log", 0, 100)
        self.assert_each_once(100)
        self.assertEqual(self.server.stop(), 0)
        self.write("a.log", 100, 100)
        self.server.start()
        self.assert_each_once(200)

    def test_gzip_history_is_read_once(self):
        (self.logs / "old").mkdir()
        packed = gzip.compress(b"".join(b'{"message":"tail","labels.line":"n%06d"}\n' % n
                                        for n in range(300)))
        temporary = self.logs / "old" / "temporary"
        temporary.write_bytes(packed)
        os.rename(temporary, self.logs / "old" / "a.log.2.gz")
        self.assert_each_once(300)
        self.restart()
        self.assert_each_once(300)


if __name__ == "__main__":
    unittest.main()
