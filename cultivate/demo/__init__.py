"""A believable district, made up from a seed: see docs/demo-data.md for the process behind it.

Nothing here is about a real firm or person: every credit code carries the body ``FAKE``.
"""
