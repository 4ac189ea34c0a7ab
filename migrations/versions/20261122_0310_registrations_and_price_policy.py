"""Dated registrations of sellers, how a market rounds and prices across rates, limits of a relief

Expand step: a new table and columns with a default. The running version ignores them; it goes on
reading the list in seller.registrations, which is read where a seller has no dated rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0310"
down_revision = "20261122_0300"
branch_labels = None
depends_on = None

WORDS = (
    ("rounding_direction", 12, "half_up"), ("shipping_tax", 12, "follows"),
    ("price_across_rates", 12, "keep_gross"), ("price_for_export", 8, "keep"),
)
CHECKS = (
    ("rounding_direction", "rounding_direction IN ('half_up', 'half_even', 'down', 'up')"),
    ("shipping_tax", "shipping_tax IN ('follows', 'highest')"),
    ("price_across_rates", "price_across_rates IN ('keep_gross', 'keep_net')"),
    ("price_for_export", "price_for_export IN ('keep', 'strip')"),
)


def upgrade() -> None:
    op.create_table(
        "seller_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_seller_registration_seller_id_seller")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_registration")),
        sa.UniqueConstraint(
            "seller_id", "code", "valid_from",
            name=op.f("uq_seller_registration_seller_id_code_valid_from"),
        ),
    )
    with op.batch_alter_table("market") as batch:
        for name, length, default in WORDS:
            batch.add_column(sa.Column(
                name, sa.String(length=length), server_default=default, nullable=False))
        for name, rule in CHECKS:
            batch.create_check_constraint(op.f(f"ck_market_{name}"), rule)
    with op.batch_alter_table("tax_rate") as batch:
        batch.add_column(sa.Column("limit_minor", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column(
            "limit_currency", sa.String(length=3), server_default="", nullable=False))
        batch.add_column(sa.Column(
            "limit_kind", sa.String(length=8), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("tax_rate") as batch:
        for name in ("limit_kind", "limit_currency", "limit_minor"):
            batch.drop_column(name)
    with op.batch_alter_table("market") as batch:
        for name, _ in CHECKS:
            batch.drop_constraint(op.f(f"ck_market_{name}"), type_="check")
        for name, _, _ in WORDS:
            batch.drop_column(name)
    op.drop_table("seller_registration")
