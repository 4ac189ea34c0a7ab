"""Loading a market file: check, keep, convert prices, and open what is ready."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import markets
from app.services.market_files.keeping import Kept, keep
from app.services.market_files.reading import read
from app.services.prices.renewal import renew_converted
from app.services.readiness import reports
from app.services.readiness.finding import Report


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the entries, and which loaded markets are not ready or stay closed."""

    entries: Kept
    not_ready: tuple[Report, ...]
    closed: tuple[str, ...]


def load(content: str | bytes) -> Loaded:
    """Bring the shop in step with a market file. Raises Refused with every mistake.

    A market that is new and does not say `is_open` opens only when it is ready; one that says so
    opens anyway, and what it lacks is reported.
    """
    file = read(content)
    kept = keep(file)
    if kept.has_changed:
        renew_converted()
    asked = {one.code for one in file.markets if "is_open" in one.model_fields_set}
    found, closed = [], []
    for code in [*kept.new_markets, *kept.changed.get("markets", ())]:
        report = reports.report(code)
        if report.is_ready:
            continue
        found.append(report)
        is_only = len(markets.all_markets()) == 1
        if code in kept.new_markets and code not in asked and not is_only:
            reports.close_market(code)
            closed.append(code)
    return Loaded(kept, tuple(found), tuple(closed))
