"""The part of the random days that goods spend on the way: drafts, sendings, receipts in parts, write-offs, undoing.

The model is `transfers`: one dict a transfer, with its source by position, the lots that were sent, received and
written off, and what each operation did. A transfer whose goods are all accounted for is over, as in the books.
"""

from collections import Counter
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from stock import services
from stock.errors import NotReversible, Refused, StateMovedOn
from stock.models import ReasonCode, Transfer, TransferLine

quantities = st.integers(1, 12).map(Decimal)
pick, which = st.integers(0, 1), st.integers(0, 10**6)


class UnderWay:
    """One transfer in the model; `steps` are its operations that stand: (operation, kind, {lot: n}, ledger changes)."""

    def __init__(self, transfer, p, source):
        self.transfer, self.p, self.source = transfer, p, source
        self.steps = []

    def total(self, kind):
        total = Counter()
        for _, done, lots, _ in self.steps:
            if done == kind:
                total.update(lots)
        return total

    @property
    def waiting(self):
        waiting = self.total("send")
        waiting.subtract(self.total("arrive"))
        waiting.subtract(self.total("write_off"))
        return {lot: n for lot, n in waiting.items() if n}

    @property
    def state(self):
        if not self.steps:
            return "cancelled"
        return "sent" if self.waiting else "closed"


class TransferRules:
    """Rules for the machine of `Ledger`, which has `held`, `fefo`, `slip`, `products`, `warehouses` and `bins`."""

    def sent_somewhere(self, n):
        return self.transfers[n % len(self.transfers)]

    def line(self, p, quantity):
        return services.TransferLine(product=self.products[p], quantity=quantity)

    @rule(p=pick, w=pick, quantity=quantities)
    def draft(self, p, w, quantity):
        ends = {"warehouse": self.warehouses[w], "destination": self.warehouses[1 - w]}
        draft = services.draft_transfer(lines=[self.line(p, quantity)], **ends, **self.slip())
        self.drafts.append((draft, p, w, quantity))

    @precondition(lambda self: self.drafts)
    @rule(n=which)
    def cancel_a_draft(self, n):
        draft, *_ = self.drafts.pop(n % len(self.drafts))
        assert services.cancel_transfer(transfer=draft, version=1, **self.slip()).state == "cancelled"

    @precondition(lambda self: self.drafts)
    @rule(n=which)
    def send_a_draft(self, n):
        draft, p, w, quantity = self.drafts[n % len(self.drafts)]
        if self.sent(p, w, quantity, transfer=draft, version=1):
            self.drafts.remove((draft, p, w, quantity))
            try:
                self.sent(p, w, quantity, transfer=draft, version=1)
            except StateMovedOn:
                return
            raise AssertionError("a draft was sent twice")

    @rule(p=pick, w=pick, quantity=quantities)
    def send(self, p, w, quantity):
        self.sent(p, w, quantity)

    def sent(self, p, w, quantity, **draft):
        changes = self.fefo(p, w, quantity)
        ends = {"warehouse": self.warehouses[w], "destination": self.warehouses[1 - w]}
        try:
            operation = services.send_transfer(lines=[self.line(p, quantity)], **ends, **draft, **self.slip())
        except Refused:
            assert changes is None, "refused although there is enough"
            return False
        assert changes is not None, "sent although there is not enough"
        going = UnderWay(operation.transfer, p, w)
        lots = Counter()
        for (_p, _w, _b, lot), n in changes.items():
            lots[lot] -= n
        self.did(going, operation, "send", +lots, changes)
        self.transfers.append(going)
        return True

    def did(self, going, operation, kind, lots, changes):
        going.steps.append((operation, kind, lots, changes))
        self.held.update(changes)

    def lines_of(self, going, quantity):
        """Return the line of the first lot on the way, with so much of it; and the lot."""
        lot = next(iter(going.waiting), "")
        line = next(v for v in going.transfer.lines.select_related("lot") if (v.lot.number if v.lot else "") == lot)
        return line, lot

    @precondition(lambda self: any(going.waiting for going in self.transfers))
    @rule(n=which, b=pick, quantity=quantities)
    def receive_a_part(self, n, b, quantity):
        going = [each for each in self.transfers if each.waiting][n % sum(bool(t.waiting) for t in self.transfers)]
        line, lot = self.lines_of(going, quantity)
        arriving = services.ArriveLine(line=line, quantity=quantity, location=self.bins[1 - going.source][b])
        try:
            operation = services.receive_transfer(transfer=going.transfer, lines=[arriving], **self.slip())
        except Refused:
            assert quantity > going.waiting[lot]
            return
        assert quantity <= going.waiting[lot]
        changes = Counter({(going.p, 1 - going.source, b, lot): quantity})
        self.did(going, operation, "arrive", Counter({lot: quantity}), changes)

    @precondition(lambda self: any(going.waiting for going in self.transfers))
    @rule(n=which, quantity=quantities)
    def write_off(self, n, quantity):
        going = [each for each in self.transfers if each.waiting][n % sum(bool(t.waiting) for t in self.transfers)]
        line, lot = self.lines_of(going, quantity)
        lines, reason = [services.WriteOffLine(line=line, quantity=quantity)], ReasonCode.objects.get(code="lost")
        try:
            operation = services.write_off_transfer(transfer=going.transfer, lines=lines, reason=reason, **self.slip())
        except Refused:
            assert quantity > going.waiting[lot]
            return
        assert quantity <= going.waiting[lot]
        self.did(going, operation, "write_off", Counter({lot: quantity}), Counter())

    @precondition(lambda self: any(going.steps for going in self.transfers))
    @rule(n=which, step=which)
    def undo_a_step(self, n, step):
        going = [each for each in self.transfers if each.steps][n % sum(bool(t.steps) for t in self.transfers)]
        operation, kind, lots, changes = going.steps[step % len(going.steps)]
        free = kind != "send" or len(going.steps) == 1
        possible = free and all(self.held[key] >= n for key, n in changes.items())
        try:
            services.reverse(operation=operation, **self.slip())
        except NotReversible:
            assert not possible
            return
        assert possible
        self.held.subtract(changes)
        going.steps.remove((operation, kind, lots, changes))

    @precondition(lambda self: self.transfers)
    @rule(n=which)
    def undo_the_whole(self, n):
        going = self.sent_somewhere(n)
        net = Counter()
        for *_, changes in going.steps:
            net.update(changes)
        possible = all(self.held[key] >= n for key, n in net.items())
        try:
            undone = services.undo_transfer(transfer=going.transfer, **self.slip())
        except NotReversible:
            assert not possible
            return
        assert possible
        assert [reversal.reverses_id for reversal in undone] == [step[0].pk for step in reversed(going.steps)]
        self.held.subtract(net)
        going.steps = []

    @precondition(lambda self: any(going.waiting for going in self.transfers))
    @rule(n=which)
    def two_phones_receive_all_at_once(self, n):
        going = [each for each in self.transfers if each.waiting][n % sum(bool(t.waiting) for t in self.transfers)]
        line, lot = self.lines_of(going, None)
        quantity = going.waiting[lot]
        bin = self.bins[1 - going.source][0]

        def phone(_):
            arriving = services.ArriveLine(line=line, quantity=quantity, location=bin)
            try:
                return services.receive_transfer(transfer=going.transfer, lines=[arriving], **self.slip())
            except (Refused, StateMovedOn):
                return None

        [operation] = filter(None, self.phones.map(phone, range(2)))
        changes = Counter({(going.p, 1 - going.source, 0, lot): quantity})
        self.did(going, operation, "arrive", Counter({lot: quantity}), changes)

    @invariant()
    def what_is_on_the_way_is_what_the_model_says(self):
        if not hasattr(self, "transfers"):
            return
        by_key = {going.transfer.pk: going for going in self.transfers}
        states = dict(Transfer.objects.filter(pk__in=by_key).values_list("pk", "state"))
        assert states == {pk: going.state for pk, going in by_key.items()}
        lines = TransferLine.objects.filter(transfer__in=by_key)
        for pk, lot, *figures in lines.values_list("transfer", "lot__number", "sent", "received", "written_off"):
            assert figures == [by_key[pk].total(kind)[lot or ""] for kind in ("send", "arrive", "write_off")]


__all__ = ["TransferRules"]
