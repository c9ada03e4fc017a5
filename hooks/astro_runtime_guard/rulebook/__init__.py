"""The rulebook: YAML files in, out come rules, images and places.

Reports each mistake in a file with its line and column. What a rule does with a change is left to the checks.
The face is `load.py`.
"""
