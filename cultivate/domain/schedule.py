"""What is done when: the names and times that the jobs' table, the pages and the commands share."""

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType

from cultivate.domain.periods import Daily, EveryMinute, Slots, Weekly

WEEKLY_LETTERS = "weekly-letters"
SEND_OUTBOX = "send-outbox"
CERTIFICATE_EXPIRY = "certificate-expiry"
RENEWALS = "renewals"
REMINDERS = "reminders"
VERIFY = "verify"
DUPLICATES = "duplicates"
HOUSEKEEPING = "housekeeping"
QUALITY = "quality"
SEARCH_INDEX = "search-index"
SCREENING = "screening"
POLICY_SCREENING = "policy-screening"

#: reminders go out before the letter, so that the letter is on top of the mailbox
SCHEDULE: Mapping[str, Slots] = MappingProxyType(
    {
        CERTIFICATE_EXPIRY: Daily(time(0, 10)),
        RENEWALS: Daily(time(0, 20)),
        VERIFY: Daily(time(2, 10)),
        DUPLICATES: Daily(time(2, 30)),
        HOUSEKEEPING: Daily(time(3, 0)),
        SCREENING: Daily(time(3, 30)),
        QUALITY: Daily(time(4, 0)),
        REMINDERS: Weekly(time(8, 20)),
        WEEKLY_LETTERS: Weekly(time(8, 30)),
        SEND_OUTBOX: EveryMinute(),
        SEARCH_INDEX: EveryMinute(),
        POLICY_SCREENING: EveryMinute(),
    }
)
