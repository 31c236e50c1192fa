"""``python -m registry.streams``: the stream server, on an address or on a socket that listens."""

import argparse
import os
import socket

import django


def main() -> None:
    """Read the options, and serve."""
    parser = argparse.ArgumentParser(prog="python -m registry.streams", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on")
    parser.add_argument("--fd", type=int, default=-1, help="a socket that listens already")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    django.setup()
    # Settings must be there before what reads them.
    from django.conf import settings  # noqa: PLC0415

    from registry.ports import listen  # noqa: PLC0415
    from registry.streams.serving import serve  # noqa: PLC0415

    listener = (
        socket.socket(fileno=options.fd) if options.fd >= 0 else listen(options.host, options.port)
    )
    with listener:
        # Beside those who read there are those who ask.
        serve(listener, settings.ASSAY_STREAMS_READERS + 200)


if __name__ == "__main__":
    main()
