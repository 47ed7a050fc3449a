"""Policy as data: packs of dated, sourced rules, and the pure and exact engine that reads a firm's facts by them.

``facts`` reads what is known of a firm, ``reading`` a pack (``lines`` knows where in the file a thing stands),
``measures`` forms numbers, ``conditions`` and ``scoring`` judge them, ``assess`` puts the answer together,
``outlook`` asks what would be. Nothing here knows a rule's number: those stand in ``packs/policy/*.toml``.
"""
