"""``cultivate assess`` and ``cultivate policy``: no database, exact JSON, refusals that name the field or the line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cultivate.cli import main
from cultivate.packs.policies import policy_text

CASES = json.loads(
    (Path(__file__).resolve().parents[1] / "data/policy-cases.json").read_text(encoding="utf-8")
)


def run(*arguments: str, given: str | bytes | None = None, language: str = "zh_CN.UTF-8") -> Result:
    # a database that cannot be opened: these commands must not miss it
    environment = {
        "LC_ALL": language,
        "CULTIVATE_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
    }
    return CliRunner().invoke(main, list(arguments), input=given, env=environment)


def assessed(facts: object, name: str = "hnte-2016", language: str = "zh_CN.UTF-8") -> object:
    answer = run(
        "assess", "--policy", name, "--facts", "-", "--json", given=json.dumps(facts), language=language
    )
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_one_object_gives_one_result(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(CASES[1]["facts"]), encoding="utf-8")
    answer = run("assess", "--policy", "hnte-2016", "--facts", str(file), "--json")
    found = json.loads(answer.stdout)
    assert (found["policy"], found["verdict"]) == ("hnte-2016", "not_met")
    row = next(row for row in found["conditions"] if row["id"] == "rd_ratio")
    assert (row["result"], row["threshold"], row["shortfall"], row["unit"]) == (
        "not_met",
        0.03,
        514.3837,
        "万元",
    )
    assert "514.3837 万元" in row["message"]
    assert "第十一条（五）" in row["source"]
    assert found["score"]["min"] <= found["score"]["max"]
    assert {"growth_net_assets", "growth_sales"} <= {item["id"] for item in found["score"]["items"]}


def test_an_array_gives_an_array() -> None:
    found = assessed([case["facts"] for case in CASES], "ptsme-2016")
    assert [row["verdict"] for row in found] == [case["ptsme-2016"]["verdict"] for case in CASES]
    assert all(row["score"] is None for row in found)
    assert assessed([]) == []


def test_words_come_in_the_terminals_language() -> None:
    chinese = assessed(CASES[1]["facts"])["conditions"][4]
    english = assessed(CASES[1]["facts"], language="en_US.UTF-8")["conditions"][4]
    assert "还差" in chinese["message"]
    assert "Short by" in english["message"]
    assert "No. 32" in english["source"]
    assert {key for key in chinese if chinese[key] != english[key]} == {"message", "source", "title"}


def test_the_national_evaluation_says_that_it_is_only_information() -> None:
    assert assessed(CASES[0]["facts"], "nsme-2017")["information_only"] is True
    assert "不计入任何赛道" in run("assess", "--policy", "nsme-2017", "--facts", "-", given="{}").stdout


def test_for_people_what_is_missing_comes_first() -> None:
    answer = run("assess", "--policy", "hnte-2016", "--facts", "-", given=json.dumps(CASES[1]["facts"]))
    marks = [line.split()[0] for line in answer.stdout.splitlines() if line.strip()[:1] in "✕?✓"]
    assert marks == sorted(marks, key="✕?✓".index)
    assert marks.count("✕") == 3


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ("{", "facts", "facts-unreadable"),
        ("", "facts", "facts-unreadable"),
        ("[" * 100_000, "facts", "facts-unreadable"),
        (b"\xff\xfe\x00", "facts", "facts-unreadable"),
        ('{"staff": "many"}', "staff", "facts-invalid"),
        ('{"staff": 1e999999999}', "staff", "facts-invalid"),
        ('{"staff": NaN}', "staff", "facts-invalid"),
        ('[{}, {"years": {"2024": {"rd": []}}}]', "[1].years.2024.rd", "facts-invalid"),
        ("[[]]", "[0]", "facts-invalid"),
        ("3", None, "facts-invalid"),
    ],
)
def test_bad_facts_are_refused_by_name(given: str, field: str | None, code: str) -> None:
    answer = run("assess", "--policy", "hnte-2016", "--facts", "-", "--json", given=given)
    assert answer.exit_code == 1
    error = json.loads(answer.stdout)["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert error["message"] in answer.stderr
    assert field is None or field == "facts" or field in error["message"]


def test_an_unknown_policy_is_refused_and_wrong_usage_is_two(tmp_path: Path) -> None:
    answer = run("assess", "--policy", "hnte-2099", "--facts", "-", "--json", given="{}")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["field"] == "policy"
    assert run("assess", "--facts", "-", given="{}").exit_code == 2
    assert run("assess", "--policy", "hnte-2016", "--facts", str(tmp_path / "none.json")).exit_code == 2
    assert run("policy", "check", str(tmp_path / "none.toml")).exit_code == 2


def test_list_and_show() -> None:
    listed = json.loads(run("policy", "list", "--json").stdout)
    assert [row["name"] for row in listed] == ["hnte-2016", "nsme-2017", "ptsme-2016"]
    assert [row["kind"] for row in listed] == ["track", "information", "track"]
    shown = json.loads(run("policy", "show", "hnte-2016", "--json").stdout)
    assert len(shown["rules"]) == shown["numbers"]
    assert all(row["source"] and row["certainty"] for row in shown["rules"])
    assert run("policy", "show", "hnte-2016").exit_code == 0
    assert run("policy", "list").exit_code == 0
    assert run("policy", "show", "none", "--json").exit_code == 1


def test_check_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "hnte-2016.toml"
    file.write_text(policy_text("hnte-2016"), encoding="utf-8")
    assert run("policy", "check", str(file)).exit_code == 0
    text = policy_text("hnte-2016").replace('range = "> 5000, <= 20000"', 'range = "> 6000, <= 20000"')
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("> 6000")].count("\n") + 1
    answer = run("policy", "check", str(file), "--json")
    assert answer.exit_code == 1
    assert f"hnte-2016.toml:{line}: " in answer.stderr
    assert [row["line"] for row in json.loads(answer.stdout)["error"]["problems"]] == [line]


def test_it_loads_no_database_and_no_pages() -> None:
    """What makes the command start within a second."""
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from cultivate.cli import main\n"
        "answer = CliRunner().invoke(main, ['assess', '--policy', 'hnte-2016', '--facts', '-', '--json'], input='{}')\n"
        "assert answer.exit_code == 0, answer.output\n"
        "print(sorted({'sqlalchemy', 'pandas', 'marshmallow', 'wtforms', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
