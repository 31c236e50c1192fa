"""Write assay_client/ out of docs/openapi.json; ``--check`` says whether that is still needed.

The description is prepared first: one class for problems instead of one an address, names that read
as what is done (``list_repos``), no defaults that would be sent with each question, and open lists
of words in answers, so that a newer server that knows one more word can still be read.
"""

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DESCRIPTION = HERE.parent / "docs" / "openapi.json"
PACKAGE = HERE / "assay_client"
METHODS = frozenset({"get", "put", "post", "patch", "delete"})
# Operations that no rule names well.
NAMES = {
    "facets_retrieve": "count_facets",
    "keys_retrieve": "list_keys",
    "mirror_retrieve": "read_mirror",
    "runs_create": "request_run",
    "marks_create": "register_mark",
    "marks_destroy": "withdraw_mark",
    "embeddings_files_retrieve": "read_embedding_file",
}
VERBS = {
    "list": "list",
    "retrieve": "read",
    "create": "create",
    "destroy": "delete",
    "partial_update": "change",
    "update": "replace",
}


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the operations of all addresses."""
    for path in document["paths"].values():
        yield from (one for method, one in path.items() if method in METHODS)


def named(identifier: str, tag: str) -> str:
    """Return how a function is called: ``scans_pause_create`` of ``scans`` is ``pause_scan``."""
    if identifier in NAMES:
        return NAMES[identifier]
    noun = tag.replace("-", "_")
    rest = identifier.removeprefix(f"{noun}_")
    ending = next((one for one in VERBS if rest == one or rest.endswith(f"_{one}")), "")
    if rest == identifier or not ending:
        return identifier
    thing = noun.removesuffix("s")
    part = rest.removesuffix(ending).removesuffix("_")
    if not part:
        return f"list_{noun}" if ending == "list" else f"{VERBS[ending]}_{thing}"
    return f"{part}_{thing}" if ending == "create" else f"{VERBS[ending]}_{thing}_{part}"


def _share_problems(document: dict[str, Any]) -> None:
    """Let one class stand for the problem that each address may answer."""
    schemas = document["components"]["schemas"]
    for operation in operations(document):
        for response in operation["responses"].values():
            content = response.get("content", {}).get("application/problem+json")
            if content and "$ref" not in content["schema"]:
                schemas.setdefault("Problem", content["schema"])
                content["schema"] = {"$ref": "#/components/schemas/Problem"}


def _open_words(document: dict[str, Any]) -> None:
    """Read words of answers as text: a newer server may know one more."""
    for schema in list(_inside(document["components"]["schemas"])):
        if all(isinstance(word, str | None) for word in schema.get("enum", [0])):
            words = [word for word in schema.pop("enum") if word]
            schema.setdefault("type", "string")
            known = f"Known words: {', '.join(words)}."
            schema["description"] = (
                f"{schema.get('description', '').split('* ')[0].strip()}\n\n{known}"
            )


def _inside(node: Any) -> Iterator[dict[str, Any]]:
    """Yield all mappings below a node, itself included."""
    if isinstance(node, dict):
        yield node
        for below in node.values():
            yield from _inside(below)
    elif isinstance(node, list):
        for below in node:
            yield from _inside(below)


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description as the generator is to see it."""
    document = json.loads(json.dumps(document))
    _share_problems(document)
    _open_words(document)
    taken: dict[str, str] = {}
    for operation in operations(document):
        old = operation["operationId"]
        operation["operationId"] = new = named(old, (operation.get("tags") or ["other"])[0])
        if new in taken:
            raise SystemExit(f"{old} and {taken[new]} are both called {new}: say so in NAMES.")
        taken[new] = old
        for parameter in operation.get("parameters", []):
            parameter.get("schema", {}).pop("default", None)
    return document


def generate(target: Path) -> None:
    """Write the package into a folder; raise SystemExit where the generator has a warning."""
    document = prepared(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "openapi.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        command = ["openapi_python_client", "generate", "--meta", "none", "--overwrite"]
        command += ["--fail-on-warning", "--path", str(path), "--output-path", str(target)]
        _run([*command, "--config", str(HERE / "generator.yaml")])
    version = document["info"]["version"]
    title = f"The REST API of Assay, version {version}.\n\nGenerated by client/generate.py.\n"
    about = f'"""{title}"""\n\n'
    entry = target / "__init__.py"
    entry.write_text(about + entry.read_text("utf-8").partition('"""\n')[2], encoding="utf-8")
    (target / "py.typed").touch()
    style = ["--isolated", "--no-cache", "--line-length", "100", "--target-version", "py311"]
    _run(["ruff", "check", "--quiet", "--fix", "--select", "F401,I", *style, str(target)])
    _run(["ruff", "format", "--quiet", *style, str(target)])


def _run(arguments: list[str]) -> None:
    tools = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603 - our own tools, by this interpreter
        [sys.executable, "-m", *arguments],
        env={**os.environ, **tools},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )


def different(ours: Path, theirs: Path) -> list[str]:
    """Return the files that differ, or that only one of two folders has."""

    def files(folder: Path) -> set[str]:
        found = (one for one in folder.rglob("*") if one.is_file())
        return {str(one.relative_to(folder)) for one in found if one.suffix != ".pyc"}

    mine, other = files(ours), files(theirs)
    return sorted(mine ^ other) + [
        name
        for name in sorted(mine & other)
        if not filecmp.cmp(ours / name, theirs / name, shallow=False)
    ]


def main(arguments: list[str]) -> int:
    """Generate, or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where files differ")
    is_check = parser.parse_args(arguments).check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / PACKAGE.name
        generate(fresh)
        differing = different(PACKAGE, fresh)
        if is_check:
            if differing:
                listed = "".join(f"\n  {name}" for name in differing[:20])
                sys.stderr.write(f"The client is not the API's: run `make client`.{listed}\n")
            return int(bool(differing))
        if differing:
            shutil.rmtree(PACKAGE, ignore_errors=True)
            shutil.copytree(fresh, PACKAGE)
    sys.stdout.write(f"{len(differing)} files changed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
