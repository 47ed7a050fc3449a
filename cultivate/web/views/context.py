"""What the templates of the lists call by name."""

from typing import Any

from cultivate.queries.steps import next_step
from cultivate.services.bulk import MOST
from cultivate.web.lists.frame import address_of
from cultivate.web.lists.picks import link_firm, link_way, picks_firm, picks_way
from cultivate.web.pipeline.ways import step_of
from cultivate.web.views import blueprint


@blueprint.app_context_processor
def lists() -> dict[str, Any]:
    """Functions of rows, and the most rows of one act."""
    return {
        "address_of": address_of,
        "link_firm": link_firm,
        "link_way": link_way,
        "most": MOST,
        "next_step": next_step,
        "picks_firm": picks_firm,
        "picks_way": picks_way,
        "step_of": step_of,
    }
