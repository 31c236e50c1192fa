"""What Lighthouse says of the pages that most people see, in a browser of this machine.

``python -m benchmarks.lighthouse`` fills a database of its own, serves it as `manage.py up` does
(gunicorn, collected static files) and prints a row a page and device: the four categories, of
which each shall be at least 95, and the bytes that the page moved. ``--url`` looks at a server
that runs already, at the pages named by ``--page``. Lighthouse comes from npm (``npx``) unless
ASSAY_LIGHTHOUSE names the command; the browser is the system's Chromium.
"""

import argparse
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VERSION = "13.5.0"
REPOS = 2_000
LEAST = 95
PAGES = ("home", "repo-list", "repo-show", "compare-show")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
DEVICES = ("mobile", "desktop")
_PATIENCE_S = 60


def main() -> int:
    """Look at the pages; exit code 1 where a category falls short."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lighthouse")
    parser.add_argument("--url", help="a server that runs, such as http://127.0.0.1:8000")
    parser.add_argument("--page", action="append", help="an address on it; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    asked = parser.parse_args()
    if not (chromium := os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")):
        parser.error("there is no chromium here: install it, or set ASSAY_CHROMIUM")
    falls_short = False
    for row in _rows(asked.url, asked.page, chromium):
        falls_short |= min(row[category] for category in CATEGORIES) < LEAST
        print(json.dumps(row) if asked.json else _line(row), flush=True)
    return 1 if falls_short else 0


def _rows(url: str | None, pages: list[str] | None, chromium: str) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="assay-lighthouse-") as folder:
        Path(folder).chmod(0o755)
        if url:
            yield from _looked_at(url, pages or ["/", "/models"], chromium, folder)
            return
        with served(Path(folder)) as (own, known):
            yield from _looked_at(own, pages or known, chromium, folder)


def _looked_at(url: str, pages: list[str], chromium: str, folder: str) -> Iterator[dict[str, Any]]:
    for page in pages:
        for device in DEVICES:
            report = _report(url.rstrip("/") + page, device, chromium, Path(folder))
            scores = {key: round(100 * report["categories"][key]["score"]) for key in CATEGORIES}
            audits = report["audits"]
            yield {"page": page, "device": device} | scores | {
                "largest_paint_ms": round(audits["largest-contentful-paint"]["numericValue"]),
                "layout_shift": round(audits["cumulative-layout-shift"]["numericValue"], 3),
                "bytes": round(audits["total-byte-weight"]["numericValue"]),
                "lighthouse": report["lighthouseVersion"],
                "falls_short": sorted(
                    key
                    for category in report["categories"].values()
                    for key in (ref["id"] for ref in category["auditRefs"] if ref["weight"])
                    if (audits[key]["score"] or 0) < 0.9 and audits[key]["score"] is not None
                ),
            }  # fmt: skip


def _report(address: str, device: str, chromium: str, folder: Path) -> dict[str, Any]:
    """Return Lighthouse's own report; two preambles warm the server's caches."""
    for _ in range(2):
        urllib.request.urlopen(address).read()  # noqa: S310 - our own server
    named = os.environ.get("ASSAY_LIGHTHOUSE") or f"npx --yes lighthouse@{VERSION}"
    out = folder / "report.json"
    flags = "--headless=new --disable-gpu --disable-dev-shm-usage"
    if os.geteuid() == 0:
        flags += " --no-sandbox"
    command = [*shlex.split(named), address, "--quiet", "--output=json", f"--output-path={out}"]
    command += [f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}"]
    if device == "desktop":
        command.append("--preset=desktop")
    for is_last in (False, False, True):  # a trace of the browser is lost now and then
        done = subprocess.run(command, check=is_last, env=os.environ | {"CHROME_PATH": chromium})
        if done.returncode == 0:
            break
    report: dict[str, Any] = json.loads(out.read_text())
    return report


def _line(row: dict[str, Any]) -> str:
    scores = "  ".join(f"{category} {row[category]:3d}" for category in CATEGORIES)
    page = row["page"] if len(row["page"]) < 42 else row["page"][:40] + "…"
    rest = f"LCP {row['largest_paint_ms']:5d} ms  CLS {row['layout_shift']}  {row['bytes']:,} bytes"
    return f"{page:42s} {row['device']:8s} {scores}  {rest}  {' '.join(row['falls_short'])}"


@contextmanager
def served(home: Path) -> Iterator[tuple[str, list[str]]]:
    """Fill a database below ``home`` and serve it; give its address, and the pages to look at."""
    os.environ["ASSAY_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "registry.settings"
    os.environ.pop("DATABASE_URL", None)
    os.environ |= dict.fromkeys(("ASSAY_LIMIT_PAGES", "ASSAY_LIMIT_API"), "0")
    import django

    from registry import collecting, embedded

    with embedded.running(home, durable=False):
        django.setup()
        from benchmarks import pages_kinds, pages_worker

        pages_worker.filled(REPOS)
        kinds = pages_kinds.kinds()
        pages = [kinds[name][0] for name in PAGES if name in kinds]
        os.environ["ASSAY_STATIC"] = str(collecting.collected(home))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "registry.wsgi:application"]
        command += ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "error"]
        server = subprocess.Popen(command)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}", pages
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).read()  # noqa: S310 - our own server
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
