"""Where the tests keep their own servers and files. Importing it moves ASSAY_HOME there.

The folder stays between sessions, so that the second one starts quickly. It is never the
product's own home. Sessions that run at the same time share the servers, and each has a database
and a broker's namespace of its own.
"""

import os
from pathlib import Path

HOME = Path(os.environ.get("ASSAY_TEST_HOME") or f"/tmp/assay-tests-{os.geteuid()}")
# Workers of pytest-xdist inherit the number of the session that started them.
SESSION = os.environ.setdefault("ASSAY_TEST_SESSION", str(os.getpid()))
DATABASE = "test_assay_"

os.environ["ASSAY_HOME"] = str(HOME)


def private() -> bool:
    """Create the folder; say whether it is ours and no link, for it may lie in /tmp."""
    HOME.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return not HOME.is_symlink() and HOME.stat().st_uid == os.geteuid()
