"""Documents: invoices, credit notes and customs papers, frozen, with their files

Expand step: new tables. The running version ignores them.
"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0325"
down_revision = "20261122_0310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=48), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'credit_note', 'commercial_invoice', 'packing_list', 'cn22', "
            "'cn23')",
            name=op.f("ck_document_kind"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"],
                                name=op.f("fk_document_order_id_orders")),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"],
                                name=op.f("fk_document_seller_id_seller")),
        sa.ForeignKeyConstraint(["corrects_id"], ["document.id"],
                                name=op.f("fk_document_corrects_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("order_id", "kind", "cause", name=op.f("uq_document_order_id_kind_cause")),
        sa.UniqueConstraint("seller_id", "number", name=op.f("uq_document_seller_id_number")),
    )
    op.create_table(
        "document_file",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("form IN ('pdf', 'cii', 'ubl')", name=op.f("ck_document_file_form")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"],
                                name=op.f("fk_document_file_document_id_document")),
        sa.PrimaryKeyConstraint("document_id", "form", name=op.f("pk_document_file")),
    )


def downgrade() -> None:
    op.drop_table("document_file")
    op.drop_table("document")
