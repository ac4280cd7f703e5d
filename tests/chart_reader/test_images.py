"""Images are found where charts name them, and nowhere else."""

import pytest

from app.chart_reader.images import IMAGES_ANNOTATION, images_of
from app.chart_reader.limits import ReadingLimits

SHA = "sha256:" + "ab" * 32


def found(values: str | None, annotations: dict[str, str] | None = None, **limits: int) -> list[str]:
    return list(images_of(values, annotations or {}, "9.9", ReadingLimits(**limits)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param("image: nginx:1.27 # why\n", ["nginx:1.27"], id="text"),
        pytest.param("image: nginx\r\nother: 1\r\n", ["nginx"], id="windows-line-ends"),
        pytest.param("sidecarImage: 'busybox:1.36'\n", ["busybox:1.36"], id="key-ending-in-image"),
        pytest.param("a:\n  image: old/style\n  imageTag: '1.0'\n", ["old/style:1.0"], id="tag-beside"),
        pytest.param(f'x:\n- image: "quay.io:5000/a/b@{SHA}"\n', [f"quay.io:5000/a/b@{SHA}"], id="port-and-digest"),
        pytest.param(
            "image:\n  registry: docker.io\n  # comment\n  repository: bitnami/redis\n  tag: 7.2.4-debian-11\n",
            ["docker.io/bitnami/redis:7.2.4-debian-11"],
            id="mapping",
        ),
        pytest.param("image:\n  repository: a/b\n  tag: ''\n", ["a/b:9.9"], id="app-version-for-an-empty-tag"),
        pytest.param("image:\n  repository: a/b\n", ["a/b:9.9"], id="app-version-for-the-charts-own-image"),
        pytest.param("web:\n  image:\n    repository: a/b\n", ["a/b:9.9"], id="app-version-for-a-components-image"),
        pytest.param("x:\n  y:\n    image:\n      repository: a/b\n", ["a/b"], id="no-tag-is-made-up-further-inside"),
        pytest.param(
            "image: {registry: quay.io, repository: 'p/e', tag: \"v1.10\"}\n", ["quay.io/p/e:v1.10"], id="flow"
        ),
        pytest.param(f"image: &i\n  repository: a\n  tag: 3\n  digest: {SHA}\n", [f"a:3@{SHA}"], id="anchor"),
        pytest.param(
            f"image:\n  repository: a\n  tag: 3\n  sha: {SHA[7:]}\n", [f"a:3@{SHA}"], id="sha-without-algorithm"
        ),
        pytest.param("exporter:\n  repository: a/b\n  tag: v1\n", ["a/b:v1"], id="repository-with-a-tag"),
        pytest.param("x:\n  - name: a\n    image: b:1\n  - name: c\n    image: d:1\n", ["b:1", "d:1"], id="list-items"),
        pytest.param("# image: commented/out:1\nuseImage: true\nlogoImage: logo.png\n", [], id="no-images"),
        pytest.param(
            "image: '{{ .Values.x }}'\nimage2:\n  repository: https://a/b\n  tag: 1\n", [], id="templates-urls"
        ),
        pytest.param("deploy: |\n  spec:\n    image: hidden:1\nimage: shown:1\n", ["shown:1"], id="block-text"),
        pytest.param("image: null\nanother: {image: ~}\n", [], id="nulls"),
        pytest.param(None, [], id="no-values"),
    ],
)
def test_image_is_found_as_it_would_be_pulled(values: str | None, expected: list[str]) -> None:
    assert found(values) == expected


def test_images_of_the_annotation_come_first_and_each_comes_once() -> None:
    annotation = "- name: one\n  image: ghcr.io/x/y:1\n- image: 'a/b:2'\n  whitelisted: true\n- image: a b\n"
    assert found("image: a/b:2\n", {IMAGES_ANNOTATION: annotation}) == ["ghcr.io/x/y:1", "a/b:2"]


def test_images_are_bounded() -> None:
    many = "".join(f"i{number}:\n  image: a{number}:1\n" for number in range(50))
    assert len(found(many, images_max_count=7)) == 7


@pytest.mark.parametrize("line", ["image" * 100_000, " " * 300_000, "- " * 150_000, "a" * 300_000 + "\n:"])
def test_lines_made_to_hang_do_not(line: str) -> None:
    assert found(f"{line}\nimage: a:1\n") == ["a:1"]
