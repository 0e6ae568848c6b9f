"""What the api, the worker, the dashboard and the command line share: models, rules and answers."""

import zoneinfo

# Zone rules come from the pinned tzdata package alone: a host's older database would be wrong by an hour where a
# government changed its mind since, and every process must agree on the instant.
zoneinfo.reset_tzpath(())
