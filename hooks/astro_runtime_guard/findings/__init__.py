"""Findings: declarations before and now in, out comes what the rules object to.

Pairs declarations, runs the checks, and accepts comments that answer a finding. Git and reports are left to others.
The face is `judge.py`.
"""
