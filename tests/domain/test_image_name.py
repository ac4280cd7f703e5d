"""An image is the same whether its host and tag are written out or not."""

import pytest

from app.domain.image_name import ImageName


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nginx", (None, "nginx", None)),
        ("library/nginx:1.27", (None, "nginx", "1.27")),
        ("docker.io/library/nginx@sha256:00", ("docker.io", "nginx", None)),
        ("index.docker.io/bitnami/redis:7", ("docker.io", "bitnami/redis", "7")),
        ("localhost/acme/shop", ("localhost", "acme/shop", None)),
        ("registry:5000/acme/shop:1@sha256:00", ("registry:5000", "acme/shop", "1")),
        ("quay.io/library/x", ("quay.io", "library/x", None)),
    ],
)
def test_name_is_taken_apart(text: str, name: tuple[str | None, str, str | None]) -> None:
    assert ImageName.parse(text) == ImageName(*name)


@pytest.mark.parametrize("text", ["", " ", "quay.io/", "a b", "x" * 600, "@sha256:00", "a\0b"])
def test_no_name_is_refused(text: str) -> None:
    assert ImageName.parse(text) is None
