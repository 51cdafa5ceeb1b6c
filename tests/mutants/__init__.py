"""Bugs planted on purpose: each must be caught, or the suite is too tame. `make mutants` plants them one by one."""
