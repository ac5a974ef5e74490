"""`python -m tests.bench [name]`: measure, print a table, write `var/bench/results.json`; exit 1 if one is missed."""

import sys

from tests.bench.figures import FIGURES
from tests.bench.ground import Ground
from tests.bench.results import write


def main():
    wanted = sys.argv[1:] or list(FIGURES)
    if unknown := [name for name in wanted if name not in FIGURES]:
        print(f"There is no figure {unknown[0]}; there are: {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    with Ground() as ground:
        figures = []
        for name in wanted:
            print(f"Measuring {name}...", flush=True)
            found = FIGURES[name](ground)
            print("\n".join(f"  {each.name}: {each.value} {each.unit}" for each in found), flush=True)
            figures += found
    write(figures, whole=not sys.argv[1:])
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
