"""Notifications as the providers' documentation records them, shortened where nothing is read."""

import base64
import json
from typing import Any

HELM_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def distribution(
    repository: str = "acme/payments", action: str = "push", media_type: str | None = HELM_MANIFEST
) -> Any:
    target = {
        "digest": "sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf",
        "size": 708,
        "length": 708,
        "repository": repository,
        "url": f"http://registry:5000/v2/{repository}/manifests/sha256:fea8",
        "tag": "1.2.3",
    }
    event = {
        "id": "320678d8-ca14-430f-8bb6-4ca139cd83f7",
        "timestamp": "2016-03-09T14:44:26.402973972-08:00",
        "action": action,
        "target": {"mediaType": media_type, **target} if media_type else target,
        "request": {"id": "6df24a34", "addr": "192.168.64.11:42961", "host": "registry:5000", "method": "PUT"},
        "actor": {"name": "ci"},
        "source": {"addr": "registry:5000", "instanceID": "a53d"},
    }
    return {"events": [event]}


AZURE = {
    "id": "cb8c3971-9adc-488b-bdd8-43cbb4974ff5",
    "timestamp": "2017-11-17T16:52:01.343145347Z",
    "action": "push",
    "target": {
        "mediaType": HELM_MANIFEST,
        "size": 524,
        "digest": "sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d",
        "length": 524,
        "repository": "acme/payments",
        "tag": "1.2.3",
    },
    "request": {"id": "3cbb6949", "host": "acme.azurecr.io", "method": "PUT", "useragent": "helm/3"},
}
AZURE_PING = {"id": "cb8c3971", "timestamp": "2017-11-17T16:52:01Z", "action": "ping", "target": None}
AZURE_QUARANTINE = {**AZURE, "action": "quarantine"}
EVENT_GRID = [
    {
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/acme",
        "subject": "payments:1.2.3",
        "eventType": "Microsoft.ContainerRegistry.ImagePushed",
        "eventTime": "2018-04-25T21:39:47.6549614Z",
        "data": AZURE,
        "dataVersion": "1.0",
        "metadataVersion": "1",
    }
]
EVENT_GRID_VALIDATION = [
    {
        "id": "2d1781af-3a4c-4d7c-bd0c-e34b19da4e66",
        "topic": "/subscriptions/s",
        "subject": "",
        "data": {
            "validationCode": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6",
            "validationUrl": "https://rp-eastus2.eventgrid.azure.net/eventsubscriptions/validate?id=0000&t=2022",
        },
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": "2022-10-28T04:23:35.1981776Z",
        "metadataVersion": "1",
        "dataVersion": "1",
    }
]
DOCKER_HUB = {
    "callback_url": "https://registry.hub.docker.com/u/acme/payments/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/",
    "push_data": {"pushed_at": 1417566161, "pusher": "trustedbuilder", "tag": "1.2.3"},
    "repository": {
        "comment_count": 0,
        "date_created": 1417494799,
        "is_official": False,
        "is_private": True,
        "name": "payments",
        "namespace": "acme",
        "owner": "acme",
        "repo_name": "acme/payments",
        "repo_url": "https://registry.hub.docker.com/u/acme/payments/",
        "status": "Active",
    },
}
QUAY = {
    "repository": "acme/payments",
    "namespace": "acme",
    "name": "payments",
    "docker_url": "quay.io/acme/payments",
    "homepage": "https://quay.io/repository/acme/payments",
    "updated_tags": ["1.2.3"],
}
HARBOR_RESOURCES = {
    "resources": [{"digest": "sha256:8a9e", "tag": "1.2.3", "resource_url": "hub.acme.example/acme/payments:1.2.3"}],
    "repository": {
        "date_created": 1678082303,
        "name": "payments",
        "namespace": "acme",
        "repo_full_name": "acme/payments",
        "repo_type": "private",
    },
}
HARBOR = {"type": "PUSH_ARTIFACT", "occur_at": 1678082303, "operator": "admin", "event_data": HARBOR_RESOURCES}
HARBOR_PULL = {**HARBOR, "type": "PULL_ARTIFACT"}
HARBOR_CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "66ec5bb3-6f6a-4bd5-a0b0-a4fc0bf62c11",
    "source": "/projects/1/webhook/policies/2",
    "type": "harbor.artifact.pushed",
    "datacontenttype": "application/json",
    "time": "2023-04-03T06:23:12Z",
    "operator": "admin",
    "data": HARBOR_RESOURCES,
}
ECR = {
    "version": "0",
    "id": "13cde686-328b-6117-af20-0e5566167482",
    "detail-type": "ECR Image Action",
    "source": "aws.ecr",
    "account": "123456789012",
    "time": "2019-11-16T01:54:34Z",
    "region": "us-west-2",
    "resources": [],
    "detail": {
        "result": "SUCCESS",
        "repository-name": "acme/payments",
        "image-digest": "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234",
        "action-type": "PUSH",
        "image-tag": "1.2.3",
    },
}
ECR_SCAN = {**ECR, "detail-type": "ECR Image Scan"}
ARTIFACT_REGISTRY = {
    "action": "INSERT",
    "digest": "europe-docker.pkg.dev/acme-project/charts/payments@sha256:6ec128e26cd5" + "0" * 52,
    "tag": "europe-docker.pkg.dev/acme-project/charts/payments:1.2.3",
}
PUB_SUB = {
    "message": {
        "data": base64.b64encode(json.dumps(ARTIFACT_REGISTRY).encode()).decode(),
        "messageId": "2070443601311540",
        "message_id": "2070443601311540",
        "publishTime": "2021-02-26T19:13:55.749Z",
    },
    "subscription": "projects/acme-project/subscriptions/chartroom",
}
GITHUB = {
    "action": "published",
    "registry_package": {
        "id": 1,
        "name": "charts/payments",
        "namespace": "Acme",
        "owner": {"login": "Acme", "id": 2, "type": "Organization"},
        "package_type": "CONTAINER",
        "package_version": {"container_metadata": {"tag": {"name": "1.2.3", "digest": "sha256:aaaa"}}},
    },
    "sender": {"login": "ada"},
}
GITHUB_PING = {"zen": "Keep it logically awesome.", "hook_id": 1, "hook": {"type": "Repository", "id": 1}}
ZOT = {"name": "acme/payments", "reference": "1.2.3", "digest": "sha256:aaaa", "mediaType": HELM_MANIFEST}
ZOT_STRUCTURED = {
    "specversion": "1.0",
    "id": "5f1c",
    "source": "zotregistry.dev",
    "type": "zotregistry.image.updated",
    "datacontenttype": "application/json",
    "data": ZOT,
}
