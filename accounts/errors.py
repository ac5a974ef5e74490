"""What the services of accounts raise.

Refused                 what a person asked for is not done; its words are for them (422)
├── AddressTaken        somebody has this e-mail address already
├── OwnAccount          people do not suspend, demote or anonymise themselves
├── LastAdmin           nobody else who is active would be an admin
└── StillActive         only somebody who is suspended can be anonymised
StateMovedOn            the person or the invitation is no longer in the state that the page showed (409)
LinkGone                a link was used, was withdrawn or is too old (410)
NotLetIn                the company's provider has proved who somebody is, but they may not come in
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User


class Refused(Exception):
    """What a person asked for is not done; the words are for them."""


class AddressTaken(Refused):
    """Somebody has this e-mail address already."""


class OwnAccount(Refused):
    """People do not suspend, demote or anonymise themselves."""


class LastAdmin(Refused):
    """Nobody else who is active would be an admin."""


class StillActive(Refused):
    """Only somebody who is suspended can be anonymised."""


class StateMovedOn(Exception):
    """The person or the invitation is no longer in the state that the page showed."""


class LinkGone(Exception):
    """A link was used, was withdrawn or is too old; the words never say for whom it was."""


class NotLetIn(Exception):
    """The company's provider has proved who somebody is, but they may not come in; `person` is the account meant."""

    def __init__(self, words: str, person: "User | None" = None) -> None:
        super().__init__(words)
        self.person = person
