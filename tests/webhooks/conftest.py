"""The services, as the tests of services have them."""

from tests.services.conftest import room as room
