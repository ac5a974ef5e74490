"""`python -m tests.bench.door PORT`: an SMTP server that counts mails; each line read is answered with what came since.

An answer is the moments (seconds of the monotonic clock, which all processes share) at which mails were taken.
"""

import json
import sys
import time

from aiosmtpd.controller import Controller


class Door:
    def __init__(self):
        self.moments = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.moments.append(time.monotonic())
        return "250 OK"


def main():
    door = Door()
    controller = Controller(door, hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print("ready", flush=True)
    for _ in sys.stdin:
        came, door.moments = door.moments, []
        print(json.dumps(came), flush=True)
    controller.stop()


if __name__ == "__main__":
    main()
