"""Bounds on what a registry can make us read, wait for or repeat."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """Every bound, its unit in its name. Exceeding one is a typed error, never a crash."""

    # containers/image reads no more than 4 MiB of manifest; registries need not accept more (distribution-
    # spec 1.1).
    manifest_max_bytes: int = 4 * MIB
    # A token is some KiB; containers/image stops at 1 MiB too.
    token_max_bytes: int = 1 * MIB
    # 100,000 tags of 128 characters and their JSON are 13 MiB, and Docker Hub sends all tags on one page.
    tag_page_max_bytes: int = 16 * MIB
    tags_max: int = 100_000
    # go-containerregistry reads 64 KiB of an error.
    error_body_max_bytes: int = 64 * KIB
    # A chart archive; Helm itself refuses charts much beyond this.
    blob_max_bytes: int = 10 * MIB
    # 10,000 pages of 10 tags hold tags_max.
    pages_max: int = 10_000
    redirects_max: int = 5
    # An index that wraps a chart has one or two children; an image index many, which are passed over unread.
    index_children_tried_max: int = 4

    # The first try and four more: about 0.25 + 0.5 + 1 + 2 s of waiting on average.
    tries_max: int = 5
    retry_first_delay_seconds: float = 0.5
    retry_delay_max_seconds: float = 30.0
    # Longer than this and the work is parked with a time that people can see: others can use the worker.
    retry_after_max_seconds: float = 30.0

    connect_timeout_seconds: float = 10.0
    # Silence between two pieces of an answer.
    read_timeout_seconds: float = 30.0
    # From asking to the last byte, redirects included, for all but blobs.
    request_timeout_seconds: float = 60.0
    # 10 MiB at 64 KiB/s are 160 s.
    blob_timeout_seconds: float = 300.0
    # One byte every five seconds is an attack and not a slow line; judged once the grace is over.
    throughput_min_bytes_per_second: float = 1024.0
    throughput_grace_seconds: float = 15.0
