"""A folder of repositories, and its endpoints without a server."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from registry.gate.folder import FolderSource
from registry.gate.source import Combined


@dataclass
class Hub:
    """Writes repositories and asks for them."""

    root: Path
    client: Client

    def write(self, path, content=b""):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def describe(self, repo, **metadata):
        self.write(f"{repo}.json", json.dumps(metadata))

    def get(self, path, **headers):
        response: Any = self.client.get(path, headers=headers)
        response.body = b"".join(response) if response.streaming else response.content
        return response

    def head(self, path, **headers):
        return self.client.head(path, headers=headers)

    def json(self, path):
        response = self.get(path)
        assert response.status_code == 200, response.content
        return response.json()


@pytest.fixture
def hub(tmp_path, settings):
    root = tmp_path / "hub"
    root.mkdir()
    settings.ROOT_URLCONF = "registry.gate.urls"
    settings.MIDDLEWARE = []
    settings.GATE_SOURCE = Combined([FolderSource(root)])
    return Hub(root, Client())
