"""PostgreSQL, Valkey and the processes of `make run`, from wheels, on one Linux machine.

Nothing here reads Django's settings: it makes the environment that the settings are then read from.
"""
