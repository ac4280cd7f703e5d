"""Prints the events of one sync as they happen: python docs/examples/watch_sync.py SYNC_ID

Takes URL and TOKEN from the environment. Speaks graphql-transport-ws by hand, to show that it is not much.
"""

import json
import os
import sys
from pathlib import Path

from websockets.sync.client import connect

QUERY = Path(__file__).with_name("sync-events.graphql").read_text()
URL = os.environ["URL"].replace("http", "ws", 1)

with connect(URL, subprotocols=["graphql-transport-ws"]) as socket:
    socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {os.environ['TOKEN']}"}}))
    operation = {"query": QUERY, "variables": {"syncId": sys.argv[1]}}
    for text in socket:
        message = json.loads(text)
        if message["type"] == "connection_ack":
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": operation}))
        elif message["type"] == "ping":
            socket.send(json.dumps({"type": "pong"}))
        elif message["type"] == "next" and not message["payload"].get("errors"):
            print(json.dumps(message["payload"]["data"]["syncEvents"]), flush=True)  # noqa: T201 - its purpose
        elif message["type"] == "complete":
            break
        else:
            sys.exit(f"The subscription ended with {text}")
