"""The part of the random days that people count: goods move between opening, counting, posting and undoing.

The model is `counts`: one object a count with its warehouse and bins by position, what each line found and expected at
its counting (None while it waits), which bins are finished, and what posting it booked.
"""

from collections import Counter
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from stock import services
from stock.errors import NotReversible, Refused, StateMovedOn
from stock.models import Count, CountLine

pick, which = st.integers(0, 1), st.integers(0, 10**6)
wrong = st.sampled_from([0, 0, 0, 1, -1, 3, -2]).map(Decimal)
MOST = 4


class Counting:
    """One count in the model; `lines` are {(product, warehouse, bin, lot): (counted, expected) or None}."""

    def __init__(self, count, w, bins, lines):
        self.count, self.w, self.bins, self.lines = count, w, bins, dict.fromkeys(lines)
        self.finished = set()
        # The counts that have put a line right since it was counted here.
        self.right_since = {}
        self.changes = None
        self.end = None

    @property
    def state(self):
        if self.end:
            return self.end
        return "review" if self.finished == set(self.bins) and None not in self.lines.values() else "open"

    @property
    def variances(self):
        return Counter({place: found[0] - found[1] for place, found in self.lines.items() if found[0] != found[1]})


class CountRules:
    """Rules for the machine of `Ledger`, which has `held`, `slip`, `lot`, `products`, `warehouses` and `bins`."""

    def some_count(self, n):
        return self.counts[n % len(self.counts)]

    @staticmethod
    def nothing_since(counting, *places):
        for place in places:
            counting.right_since.pop(place, None)

    @precondition(lambda self: len(self.counts) < MOST)
    @rule(w=pick, bins=st.sampled_from([[0], [1], [0, 1]]))
    def open_a_count(self, w, bins):
        slip = self.slip()
        parts = {
            "warehouse": self.warehouses[w],
            "locations": [self.bins[w][b] for b in bins],
            "assignees": [self.by],
            "by": self.by,
            "key": slip["key"],
        }
        count = services.open_count(**parts)
        assert services.open_count(**parts).pk == count.pk
        lines = [place for place, n in self.held.items() if n and place[1] == w and place[2] in bins]
        self.counts.append(Counting(count, w, bins, lines))

    @precondition(lambda self: self.counts)
    @rule(n=which, b=pick, by=wrong, extra=st.booleans(), p=pick, lot=pick)
    def count_a_bin(self, n, b, by, extra, p, lot):
        """Find in a bin what lies there, `by` too much or too little; sometimes something that is not on the list."""
        counting = self.some_count(n)
        b = counting.bins[b % len(counting.bins)]
        places = [place for place in counting.lines if place[2] == b]
        if extra and (place := (p, counting.w, b, self.lot(p, lot))) not in places:
            places.append(place)
        found = {place: (max(Decimal(0), self.held[place] + by), Decimal(self.held[place])) for place in places}
        lines = [
            services.Found(
                product=self.products[place[0]],
                location=self.bins[place[1]][place[2]],
                counted=counted,
                lot_number=place[3],
            )
            for place, (counted, _) in found.items()
        ]
        slip = self.slip()
        parts = {"count": counting.count, "found": lines, "finished": [self.bins[counting.w][b]], **slip}
        try:
            services.submit_count(**parts)
        except StateMovedOn:
            assert counting.end
            return
        assert not counting.end
        assert services.submit_count(**parts).replayed
        counting.lines.update(found)
        self.nothing_since(counting, *found)
        counting.finished.add(b)

    @precondition(lambda self: self.counts)
    @rule(n=which, line=which)
    def send_a_line_back(self, n, line):
        counting = self.some_count(n)
        counted = [place for place, found in counting.lines.items() if found]
        if counting.end or not counted:
            return
        place = counted[line % len(counted)]
        row = counting.count.lines.get(
            product=self.products[place[0]], location=self.bins[place[1]][place[2]], lot__number=place[3] or None
        )
        services.ask_recount(count=counting.count, lines=[row])
        counting.lines[place] = None
        self.nothing_since(counting, place)
        counting.finished.discard(place[2])

    @precondition(lambda self: self.counts)
    @rule(n=which)
    def post_a_count(self, n):
        counting = self.some_count(n)
        ready = counting.state == "review"
        possible = (
            ready
            and not any(counting.right_since.values())
            and all(self.held[place] + more >= 0 for place, more in counting.variances.items())
        )
        slip = self.slip()
        try:
            services.post_count(count=counting.count, **slip)
        except StateMovedOn:
            assert not ready
            return
        except Refused:
            assert ready
            assert not possible
            return
        assert possible
        services.post_count(count=counting.count, **slip)
        counting.changes = counting.variances
        self.held.update(counting.changes)
        counting.end = "posted"
        for other in self.counts:
            for place in counting.changes:
                if other is not counting and other.lines.get(place):
                    other.right_since.setdefault(place, set()).add(counting)

    @precondition(lambda self: any(each.end == "posted" for each in self.counts))
    @rule(n=which)
    def undo_a_count(self, n):
        posted = [each for each in self.counts if each.end == "posted"]
        counting = posted[n % len(posted)]
        possible = counting.changes and all(self.held[place] >= more for place, more in counting.changes.items())
        try:
            services.undo_count(count=counting.count, **self.slip())
        except NotReversible:
            assert not possible
            return
        assert possible
        self.held.subtract(counting.changes)
        counting.end = "undone"
        for other in self.counts:
            for since in other.right_since.values():
                since.discard(counting)

    @precondition(lambda self: self.counts)
    @rule(n=which)
    def cancel_a_count(self, n):
        counting = self.some_count(n)
        if counting.end is None:
            services.cancel_count(count=counting.count)
            counting.end = "cancelled"

    @invariant()
    def counts_say_what_the_model_says(self):
        if not getattr(self, "counts", None):
            return
        keys = [each.count.pk for each in self.counts]
        states = dict(Count.objects.filter(pk__in=keys).values_list("pk", "state"))
        assert [states[each.count.pk] for each in self.counts] == [each.state for each in self.counts]
        place = {bin.pk: (w, b) for w, bins in enumerate(self.bins) for b, bin in enumerate(bins)}
        index = {product.pk: p for p, product in enumerate(self.products)}
        rows = CountLine.objects.filter(count__in=keys).values_list(
            "count", "product", "location", "lot__number", "counted", "expected"
        )
        said = {
            (count, index[p], *place[b], lot or ""): None if counted is None else (counted, expected)
            for count, p, b, lot, counted, expected in rows
        }
        assert said == {(each.count.pk, *at): found for each in self.counts for at, found in each.lines.items()}
