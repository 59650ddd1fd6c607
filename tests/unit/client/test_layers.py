"""Who may know whom inside the client, so that nothing imports in a circle."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp

PYPROJECT = Path(__file__).parents[3] / "client" / "pyproject.toml"


def test_the_contracts_of_the_client_are_kept() -> None:
    # In a process of its own: it turns off the loggers of whichever it runs in.
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--config", PYPROJECT, "--no-cache"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_no_import_goes_in_a_circle_not_even_one_for_type_checkers() -> None:
    graph = grimp.build_graph("kritiq_client", exclude_type_checking_imports=False, cache_dir=None)
    modules = graph.modules - {"kritiq_client", "kritiq_client.bulk"}
    circles = {
        (importer, imported)
        for importer in modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if graph.chain_exists(importer=imported, imported=importer)
    }
    assert circles == set()
    assert len(modules) > 30


def test_the_contracts_leave_no_module_out_and_count_imports_for_type_checkers() -> None:
    settings = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert settings["exclude_type_checking_imports"] is False
    assert [contract["exhaustive"] for contract in settings["contracts"]] == [True, True]
