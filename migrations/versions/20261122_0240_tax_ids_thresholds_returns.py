"""Answers about tax ids, thresholds and return rules, exchange differences"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0240"
down_revision = "20261122_0235"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tax_id_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("authority", sa.String(length=16), nullable=False),
        sa.Column("asker", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('valid', 'invalid', 'unavailable')", name=op.f("ck_tax_id_answer_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_id_answer")),
    )
    op.create_index("ix_tax_id_answer_number", "tax_id_answer", ["number", "asked_at"])
    op.create_table(
        "registration_threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sales_count", sa.Integer(), nullable=True),
        sa.Column("combine", sa.String(length=4), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("warn_percent", sa.Integer(), nullable=False),
        sa.Column("registration", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_threshold")),
        sa.UniqueConstraint(
            "jurisdiction", "scope", "valid_from",
            name=op.f("uq_registration_threshold_jurisdiction_scope_valid_from"),
        ),
    )
    op.create_table(
        "return_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("registration", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("due_months", sa.Integer(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_rule")),
        sa.UniqueConstraint(
            "scheme", "valid_from", name=op.f("uq_return_rule_scheme_valid_from")
        ),
    )
    op.create_table(
        "fx_difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("at_order_minor", sa.BigInteger(), nullable=False),
        sa.Column("at_refund_minor", sa.BigInteger(), nullable=True),
        sa.Column("fx_value", sa.String(length=40), nullable=False),
        sa.Column("fx_source", sa.String(length=80), nullable=False),
        sa.Column("fx_as_of", sa.String(length=10), nullable=False),
        sa.Column("booked_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refund.id"], name=op.f("fk_fx_difference_refund_id_refund")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_fx_difference_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_difference")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_fx_difference_refund_id")),
    )
    op.create_index("ix_fx_difference_order_id", "fx_difference", ["order_id"])
    op.create_index("ix_fx_difference_booked_at", "fx_difference", ["booked_at"])
    op.create_table(
        "tax_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sale_day", sa.Date(), nullable=False),
        sa.Column("treatment", sa.String(length=40), nullable=False),
        sa.Column("ship_from", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("jurisdiction", sa.String(length=12), nullable=False),
        sa.Column("tax_name", sa.String(length=40), nullable=False),
        sa.Column("percent", types.Exact(length=40), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("turnover_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("turnover_eur_minor", sa.BigInteger(), nullable=True),
        sa.Column("buyer_number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_tax_entry_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_tax_entry_seller_id_seller")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_entry")),
        sa.UniqueConstraint(
            "order_id", "cause", "position", name=op.f("uq_tax_entry_order_id_cause_position")
        ),
    )
    op.create_index("ix_tax_entry_day", "tax_entry", ["seller_id", "day"])
    with op.batch_alter_table("orders") as batch:
        batch.add_column(
            sa.Column("tax_evidence", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table("market") as batch:
        batch.add_column(
            sa.Column("tax_ids", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("market") as batch:
        batch.drop_column("tax_ids")
    with op.batch_alter_table("orders") as batch:
        batch.drop_column("tax_evidence")
    for table in ("tax_entry", "fx_difference", "return_rule", "registration_threshold", "tax_id_answer"):
        op.drop_table(table)
