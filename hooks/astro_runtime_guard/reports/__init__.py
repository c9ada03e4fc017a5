"""Reports: findings in, out comes text, JSON, SARIF, or what GitHub and GitLab read.

Makes every text safe to show and writes it where it was asked for. What was found, and why, is left to others.
The face is `deliver.py`.
"""
