import pytest

SWITCH = "/warehouses/switch"


def test_a_person_works_elsewhere_from_now_on(client, sign_in, north, south):
    sign_in("staff", {north: "view", south: "operate"})
    response = client.post(SWITCH, {"warehouse": "south", "next": "/products/?q=bolt&warehouse=NORTH&after=A"})
    assert (response.status_code, response["Location"]) == (302, "/products/?q=bolt&after=A")
    assert client.session["warehouse"] == "SOUTH"


@pytest.mark.parametrize(
    "way",
    [
        "//evil.example",
        "https://evil.example/",
        "http:///evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/\x00//",
        "",
    ],
)
def test_nobody_is_sent_away(client, sign_in, north, way):
    sign_in("staff", {north: "view"})
    location = client.post(SWITCH, {"warehouse": "NORTH", "next": way})["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "evil" not in location


def test_it_goes_back_to_where_the_person_was(client, sign_in, north):
    sign_in("staff", {north: "view"})
    here = {"warehouse": "NORTH"}
    assert client.post(SWITCH, here, headers={"referer": "http://testserver/ship/"})["Location"] == "/ship/"
    assert client.post(SWITCH, here, headers={"referer": "http://evil.example/ship/"})["Location"] == "/warehouses/"


@pytest.mark.parametrize("code", ["SOUTH", "NOWHERE", "", "\x00"])
def test_a_warehouse_that_is_not_theirs_is_not_found(client, sign_in, north, south, code):
    sign_in("manager", {north: "manage"})
    assert client.post(SWITCH, {"warehouse": code}).status_code == 404
    assert "warehouse" not in client.session


def test_nobody_works_in_a_closed_one(client, sign_in, north):
    sign_in("admin")
    north.status = "closed"
    north.save()
    assert client.post(SWITCH, {"warehouse": "NORTH"}).status_code == 302
    assert "warehouse" not in client.session


def test_a_link_does_not_switch(client, sign_in, north):
    sign_in("admin")
    assert client.get(SWITCH, {"warehouse": "NORTH"}).status_code == 405
