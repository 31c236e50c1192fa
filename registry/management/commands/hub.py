"""Serve a folder of repositories as a hub."""

import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

MAX_WORKERS = 64


class Command(BaseCommand):
    """Serves FOLDER so that hub clients work with HF_ENDPOINT set to it; needs no database."""

    help = "Serve FOLDER/models, FOLDER/datasets as a hub: set HF_ENDPOINT to the address."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("folder", type=Path, help="folder with models/ and datasets/")
        parser.add_argument("--port", type=int, default=8800)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--records",
            type=Path,
            action="append",
            default=[],
            metavar="FILE.jsonl.gz",
            help="also serve these metadata-only records; may be given more than once",
        )
        parser.add_argument("--workers", type=int, default=2, help="server processes")

    def handle(self, **options: Any) -> None:
        """Check what can be checked, then serve until stopped."""
        from registry.gate.folder import FolderSource
        from registry.gate.records import RecordsSource
        from registry.gate.server import Address, HubServer
        from registry.gate.source import Combined

        workers: int = options["workers"]
        if not 1 <= workers <= MAX_WORKERS:
            raise CommandError(f"--workers is {workers}; say 1 to {MAX_WORKERS}")
        address = Address(options["host"], options["port"])
        _check_free(address.host, address.port)
        try:
            folder = FolderSource(options["folder"], settings.ASSAY_HOME / "hub-hashes.jsonl")
            records = RecordsSource(options["records"])
        except OSError as error:
            raise CommandError(f"Cannot serve: {error}") from error
        if options["records"]:
            self.stdout.write(f"{len(records):,} records")
        self.stdout.write(f"Serving {folder.root}: HF_ENDPOINT=http://{address.netloc}")
        self.stdout.flush()
        source = Combined([folder, records])
        HubServer(folder, source, address, workers, log=options["verbosity"] > 1).run()


def _check_free(host: str, port: int) -> None:
    """Raise CommandError where the address cannot be listened on: gunicorn would only retry."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise CommandError(f"Cannot listen on {host}:{port}: {error}") from error
