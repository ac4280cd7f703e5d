"""Read what a registry holds: images, changes, signatures, what changed between versions, whether values fit."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.chart_reader.packing import pack_chart
from tests.journeys.conftest import REGISTER, StartChartroom, registry_input
from tests.real.docker_registry import DockerRegistry
from tests.real.helm_client import Helm
from tests.real.pushing import push_chart
from tests.signatures.pushing import push_signature
from tests.signatures.signing import Signer, pem_of

CHART_YAML = """apiVersion: v2
name: payments
version: 2.0.0
appVersion: "9.4"
annotations:
  artifacthub.io/changes: |
    - kind: security
      description: Mended a hole
"""
VALUES = "replicas: two\nimage:\n  repository: ghcr.io/acme/payments\n  tag: ''\n"
SCHEMA = '{"type": "object", "properties": {"image": {"properties": {"tag": {"type": "string"}}}}}'

VERSIONS = """query Versions($repository: String!) {
  chartByRepository(registryName: "acme", repository: $repository) {
    versions { nodes {
      id version images
      changes { kind description }
      signature { hasProvenance hasSignature verification signedBy }
    } }
  }
}"""
DIFF = """query Diff($from: ID!, $to: ID!) {
  chartVersionDiff(from: $from, to: $to) { breaking values { path kind before after } files { path unifiedDiff } }
}"""
CHECK = """query Check($id: ID!, $values: String!) {
  validateValues(chartVersionId: $id, values: $values) { valid hasSchema problems { pointer message } }
}"""


def package_signed(helm: Helm, signer: Signer, folder: Path) -> Path:
    """Packed and signed by helm, with GnuPG's key; beside the archive lies its provenance."""
    chart = folder / "payments"
    chart.mkdir()
    for path, text in {"Chart.yaml": CHART_YAML, "values.yaml": VALUES, "values.schema.json": SCHEMA}.items():
        (chart / path).write_text(text)
    (folder / "secret.gpg").write_bytes(signer.secret_keyring())
    (folder / "passphrase").write_text("\n")
    signing = ("--sign", "--key", "Acme", "--keyring", str(folder / "secret.gpg"))
    helm.run(
        "package", str(chart), "--destination", str(folder), *signing, "--passphrase-file", str(folder / "passphrase")
    )
    return folder / "payments-2.0.0.tgz"


async def test_signed_chart_is_read_compared_and_checked(
    start_chartroom: StartChartroom,
    shared_docker_registry: DockerRegistry,
    helm: Helm,
    signer: Signer,
    tmp_path: Path,
) -> None:
    archive = package_signed(helm, signer, tmp_path)
    helm.push(shared_docker_registry, archive, "reading")  # which pushes the provenance along
    cosign_key = ec.generate_private_key(ec.SECP256R1())
    older = pack_chart("payments", "1.0.0", {"values.yaml": "replicas: 2\nimage: {repository: nginx, tag: '1'}\n"})
    pushed = push_chart(shared_docker_registry, "reading/payments", older)
    push_signature(shared_docker_registry, "reading/payments", pushed.digest, cosign_key)

    (tmp_path / "ring.gpg").write_bytes(signer.public_key())
    chartroom = start_chartroom(keyrings=str(tmp_path / "ring.gpg"), cosign_keys=pem_of(cosign_key))
    given = registry_input(shared_docker_registry, "reading/payments")
    registered = chartroom.ask(REGISTER, input=given)["registerRegistry"]
    assert (await chartroom.events(registered["sync"]["id"]))[-1]["state"] == "SUCCEEDED"

    asked = chartroom.ask(VERSIONS, repository="reading/payments")["chartByRepository"]
    new, old = asked["versions"]["nodes"]
    assert (new["version"], new["images"]) == ("2.0.0", ["ghcr.io/acme/payments:9.4"])
    assert new["changes"] == [{"kind": "security", "description": "Mended a hole"}]
    assert (new["signature"]["hasProvenance"], new["signature"]["verification"]) == (True, "VERIFIED")
    assert new["signature"]["signedBy"].startswith("Acme Charts <charts@acme.example>")
    assert (old["signature"]["hasSignature"], old["signature"]["verification"]) == (True, "VERIFIED")
    assert old["images"] == ["nginx:1"]

    diff = chartroom.ask(DIFF, **{"from": old["id"], "to": new["id"]})["chartVersionDiff"]
    assert diff["breaking"]
    assert {"path": "replicas", "kind": "TYPE_CHANGED", "before": 2, "after": "two"} in diff["values"]
    assert any(file["path"] == "values.schema.json" for file in diff["files"])
    checked = chartroom.ask(CHECK, id=new["id"], values="image: {tag: 5}")["validateValues"]
    assert checked == {
        "valid": False,
        "hasSchema": True,
        "problems": [{"pointer": "/image/tag", "message": '5 is not of type "string".'}],
    }
    assert chartroom.ask(CHECK, id=new["id"], values="image: {tag: v5}")["validateValues"]["valid"]
