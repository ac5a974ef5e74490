"""What the services of warehouses raise.

CodeTaken       somebody else gave the same code to another one in this moment (422)
"""


class CodeTaken(Exception):
    """Another warehouse, or another bin of the warehouse, has this code; the words are for the person."""
