"""The bank account transfers go to: the seller's, from the database."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.kernel.errors import ProviderRejected
from app.models.market import Seller
from app.services.payment.transfer import BankAccount


def read_account() -> BankAccount:
    """The first seller's account. Raises ProviderRejected where none is entered."""
    bank = db.session.scalar(select(Seller.bank).order_by(Seller.id).limit(1)) or {}
    if not bank.get("iban"):
        raise ProviderRejected(provider="transfer", reason="no_bank_account")
    return BankAccount(bank["holder"], bank["iban"], bank["bic"], bank.get("name", ""))
