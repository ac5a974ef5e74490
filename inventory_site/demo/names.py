"""What the made-up company deals in, where, and who works there."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    address: str
    time_zone: str


PLACES = (
    Place("NORTH", "Northern warehouse", "Alnabruveien 12, 0668 Oslo", "Europe/Oslo"),
    Place("SOUTH", "Southern warehouse", "Calle de la Resina 33, 28021 Madrid", "Europe/Madrid"),
    Place("EAST", "Eastern warehouse", "ul. Annopol 4, 03-236 Warszawa", "Europe/Warsaw"),
    Place("WEST", "Western warehouse", "Rua da Estação 9, 2685-333 Lisboa", "Europe/Lisbon"),
    Place("CENTRAL", "Central hub", "Westhafenstraße 1, 13353 Berlin", "Europe/Berlin"),
    Place("HARBOUR", "Harbour warehouse", "Waalhaven Zuidzijde 19, 3088 Rotterdam", "Europe/Amsterdam"),
    Place("ATLANTIC", "Atlantic hub", "120 Port Street, Newark NJ 07114", "America/New_York"),
    Place("LAKES", "Great Lakes hub", "4500 S Kolin Ave, Chicago IL 60632", "America/Chicago"),
    Place("PACIFIC", "Pacific hub", "2001 E Dominguez St, Carson CA 90810", "America/Los_Angeles"),
    Place("STRAITS", "Straits hub", "31 Jurong Port Road, Singapore 619115", "Asia/Singapore"),
)

BRANDS = (
    *("Norvik", "Halden", "Bracken", "Tessel", "Ostara", "Marlow", "Kestrel", "Ferrum", "Alba", "Quarry"),
    *(
        "Lindqvist",
        "Corvo",
        "Pinnacle",
        "Sandvig",
        "Umbra",
        "Veritas Hill",
        "Rookery",
        "Delft & Co",
        "Astor",
        "Mistral",
    ),
)

PEOPLE = (
    *("Amara Okafor", "Anders Lie", "Beatriz Sousa", "Björn Nyström", "Carlos Medina", "Chiara Conti", "Daan de Wit"),
    *("Dorota Zielińska", "Elif Kaya", "Emily Carter", "Fatima Haddad", "Femke Bakker", "Gabriel Rossi", "Grace Tan"),
    *("Hanna Lehtonen", "Henrik Dahl", "Ingrid Solberg", "Iwona Mazur", "Jamal Edwards", "Jan Kowalski", "Joana Pires"),
    *("Kai Schröder", "Katarina Novak", "Lars Hagen", "Lena Vogt", "Luis Romero", "Malik Johnson", "Marta Nowak"),
    *("Mei Lin Goh", "Nils Berger", "Nora Aas", "Oluwaseun Bello", "Paula Ferreira", "Priya Nair", "Rafael Ortega"),
    *("Sofia Almeida", "Tomasz Wójcik", "Tyler Brooks", "Wei Jie Lim", "Yara van Dijk"),
)


@dataclass(frozen=True)
class Family:
    """Products that differ in brand, size and finish only; `typical` is what one shipment line takes, in the unit."""

    prefix: str
    category: str
    name: str
    unit: str
    typical: int
    cost: float
    shelf_life_days: int | None
    sizes: tuple[str, ...]
    finishes: tuple[str, ...]

    def product_name(self, number: int) -> str:
        """Name the product with this number, counted from 0; no two numbers have the same name."""
        number, size = divmod(number, len(self.sizes))
        number, finish = divmod(number, len(self.finishes))
        series, brand = divmod(number, len(BRANDS))
        # Each family begins with a brand of its own.
        brand = (brand + sum(map(ord, self.prefix))) % len(BRANDS)
        name = f"{BRANDS[brand]} {self.name} {self.sizes[size]}, {self.finishes[finish]}"
        return f"{name}, series {series + 1}" if series else name


def families() -> list[Family]:
    """Read the families of `families.csv`."""
    with Path(__file__).with_name("families.csv").open(newline="", encoding="utf-8") as file:
        return [
            Family(
                prefix=row["prefix"],
                category=row["category"],
                name=row["name"],
                unit=row["unit"],
                typical=int(row["typical"]),
                cost=float(row["cost"]),
                shelf_life_days=int(row["shelf_life_days"]) if row["shelf_life_days"] else None,
                sizes=tuple(row["sizes"].split("; ")),
                finishes=tuple(row["finishes"].split("; ")),
            )
            for row in csv.DictReader(file)
        ]
