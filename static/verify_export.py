"""Verify an audit export of Holdfast: python3 -I verify_export.py FILE.csv

The key is read from the environment variable SEAL_KEY, or asked for. Needs Python 3.8 or later and nothing else.
Prints every day whose lines are not what was exported, and exits 1; exits 0 when the whole file is as it was sent.

The file: a header, one line a record, each beginning with its moment in UTC; then the proof, records that begin with #:
    #export,1,KEY,MOMENT         which key signed it: the first 16 digits of HMAC(key, "holdfast seal key")
    #day,DAY,ROWS,DIGEST,SIGN    the lines of a day: how many, SHA-256, HMAC over these and the SIGN of the day before
    #seal,ROOT,LINES...          a nightly seal of the database: its root is the HMAC over its lines, where they stand
    #end,ROWS,SIGN               how many lines in all, HMAC over the SHA-256 of everything above
"""

import csv
import getpass
import hashlib
import hmac
import os
import sys


def sign(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def days_that_differ(rows, proof, key):
    found, order = {}, []
    for line in rows:
        day = line[:10].decode("utf-8", "replace")
        found.setdefault(day, []).append(line)
        if order[-1:] != [day]:
            order.append(day)
    before, days = "0" * 64, []
    for day, count, digest, signed in (each[1:] for each in proof if each[0] == "#day"):
        days.append(day)
        if signed != sign(key, f"holdfast export day\n{before}\n{day}\n{count}\n{digest}"):
            yield f"{day}: the proof of this day, or of the one before it, was changed"
        before, stand = signed, found.get(day, [])
        if str(len(stand)) != count:
            yield f"{day}: {count} rows were exported, {len(stand)} stand here"
        elif hashlib.sha256(b"".join(stand)).hexdigest() != digest:
            yield f"{day}: a row was edited, or its place was changed"
    for day in sorted(set(found) - set(days)):
        yield f"{day}: {len(found[day])} rows stand here that were not exported"
    if order != days:
        yield "the days do not stand in the order in which they were exported"


def seals_that_differ(proof, key):
    before = None
    for root, *lines in (each[1:] for each in proof if each[0] == "#seal"):
        if lines and root != sign(key, "\n".join(lines)):
            yield f"the seal {root} does not sign what stands beside it, or was made with another key"
        if lines and before not in (None, lines[1]):
            yield f"the seal {root} does not continue the one before"
        before = root


def problems(lines, key):
    start = next((n for n, line in enumerate(lines) if line.startswith(b"#export,")), len(lines))
    rows, proof = lines[1:start], list(csv.reader(line.decode("utf-8", "replace") for line in lines[start:]))
    if not proof or proof[-1][:1] != ["#end"] or any(len(each) != 5 for each in proof if each[:1] == ["#day"]):
        return ["the proof is missing or was cut off"]
    if proof[0][1:3] != ["1", sign(key, "holdfast seal key")[:16]]:
        return [f"signed with another key ({proof[0][2]}), or in another format"]
    whole = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    wrong = [*days_that_differ(rows, proof, key), *seals_that_differ(proof, key)]
    if proof[-1][1:] != [str(len(rows)), sign(key, f"holdfast export end\n{len(rows)}\n{whole}")]:
        wrong.append("the file as a whole is not as it was sent")
    return wrong


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    key = os.environ.get("SEAL_KEY") or getpass.getpass("Seal key: ")
    with open(sys.argv[1], "rb") as file:
        wrong = problems(file.read().splitlines(keepends=True), key)
    sys.stdout.write("\n".join(wrong or ["The file is as it was sent."]) + "\n")
    sys.exit(1 if wrong else 0)


main()
