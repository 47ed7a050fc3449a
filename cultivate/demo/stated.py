"""What caseworkers noted of the demonstration's firms beyond figures: the questions of a diagnosis."""

from random import Random


def of(rng: Random, *, strong: bool) -> dict[str, object]:
    """Facts by path (``domain/stated_facts``). Who was looked at closely has expert points as well."""
    conversions = rng.randint(9, 21) if strong else rng.randint(2, 16)
    found: dict[str, object] = {
        "major_violation": rng.random() < 0.01,
        "own_ip_or_knowhow": True,
        "innovation_spending": True,
        "sme": rng.random() < 0.97,
        "ip_self_developed": rng.random() < 0.9,
        "conversions_3y": conversions,
    }
    if rng.random() < (0.8 if strong else 0.5):
        best = 8 if strong else 6
        found |= {
            "expert.ip_advancement": rng.randint(4, best),
            "expert.ip_core_support": rng.randint(4, best),
            "expert.ip_acquisition": rng.randint(3, 6),
            "expert.ip_standards": rng.choice((0, 0, 1)),
            "expert.rd_management": rng.randint(11, 19 if strong else 16),
        }
    return found
