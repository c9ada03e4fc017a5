"""What files say now, and what they said at the commit to compare with.

Asks git, decides which commits count as "before" (`base.py`), and returns bytes. What the bytes mean is left to others.
The face is `snapshot.py`.
"""
