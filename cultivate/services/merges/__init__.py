"""Making two records of one firm one, and taking that back.

Every row of the firm that goes changes hands, and the merge remembers each as it was (``journal``). The ledger
is never edited: a way through a track that both went is taken back once, by counter-moves on the days of the
moves that it takes back, so the firm counts once on every day, while what was known earlier stays known.
"""

from cultivate.services.merges.candidacies import TRACK_CHOICE
from cultivate.services.merges.children import FIGURES_CHOICE
from cultivate.services.merges.fields import FIELDS, GONE, KEPT
from cultivate.services.merges.merge import merge
from cultivate.services.merges.touched import MergeTouched
from cultivate.services.merges.undo import undo_merge

__all__ = ["FIELDS", "FIGURES_CHOICE", "GONE", "KEPT", "TRACK_CHOICE", "MergeTouched", "merge", "undo_merge"]
