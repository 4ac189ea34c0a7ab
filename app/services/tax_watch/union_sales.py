"""The seller's distance sales to other EU members, for the yearly threshold of Art. 59c.

source  Directive 2006/112/EC Art. 59c: net, this calendar year and the one before
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select

from app.extensions import db
from app.kernel.money import Money
from app.models.tax_filing import TaxEntry
from app.rules.facts import SellerFacts
from app.services.markets import MarketView

DISTANCE_SALES = ("OSS_UNION", "ORIGIN_BELOW_10K")


def with_union_sales(market: MarketView, moment: datetime) -> SellerFacts:
    """The market's seller with what was sold so far; not asked for where it decides nothing
    (a seller who opted for taxation at the destination)."""
    seller = market.seller_on(moment.date())
    if seller.oss_opted:
        return seller
    this_year, last_year = moment.year, moment.year - 1
    return replace(
        seller, sales_this_year=union_sales(market.seller_id, this_year),
        sales_last_year=union_sales(market.seller_id, last_year),
    )


def union_sales(seller_id: int, year: int) -> Money:
    """Net distance sales of a calendar year, refunds taken off, in EUR as entered."""
    minor = db.session.scalar(
        select(func.coalesce(func.sum(TaxEntry.turnover_eur_minor), 0)).where(
            TaxEntry.seller_id == seller_id, TaxEntry.treatment.in_(DISTANCE_SALES),
            TaxEntry.day >= date(year, 1, 1), TaxEntry.day <= date(year, 12, 31),
        )
    )
    return Money(int(minor or 0), "EUR")
