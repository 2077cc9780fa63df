"""The libraries inside the page are those that the package says they are."""

import re

import pytest

from lossbench.report.vendored import Library, libraries


@pytest.mark.parametrize("it", libraries(), ids=lambda it: it.name)
def test_a_library_has_a_licence_and_can_stand_inside_the_page(it: Library) -> None:
    assert it.licence_text.startswith("The MIT License")
    assert "--" not in it.licence_text  # it stands in a comment of the page
    # What a content security policy would refuse, or what would end the script early.
    assert not re.search(r"\beval\(|new Function|</script|<!--|@import", it.script)
    assert "url(" not in it.style


def test_the_readme_names_version_and_licence() -> None:
    from importlib.resources import files

    readme = (files("lossbench.report") / "vendor" / "README.md").read_text()
    for it in libraries():
        assert f"| `{it.name}` | {it.version} | {it.licence} |" in readme
    assert f"v{libraries()[0].version})" in libraries()[0].script
