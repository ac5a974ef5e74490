"""What the company's provider answers is taken from where the settings and its own list say, and from nowhere else."""

import pytest

from tests.accounts.provider import Provider
from tests.accounts.test_single_sign_on import START, UNFIT, go, provider, running, sam, told  # noqa: F401 - fixtures


@pytest.fixture
def stranger():
    stranger = Provider()
    yield stranger
    stranger.stop()


@pytest.mark.usefixtures("sam")
@pytest.mark.parametrize("page", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_an_answer_that_leads_elsewhere_is_none(client, provider, stranger, page, monkeypatch):  # noqa: F811
    pages = provider.pages
    astray = {page: lambda _sent, _headers: (307, {"Location": f"{stranger.url}{page}"}, {})}
    monkeypatch.setattr(provider, "pages", lambda: {**pages(), **astray})
    if page.startswith("/.well-known"):
        assert client.get(START).status_code == 503
    else:
        assert told(client, go(client)) == [UNFIT]
    assert stranger.asked == []
