"""What stops a start.

Exception
└── CannotStart    one line for the person who typed the command
"""


class CannotStart(Exception):
    """Says in one line why nothing was started, and what helps."""
