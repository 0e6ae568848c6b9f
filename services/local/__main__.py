"""`python -m services.local`, which is what `make run` starts."""

import signal
import sys

# As long as there is nothing to stop, Ctrl-C may end us at once, and without a traceback of half an import.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from services.local.running import main  # noqa: E402

sys.exit(main())
