"""What may be sold where: restrictions by destination, certificates of goods, who answers there

Expand step: new tables, new columns with a default. The running version ignores them.
"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0223"
down_revision = "20261121_2345"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=8), nullable=False),
        sa.Column("hs_prefix", sa.String(length=10), nullable=False),
        sa.Column("goods", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("document", sa.String(length=160), nullable=False),
        sa.Column("applies", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "kind IN ('licence', 'certificate', 'prohibited')", name=op.f("ck_restriction_kind")
        ),
        sa.CheckConstraint(
            "applies IN ('import', 'always')", name=op.f("ck_restriction_applies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
        sa.UniqueConstraint(
            "destination", "hs_prefix", "goods", "kind", "document", "valid_from",
            name=op.f("uq_restriction_destination_hs_prefix_goods_kind_document_valid_from"),
        ),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=160), nullable=False),
        sa.Column("destination", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_certificate_period")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_certificate_variant_id_variant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint(
            "variant_id", "document", "destination", "number",
            name=op.f("uq_certificate_variant_id_document_destination_number"),
        ),
    )
    with op.batch_alter_table("seller") as table:
        table.add_column(
            sa.Column("representatives", sa.JSON(), nullable=False, server_default="{}")
        )
    with op.batch_alter_table("market") as table:
        table.add_column(
            sa.Column("return_address", sa.JSON(), nullable=False, server_default="{}")
        )


def downgrade() -> None:
    with op.batch_alter_table("market") as table:
        table.drop_column("return_address")
    with op.batch_alter_table("seller") as table:
        table.drop_column("representatives")
    op.drop_table("certificate")
    op.drop_table("restriction")
