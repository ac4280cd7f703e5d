"""The bounds within which a chart is read."""

from dataclasses import dataclass

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Every bound of reading; exceeding one is a typed fault, never a crash.

    Honest charts stay far below: the mean of a corpus was 31 KB packed, 179 KB unpacked, 24 KB of values.
    """

    # Helm's own registry clients warn above 1 MiB, since a release has to fit into a Secret; ten times that.
    archive_max_bytes: int = 10 * MEBIBYTE
    # Helm 4 stops at 100 MiB. The whole of it lies in a reader's memory, so: a third.
    inflated_max_bytes: int = 32 * MEBIBYTE
    # Deflate reaches 1,032:1 on zeros; text of charts stays under 20:1.
    inflated_max_ratio: int = 100
    # A chart of one line is mostly tar padding and may exceed any ratio; under 1 MiB there is no bomb.
    ratio_checked_above_bytes: int = 1 * MEBIBYTE
    # Each gzip member costs a decompressor of about 80 KiB; packers write one.
    gzip_members_max_count: int = 16
    # kube-prometheus-stack, one of the largest, has about 300 files, sub-charts included.
    files_max_count: int = 10_000
    # Helm's MaxDecompressedFileSize.
    file_max_bytes: int = 5 * MEBIBYTE
    # A quarter of PATH_MAX, four times the ustar name field and its prefix together.
    path_max_bytes: int = 1024
    # PAX records of honest packers: path, times and owner, under 4 KiB.
    pax_header_max_bytes: int = 64 * KIBIBYTE
    # Also bounds requirements.yaml. artifacthub.io/changes makes the longest; tens of KiB were seen.
    chart_yaml_max_bytes: int = 256 * KIBIBYTE
    # A longer README is refused.
    readme_max_bytes: int = 1 * MEBIBYTE
    # A longer README is kept, but shown as plain text; cleaning the HTML takes about 8 ms per 100 KiB of Markdown.
    readme_rendered_max_bytes: int = 512 * KIBIBYTE
    # A reference [x] of three bytes repeats its whole URL: 256 KiB of them made 44 MB of HTML.
    readme_html_max_bytes: int = 2 * MEBIBYTE
    # Stored as text, never parsed here.
    values_yaml_max_bytes: int = 4 * MEBIBYTE
    # Parsed once to know whether it is JSON: 4 MiB of `[{},{},…]` cost about 100 MB for a moment.
    values_schema_max_bytes: int = 4 * MEBIBYTE
    # Chart.yaml needs 3: dependencies, one of them, its tags.
    yaml_max_depth: int = 64
    # Keys and values, each alias counted with all that it stands for.
    yaml_max_nodes: int = 20_000
    # Charts inside charts: umbrella charts of platforms hold about 50, three deep.
    sub_charts_max_count: int = 200
    sub_charts_max_depth: int = 8
    # What people read of a comparison; a major version of kube-prometheus-stack changes about 400 values.
    changes_max_count: int = 1000
    # Of one comparison, all texts together: what a page can show.
    comparison_max_bytes: int = 1 * MEBIBYTE
    # Lines of one file times lines of the other, equal ends aside: about half a second; beyond that the whole
    # of it counts as replaced.
    compared_lines_max_product: int = 4_000_000
    # What people mend at a time.
    problems_max_count: int = 100
    # Three of 1,000 charts name more than 60 images.
    images_max_count: int = 200
    # Helm's ChartNameMaxLength.
    name_max_characters: int = 250
    # Masterminds/semver's own bound.
    version_max_characters: int = 256
