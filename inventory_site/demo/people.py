"""The people of the demonstration: three who sign in, and those who did the work before."""

from accounts.models import User
from accounts.services import add_person, set_right
from inventory_site.demo.names import PEOPLE
from inventory_site.demo.statements import copy
from warehouses.models import Right, Warehouse

# Shown at every start; it protects invented goods.
PASSWORD = "count-twice-ship-once"  # nosec B105 # shown at every start
DOMAIN = "demo.holdfast.example"
# Role, name, in how many warehouses, with which right.
ACCOUNTS: tuple[tuple[str, str, int, Right], ...] = (
    ("staff", "Sam Porter", 3, "operate"),
    ("manager", "Maria Keller", 5, "manage"),
    ("admin", "Ada Lindholm", 0, "manage"),
)


def accounts() -> list[User]:
    """Return the demonstration's accounts that exist here, staff first."""
    emails = [f"{role}@{DOMAIN}" for role, *_ in ACCOUNTS]
    return sorted(User.objects.active().filter(email__in=emails), key=lambda person: emails.index(person.email))


def add_people(warehouses: list[Warehouse]) -> None:
    """Add everybody, and note in `demo_person` who works where: the loaded operations are theirs."""
    for role, name, reach, right in ACCOUNTS:
        home = warehouses[0] if role != "admin" else None
        person = add_person(
            email=f"{role}@{DOMAIN}",
            name=name,
            role=role,
            password=PASSWORD,
            home_warehouse=home,
            time_zone=warehouses[0].time_zone,
        )
        for warehouse in warehouses[:reach]:
            set_right(person=person, warehouse=warehouse, right=right)
    copy("demo_person", ["w", "n", "id", "colleagues"], _add_colleagues(warehouses))


def _add_colleagues(warehouses: list[Warehouse]) -> list[tuple[int, int, int, int]]:
    """Add the people without a password, as many in each warehouse; return (warehouse, number in it, id, how many)."""
    team = len(PEOPLE) // len(warehouses)
    rows = []
    for place, warehouse in enumerate(warehouses):
        for number in range(team):
            name = PEOPLE[place * team + number]
            person = add_person(
                email=f"person{place * team + number + 1:02}@{DOMAIN}",
                name=name,
                role="staff",
                home_warehouse=warehouse,
                time_zone=warehouse.time_zone,
            )
            set_right(person=person, warehouse=warehouse, right="operate")
            rows.append((place + 1, number, person.pk, team))
    return rows
