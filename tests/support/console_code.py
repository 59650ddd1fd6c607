"""What the console's own files say: its words in each language, its views and its dialogs."""

import re
from collections.abc import Sequence

from api.console.edition import FILES, STATIC, files


def of_the_page(script: str) -> str:
    """A script whose imports are those of the page: by any other address they would be modules of their own."""
    return script.replace(FILES, files())


def texts(language: str) -> dict[str, str]:
    """The texts of a language, by name."""
    code = (STATIC / "texts" / f"{language}.js").read_text(encoding="utf-8")
    return {name.strip('"'): text for name, text in re.findall(r'^  ([\w"-]+): "(.*)",$', code, re.MULTILINE)}


def patterns(name: str) -> Sequence[str]:
    """The addresses of all views that a file lists, such as `/jobs/:id`."""
    code = (STATIC / name).read_text(encoding="utf-8")
    return re.findall(r'^  \["(/[^"]*)", \w+, "\w+"\],$', code, re.MULTILINE)


def dialogs() -> set[str]:
    """The names of the titles of all dialogs."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
    return set(re.findall(r'<\$\{(?:Ask|Dialog)\}[^<]*? title=\$\{t\("(\w+)"', code))
