"""JSON messages over a local socket: how supervisor, fork server and guard talk.

A message is four bytes of length (little-endian) and that many bytes of JSON. Model code never
holds such a socket.
"""

import array
import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct("<I")
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid
_MOST_BYTES = 8 << 20


class Closed(Exception):  # noqa: N818 - a state of the other side
    """The other side is gone, or what it sent is not a message."""


def send(sock: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
    """Send one message, with open files beside it; raises Closed when nobody listens."""
    raw = json.dumps(message).encode()
    packet = _LENGTH.pack(len(raw)) + raw
    try:
        if fds:
            sent = socket.send_fds(sock, [packet], list(fds))
            packet = packet[sent:]
        sock.sendall(packet)
    except OSError as error:
        raise Closed(str(error)) from error


def receive(sock: socket.socket) -> dict[str, Any]:
    """Wait for one message; raises Closed at the end of the stream, TimeoutError on time out."""
    return _body(sock, _exactly(sock, _LENGTH.size))


def receive_fds(sock: socket.socket, most: int) -> tuple[dict[str, Any], list[int]]:
    """Wait for one message and the open files that came with it."""
    try:
        head, fds, _, _ = socket.recv_fds(sock, _LENGTH.size, most)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from error
    if len(head) < _LENGTH.size:
        raise Closed("the other side is gone")
    return _body(sock, head), fds


def receive_with_pid(sock: socket.socket) -> tuple[dict[str, Any], int]:
    """Wait for one message and say which process sent it, in this process's own numbers.

    The kernel adds the number; it needs SO_PASSCRED on ``sock`` before the message is sent.
    """
    room = socket.CMSG_SPACE(_CREDENTIALS.size)
    try:
        head, extra, _, _ = sock.recvmsg(_LENGTH.size, room)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from error
    if len(head) < _LENGTH.size:
        raise Closed("the other side is gone")
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            pid, _, _ = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])
            return _body(sock, head), pid
    raise Closed("the message came without its sender")


def _body(sock: socket.socket, head: bytes) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(head)
    if length > _MOST_BYTES:
        raise Closed("the message is too long")
    try:
        message = json.loads(_exactly(sock, length))
    except ValueError as error:
        raise Closed("the message is not JSON") from error
    if not isinstance(message, dict):
        raise Closed("the message is not an object")
    return message


def _exactly(sock: socket.socket, count: int) -> bytes:
    parts = array.array("B")
    while len(parts) < count:
        try:
            piece = sock.recv(count - len(parts))
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from error
        if not piece:
            raise Closed("the other side is gone")
        parts.frombytes(piece)
    return parts.tobytes()


def adopt(fd: int) -> socket.socket:
    """A socket object for an inherited file number, blocking."""
    sock = socket.socket(fileno=fd)
    os.set_inheritable(fd, False)
    sock.setblocking(True)
    return sock
