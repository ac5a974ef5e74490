"""A phone against a real server: it reads pages, sends their forms, taps twice, and loses answers on the way."""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from inventory_site.embedded.record import HOST

LOST = (HTTPException, ConnectionError)
MOST_TRIES = 8


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    text: str


@dataclass
class Form:
    """What a browser would send of a form: (name, value) of every field, without its buttons."""

    action: str
    fields: list = field(default_factory=list)

    def data(self, **changes):
        """Return the fields with these in place of theirs; None leaves one out, a list sends several."""
        kept = [(name, value) for name, value in self.fields if name not in changes]
        for name, value in changes.items():
            kept += [(name, each) for each in (value if isinstance(value, list) else [value]) if each is not None]
        return kept


class _Forms(HTMLParser):
    """Finds the forms of a page that are sent with POST."""

    def __init__(self):
        super().__init__()
        self.found, self.open, self.select, self.chosen = [], None, None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.open = Form(given.get("action", ""))
            if given.get("method") == "post":
                self.found.append(self.open)
        if self.open is None or ("disabled" in given and tag != "option"):
            return
        name, kind = given.get("name"), given.get("type", "text")
        if tag == "input" and name and kind != "submit" and (kind not in ("radio", "checkbox") or "checked" in given):
            self.open.fields.append((name, given.get("value") or ""))
        elif tag == "select":
            self.select, self.chosen = name, None
        elif tag == "option" and self.select and (self.chosen is None or "selected" in given):
            self.chosen = given.get("value") or ""
        elif tag == "textarea":
            self.open.fields.append((name, ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "select" and self.open is not None and self.select:
            self.open.fields.append((self.select, self.chosen or ""))
            self.select = None


def forms(text):
    """Return the POST forms of a page by the address they are sent to."""
    parser = _Forms()
    parser.feed(text)
    return {form.action: form for form in parser.found}


class Phone:
    """One browser with its session over one connection that is kept; `statuses` counts every answer."""

    def __init__(self, port, session, statuses):
        self.port, self.statuses = port, statuses
        self.cookies = {"sessionid": session}
        self.line = None
        page = self.get("/receive/")
        self.token = dict(forms(page.text)["/receive/"].fields)["csrfmiddlewaretoken"]

    def get(self, path):
        """Read a page; again where the line broke or the server was busy."""
        for _ in range(MOST_TRIES):
            try:
                answer = self._read(self._ask("GET", path))
            except LOST:
                self.hang_up()
                continue
            if answer.status != 503:
                return answer
            wait(answer)
        raise AssertionError(f"no answer to GET {path}")

    def post(self, path, data, *, dropped=None):
        """Send a form until it is answered by something other than busy.

        `dropped`: hang up so many seconds after the first sending, without reading what came of it.
        """
        for attempt in range(MOST_TRIES):
            try:
                line = self._ask("POST", path, data)
                if dropped is not None and not attempt:
                    time.sleep(dropped)
                    self.hang_up()
                    continue
                answer = self._read(line)
            except LOST:
                self.hang_up()
                continue
            if answer.status != 503:
                return answer
            wait(answer)
        raise AssertionError(f"always busy: POST {path}")

    def post_twice(self, path, data):
        """Send the same form over two lines before either is answered; return both answers, busy ones sent again."""
        other = Phone.__new__(Phone)
        other.__dict__.update(self.__dict__, line=None)
        try:
            first, second = (phone._ask("POST", path, data) for phone in (self, other))
            answers = [self._read(first), other._read(second)]
        except LOST:
            self.hang_up()
            return [self.post(path, data), self.post(path, data)]
        finally:
            other.hang_up()
        for place, answer in enumerate(answers):
            if answer.status == 503:
                wait(answer)
                answers[place] = self.post(path, data)
        return answers

    def hang_up(self):
        if self.line is not None:
            self.line.close()
        self.line = None

    def _ask(self, method, path, data=()):
        if self.line is None:
            self.line = HTTPConnection(HOST, self.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": "localhost", "Origin": "http://localhost", "Cookie": cookies}
        body = None
        if method == "POST":
            body = urlencode([("csrfmiddlewaretoken", self.token), *data])
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, body, headers)
        return self.line

    def _read(self, line):
        response = line.getresponse()
        text = response.read().decode()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.update({key: morsel.value for key, morsel in SimpleCookie(value).items()})
        self.statuses[response.status] += 1
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)


def wait(answer):
    """Wait as long as a busy answer asks for."""
    time.sleep(int(answer.headers["retry-after"]))
