"""The promised figures, each measured side by side with its limit in one run: `make bench`.

The data is made once and kept under `var/bench`: one database of the design size (100,000 products, 10 warehouses,
10,000,000 ledger rows) and a small one (1,000 and 10,000), on the embedded PostgreSQL with its safe defaults.
"""
