"""READMEs are rendered when they are shown: their HTML is kept no more, but whether they are plain text."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

FILES = sa.func.lower(sa.cast(sa.column("files"), sa.Text))


def upgrade() -> None:
    plain: sa.Column[bool] = sa.Column("readme_plain", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("chart_content", plain)
    # Of several READMEs the Markdown was read. Files stand there as [["README.txt",120], …], with or without spaces.
    content = sa.table("chart_content", sa.column("readme_plain", sa.Boolean), sa.column("files"))
    is_plain = FILES.contains('["readme.txt"') & ~FILES.contains('["readme.md"')
    op.execute(content.update().where(is_plain).values(readme_plain=True))
    op.drop_column("chart_content", "readme_html")


def downgrade() -> None:
    """HTML comes back as charts are pulled again."""
    op.add_column("chart_content", sa.Column("readme_html", sa.Text(), nullable=True))
    op.drop_column("chart_content", "readme_plain")
