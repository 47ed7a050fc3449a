"""Everything that happened to a firm, in words: for its page, and for paper.

A source is a function from ``Reading`` to entries, and one line in ``sources.SOURCES``.
"""
