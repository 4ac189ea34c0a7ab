"""Slugs found by themselves: an address names a slug, never its language"""

from alembic import op

revision = "20261122_0235"
down_revision = "20261122_0223"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_product_text_slug", "product_text", ["slug"])
    op.create_index("ix_old_slug_slug", "old_slug", ["kind", "slug"])


def downgrade() -> None:
    op.drop_index("ix_old_slug_slug", "old_slug")
    op.drop_index("ix_product_text_slug", "product_text")
