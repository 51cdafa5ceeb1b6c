"""The rules of Rawana, pure: shapes, decisions and projections without clock, chance or I/O.

SPEC.md beside this file states every rule with its id and the test that enforces it.
"""
