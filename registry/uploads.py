"""Uploads that never touch a disk: keys of marks come in here, and a deleted file can be found."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class InMemory(FileUploadHandler):
    """Keeps a file in memory, up to one byte more than ``most``: so that it is seen as too large.

    The rest of a larger file is read and dropped.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._file = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Keep a piece, or what of it there is room for."""
        room = self._most + 1 - self._file.tell()
        self._file.write(raw_data[: max(room, 0)])
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file."""
        size = self._file.tell()
        self._file.seek(0)
        return InMemoryUploadedFile(
            file=self._file,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
