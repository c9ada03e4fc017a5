"""The one exception of the program: something kept it from checking."""

from __future__ import annotations


class CannotCheck(Exception):
    """The question could not be answered; exit code 2.

    The message is one line for a person: what could not be done, and what to do about it.
    """


def plain(text: str) -> str:
    """Somebody else's text as one line of ASCII, for a message."""
    return ascii(text)[1:-1]
