"""How parcels are cleared: regimes in place of the tariff, steps of a country, national codes

Expand step: new tables, new columns with a default. What was a step in the code (Japan's cut bases,
duty relief of the schemes at sale) or a row of the tariff (India's surcharge on the duty) becomes a
column of the import rule; rows loaded before are brought along.
"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0255"
down_revision = "20261122_0240"
branch_labels = None
depends_on = None

RATE_TABLES = ("tax_rate", "import_rule", "duty_rate", "fee_rule")


def upgrade() -> None:
    op.create_table(
        "parcel_regime",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ship_from", sa.String(length=8), nullable=False),
        sa.Column("carriage", sa.String(length=8), nullable=False),
        sa.Column("customer", sa.String(length=12), nullable=False),
        sa.Column("registration", sa.String(length=16), nullable=False),
        sa.Column("goods", sa.Text(), nullable=False),
        sa.Column("except_goods", sa.Text(), nullable=False),
        sa.Column("value_of", sa.String(length=8), nullable=False),
        sa.Column("max_value_minor", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("duty_percent", types.Exact(length=40), nullable=False),
        sa.Column("duty_less_minor", sa.Integer(), nullable=False),
        sa.Column("tax_share_percent", types.Exact(length=40), nullable=False),
        sa.Column("edited_by", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_regime")),
    )
    op.create_index("ix_parcel_regime_destination", "parcel_regime", ["destination"])
    op.create_table(
        "variant_customs_code",
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=4), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], ondelete="CASCADE",
            name=op.f("fk_variant_customs_code_variant_id_variant"),
        ),
        sa.PrimaryKeyConstraint(
            "variant_id", "destination", name=op.f("pk_variant_customs_code")
        ),
    )
    with op.batch_alter_table("import_rule") as batch:
        batch.add_column(sa.Column("base_step_minor", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("duty_surcharge_percent", types.Exact(length=40),
                                   nullable=False, server_default="0"))
        batch.add_column(sa.Column("scheme_relieves_duty", sa.Boolean(), nullable=False,
                                   server_default=sa.false()))
        batch.add_column(sa.Column("except_goods", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("threshold_of", sa.String(length=8), nullable=False,
                                   server_default="goods"))
    with op.batch_alter_table("duty_rate") as batch:
        batch.add_column(sa.Column("measure", sa.String(length=32), nullable=False,
                                   server_default=""))
    with op.batch_alter_table("fee_rule") as batch:
        batch.add_column(sa.Column("percent", types.Exact(length=40), nullable=False,
                                   server_default="0"))
        batch.add_column(sa.Column("carrier", sa.String(length=32), nullable=False,
                                   server_default=""))
    for table in RATE_TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("edited_by", sa.String(length=80), nullable=False,
                                       server_default=""))
    _bring_along()


def _bring_along() -> None:
    rule = sa.table(
        "import_rule", sa.column("country"), sa.column("scheme"), sa.column("base_step_minor"),
        sa.column("scheme_threshold_minor"), sa.column("scheme_relieves_duty", sa.Boolean()),
        sa.column("duty_surcharge_percent", sa.String()),
    )
    duty = sa.table(
        "duty_rate", sa.column("destination"), sa.column("kind"), sa.column("hs_prefix"),
        sa.column("source"),
    )
    op.execute(rule.update().where(rule.c.country == "JP").values(base_step_minor=1000))
    op.execute(rule.update().where(rule.c.country == "IN").values(duty_surcharge_percent="10"))
    op.execute(rule.update().values(scheme_relieves_duty=True).where(
        rule.c.scheme_threshold_minor.is_not(None), rule.c.scheme != "IOSS"))
    op.execute(duty.delete().where(
        duty.c.destination == "IN", duty.c.kind == "surcharge", duty.c.hs_prefix == "",
        duty.c.source.like("social welfare surcharge%")))


def downgrade() -> None:
    for table in RATE_TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("edited_by")
    with op.batch_alter_table("import_rule") as batch:
        for name in ("threshold_of", "except_goods", "scheme_relieves_duty", "duty_surcharge_percent",
                     "base_step_minor"):
            batch.drop_column(name)
    with op.batch_alter_table("duty_rate") as batch:
        batch.drop_column("measure")
    with op.batch_alter_table("fee_rule") as batch:
        batch.drop_column("carrier")
        batch.drop_column("percent")
    op.drop_table("variant_customs_code")
    op.drop_table("parcel_regime")
