"""Versions: an image reference in, out comes which Runtime it names and which of two Runtimes is newer.

Works from what image files declare; no image is known here by name. What is allowed or forbidden is left to others.
The face is `order.py`.
"""
