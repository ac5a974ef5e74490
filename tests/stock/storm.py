"""What fifty people do at once: each is at a phone, and remembers everything that was answered to them."""

import random
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field

from tests.stock.phone import forms

LOTS = {"SOON": 5, "LATE": 50}
BINS = {"NORTH": ["N-01", "N-02", "N-03"], "SOUTH": ["S-01", "S-02", "S-03"]}
OTHER = {"NORTH": "SOUTH", "SOUTH": "NORTH"}
OPERATION = re.compile(r'href="/operations/([0-9a-f-]{36})/"')
TRANSFER, COUNT = re.compile(r'href="/transfers/(\d+)/"'), re.compile(r'href="/counts/(\d+)/"')
BIN = re.compile(r'href="(/counts/\d+/bins/[^"/]+/)"')
KINDS = {
    *("receive", "ship", "move", "adjust", "transfer", "send", "arrive", "write_off", "draft", "undo"),
    *("cancel_transfer", "undo_transfer", "open_count", "submit_count", "post_count", "undo_count", "cancel_count"),
}
# How often of a hundred a person taps twice, and loses the answer.
TWICE, DROPPED = 12, 10


@dataclass(frozen=True)
class Deed:
    """Something that was sent, and every answer to it. `about` is the operation, transfer or count that it changes.

    `total` is what it adds by SKU to all warehouses together, None where only the server knows.
    """

    kind: str
    key: uuid.UUID
    about: object = None
    total: Counter | None = None
    answers: list = field(default_factory=list)
    sent: tuple = ()

    @property
    def acknowledged(self):
        return 303 in self.answers


class Worker:
    """Somebody at work in the warehouses `places`; `crew` are the ids of who may count in each."""

    def __init__(self, phone, number, places, products, crew, until):
        self.phone, self.places, self.products, self.crew, self.until = phone, places, products, crew, until
        self.dice = random.Random(number)
        self.deeds = []

    def work(self, clock):
        acts = [act for act, weight in ACTS.items() for _ in range(weight)]
        while clock() < self.until:
            self.dice.choice(acts)(self)
        self.phone.hang_up()

    def send(self, kind, path, data, *, key=None, about=None, total=None):
        """Send a form as people do: once, twice at once, or again because the answer was lost."""
        deed = Deed(kind, uuid.UUID(str(key or dict(data)["key"])), about, total, sent=(path, data))
        self.deeds.append(deed)
        fate = self.dice.randrange(100)
        if fate < TWICE:
            answers = self.phone.post_twice(path, data)
            if answers[0].status != answers[1].status:
                answers.append(self.phone.post(path, data))
        else:
            lost = self.dice.choice([0, 0.005, 0.05]) if fate < TWICE + DROPPED else None
            answers = [self.phone.post(path, data, dropped=lost)]
        deed.answers.extend(answer.status for answer in answers)

    # Verbs that a sheet books.
    def sheet(self, kind, line, *, sign=0, here=None, deed="", **head):
        """Send a sheet with several products, in any order, and one line of each."""
        here = here or self.dice.choice(self.places)
        chosen = self.dice.sample(self.products, self.dice.randint(1, 5))
        data = {"key": uuid.uuid4(), "warehouse": here, "at": "", "code": "", "reference": "", "note": "", **head}
        total = Counter()
        for n, (sku, tracked) in enumerate(chosen):
            quantity = self.dice.randint(1, 12)
            total[sku] += sign * quantity
            whole = {"code": sku, "quantity": quantity, **line(here, tracked)}
            data |= {f"line-{n}-{name}": value for name, value in whole.items()}
        # A draft that is kept books nothing.
        self.send(deed or kind, f"/{kind}/", list(data.items()), total=total)

    def bin(self, here):
        return self.dice.choice(BINS[here])

    def lot(self, tracked):
        return self.dice.choice(list(LOTS)) if tracked else ""

    def receive(self):
        self.sheet(
            "receive",
            lambda here, tracked: {"location": self.bin(here), "lot_number": self.lot(tracked)},
            sign=1,
        )

    def ship(self):
        self.sheet("ship", lambda _here, _tracked: {"location": ""}, sign=-1, lot_reason="")

    def ship_a_lot(self):
        self.sheet(
            "ship",
            lambda _here, tracked: {"location": "", "lot_number": "LATE" if tracked else ""},
            sign=-1,
            lot_reason="the customer asked for it",
        )

    def move(self):
        def line(here, tracked):
            source, destination = self.dice.sample(BINS[here], 2)
            return {"source": source, "destination": destination, "lot_number": self.lot(tracked)}

        self.sheet("move", line)

    def adjust(self):
        way = self.dice.choice(["add", "take"])
        self.sheet(
            "adjust",
            lambda here, tracked: {"location": self.bin(here), "lot_number": self.lot(tracked), "way": way},
            sign=1 if way == "add" else -1,
            reason="found" if way == "add" else "lost",
        )

    def transfer(self, way="both", deed="transfer", sign=0):
        here = self.dice.choice(self.places)
        self.sheet(
            "transfer",
            lambda _here, _tracked: {"source": ""},
            sign=sign,
            here=here,
            deed=deed,
            destination=OTHER[here],
            way=way,
            lot_reason="",
        )

    def send_goods(self):
        self.transfer("send", "send", -1)

    def draft(self):
        self.transfer("draft", "draft")

    # What is on its way.
    def one_of(self, path, pattern):
        """Return one of the newest things that a page links to, or None."""
        found = list(dict.fromkeys(pattern.findall(self.phone.get(path).text)))[:12]
        return self.dice.choice(found) if found else None

    def form_of(self, page, address):
        """Return the form of a page that is sent to an address, None where the page offers none to this person."""
        return forms(self.phone.get(page).text).get(address)

    def send_a_draft(self):
        pk = self.one_of("/transfers/?state=draft", TRANSFER)
        form = pk and self.form_of(f"/transfers/{pk}/edit/", "/transfer/")
        if form and self.dice.random() < 0.3:
            self.send("draft", "/transfer/", form.data(way="draft", note="look again"), about=int(pk))
        elif form:
            self.send("send", "/transfer/", form.data(way="send"), about=int(pk))

    def arrive(self, kind="receive", **head):
        pk = self.one_of("/transfers/?state=sent", TRANSFER)
        address = f"/transfers/{pk}/{kind}/"
        form = pk and self.form_of(address, address)
        if not form:
            return
        changed = {}
        for name, value in form.fields:
            if name.endswith("-quantity") and value:
                changed[name] = self.dice.choice([value, value, str(int(value) // 2), "1", ""])
        named = "arrive" if kind == "receive" else "write_off"
        self.send(named, address, form.data(**{**changed, **head}), about=int(pk))

    def receive_all(self):
        self.press("/transfers/?state=sent", TRANSFER, "/transfers/{}/", "receive", "arrive", everything="1")

    def write_off(self):
        self.arrive("write-off", reason="lost")

    def press(self, board, pattern, page, what, kind, **extra):
        """Press a button on the page of one of the things that a board lists."""
        if pk := self.one_of(board, pattern):
            address = f"{page.format(pk)}{what}/"
            if form := self.form_of(page.format(pk), address):
                data = form.data(**extra)
                key = dict(data).get("key") or uuid.uuid4()
                self.send(kind, address, data, key=key, about=pk)

    def cancel_a_transfer(self):
        board = self.dice.choice(["draft", "sent"])
        self.press(f"/transfers/?state={board}", TRANSFER, "/transfers/{}/", "cancel", "cancel_transfer")

    def undo_a_transfer(self):
        board = self.dice.choice(["sent", "done"])
        self.press(f"/transfers/?state={board}", TRANSFER, "/transfers/{}/", "undo", "undo_transfer")

    def undo(self):
        self.press("/transactions/", OPERATION, "/operations/{}/", "undo", "undo")

    # Counts.
    def open_a_count(self):
        here = self.dice.choice(self.places)
        bins = " ".join(self.dice.sample(BINS[here], self.dice.choice([1, 1, 2])))
        head = {"key": uuid.uuid4(), "warehouse": here, "scope": "bins", "bins": bins, "products": "", "note": ""}
        self.send("open_count", "/counts/new/", [*head.items(), *(("assignees", pk) for pk in self.crew[here])])

    def count_a_bin(self):
        pk = self.one_of("/counts/", COUNT)
        if pk and (address := self.one_of(f"/counts/{pk}/", BIN)):
            self.found(pk, address)

    def found(self, pk, address):
        if form := self.form_of(address, address):
            found = {name: str(self.dice.randint(0, 60)) for name, _ in form.fields if name.endswith("-quantity")}
            done = {"finish": "1", "empty": "1"} if self.dice.random() < 0.8 else {"part": "1"}
            self.send("submit_count", address, form.data(**found, **done), about=int(pk))

    def count_and_post(self):
        """Count whatever is left of a count, and post it; sometimes it was all wrong, and is undone."""
        if pk := self.one_of("/counts/", COUNT):
            for address in sorted(set(BIN.findall(self.phone.get(f"/counts/{pk}/").text))):
                self.found(pk, address)
            address = f"/counts/{pk}/post/"
            if form := self.form_of(address, address):
                self.send("post_count", address, form.data(), about=int(pk))
                if self.dice.random() < 0.4:
                    self.press(f"/counts/{pk}/", re.compile(f"/counts/({pk})/"), "/counts/{}/", "undo", "undo_count")

    def undo_a_count(self):
        self.press("/counts/?state=posted", COUNT, "/counts/{}/", "undo", "undo_count")

    def cancel_a_count(self):
        self.press("/counts/", COUNT, "/counts/{}/", "cancel", "cancel_count")


ACTS = {
    Worker.receive: 5,
    Worker.ship: 5,
    Worker.ship_a_lot: 2,
    Worker.move: 4,
    Worker.adjust: 2,
    Worker.transfer: 3,
    Worker.send_goods: 3,
    Worker.draft: 2,
    Worker.send_a_draft: 3,
    Worker.arrive: 5,
    Worker.receive_all: 1,
    Worker.write_off: 2,
    Worker.cancel_a_transfer: 2,
    Worker.undo_a_transfer: 3,
    Worker.undo: 4,
    Worker.open_a_count: 2,
    Worker.count_a_bin: 3,
    Worker.count_and_post: 4,
    Worker.undo_a_count: 2,
    Worker.cancel_a_count: 1,
}
