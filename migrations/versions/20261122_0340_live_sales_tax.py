"""What a tax service said of a place's sales tax; when an exchange rate came"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0340"
down_revision = "20261122_0335"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_tax_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("percent", types.Exact(length=40), nullable=False),
        sa.Column("shipping_percent", types.Exact(length=40), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_tax_rate")),
    )
    op.create_index("ix_live_tax_rate_place", "live_tax_rate", ["place", "asked_at"])
    with op.batch_alter_table("fx_rate") as batch:
        batch.add_column(sa.Column("added_at", types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fx_rate") as batch:
        batch.drop_column("added_at")
    op.drop_table("live_tax_rate")
