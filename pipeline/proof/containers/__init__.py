"""Accounts for every byte of a finished file: what is neither sound, picture nor what describes them is found.

Each reader walks its kind of file element by element, knows what our own writing leaves there, and names the rest. A
player skips what it does not know: free boxes, unknown chunks and elements, padding, bytes behind the end. A whole
recording fits into any of them.
"""

from pipeline.proof.containers.account import every_byte

__all__ = ["every_byte"]
