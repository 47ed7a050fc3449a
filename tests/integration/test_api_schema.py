"""Requests made up from the description: none may crash, and every answer is as described."""

import itertools
import warnings
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from tests.api_client import Program
from tests.fixtures import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own imports
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
IDS = {"firm_id", "candidacy_id", "move_id", "certificate_id", "batch_id"}


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_made_up_requests(app: Flask, bureau: Program, world: World, mode: str) -> None:
    world.at_stage("certify", on=date(2025, 12, 1))
    world.at_stage("serve", on=date(2026, 3, 2))
    world.session.commit()
    description = app.extensions["api_description"].spec.to_dict()
    loaded = schemathesis.openapi.from_dict(description)
    loaded.app = app
    rows = itertools.cycle((1, 2, 99))
    headers = {"Authorization": f"Bearer {bureau.token}"}
    for operation in (result.ok() for result in loaded.get_all_operations()):
        made = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))

        @settings(max_examples=5, database=None, suppress_health_check=list(HealthCheck), deadline=None)
        @given(case=made)
        def one(case: schemathesis.Case) -> None:
            for name in IDS & set(case.path_parameters or {}):
                case.path_parameters[name] = next(rows)
            case.call_and_validate(headers=headers, checks=CHECKS)

        one()
