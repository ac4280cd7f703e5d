"""Every kind of hostile or odd archive that is known here, for any test that wants to be attacked."""

from tests.chart_reader.hostile_files import FILE_KINDS
from tests.chart_reader.hostile_gzip import GZIP_KINDS
from tests.chart_reader.hostile_kind import HostileArchive
from tests.chart_reader.hostile_tar import PAX_KINDS, TAR_KINDS
from tests.chart_reader.hostile_yaml import YAML_KINDS

HOSTILE_ARCHIVES: list[HostileArchive] = [*GZIP_KINDS, *TAR_KINDS, *PAX_KINDS, *YAML_KINDS, *FILE_KINDS]
