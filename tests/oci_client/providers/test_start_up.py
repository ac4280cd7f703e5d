"""What importing costs."""

import subprocess
import sys
from pathlib import Path

import app.oci_client.providers

SDKS = ("aioboto3", "aiobotocore", "boto3", "botocore", "azure", "google.auth", "aiohttp", "msal")


def test_importing_every_provider_loads_no_sdk() -> None:
    directory = Path(app.oci_client.providers.__path__[0])
    holders = [file.stem for file in directory.glob("*.py") if "(Provider):" in file.read_text()]
    assert len(holders) >= 3
    imports = ", ".join(f"app.oci_client.providers.{name}" for name in holders)
    program = f"import sys, app.oci_client.client, app.oci_client.probing, {imports}\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name in SDKS] == []
