"""Every error of the layers below has its fault, and no fault tells of the inside."""

import pytest

from app.chart_reader import errors as reading
from app.domain.errors import KeyMissing
from app.domain.faults import Fault, FaultCode
from app.oci_client import errors as speaking
from app.oci_client.errors import InvalidCredential, RegistryError, TimedOut
from app.services.faults import fault_of


def all_below(kind: type) -> list[type]:
    return [kind, *(deeper for direct in kind.__subclasses__() for deeper in all_below(direct))]


REGISTRY_ERRORS = all_below(RegistryError)
READING_ERRORS = all_below(reading.ChartReadError)


@pytest.mark.parametrize("kind", REGISTRY_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_a_registry_has_its_code_and_says_whether_to_try_again(kind: type[RegistryError]) -> None:
    for temporary in (True, False):
        error = kind("It said no.", host="h")
        error.temporary = temporary
        expected = Fault(FaultCode(kind.code), "It said no.", temporary, "acme/a", "1.0.0", "sha256:1")
        assert fault_of(error, "acme/a", "1.0.0", "sha256:1") == expected


@pytest.mark.parametrize("kind", READING_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_reading_has_its_code_and_says_whether_to_try_again(kind: type[reading.ChartReadError]) -> None:
    assert fault_of(kind("broken", "Chart.yaml")) == Fault(FaultCode(kind.code), "Chart.yaml: broken", kind.temporary)


def test_all_errors_that_are_drawn_are_looked_at_here() -> None:
    assert len(REGISTRY_ERRORS) > 10
    assert len(READING_ERRORS) > 8
    for module, kinds in ((speaking, REGISTRY_ERRORS), (reading, READING_ERRORS)):
        assert module.__doc__ is not None
        missing = [kind.__name__ for kind in kinds if kind.__module__ == module.__name__]
        assert [name for name in missing if name not in module.__doc__] == []


@pytest.mark.parametrize("error", [KeyMissing("Enter them again."), InvalidCredential("Enter them again.")])
def test_what_people_can_mend_is_told_in_its_own_words(error: Exception) -> None:
    assert fault_of(error) == Fault(FaultCode.INTERNAL, "Enter them again.", False)


def test_what_nobody_foresaw_tells_its_kind_alone() -> None:
    fault = fault_of(RuntimeError("password=hunter2 at /srv/app.py"))
    assert (fault.code, fault.temporary) == (FaultCode.INTERNAL, True)
    assert "RuntimeError" in fault.message
    assert "hunter2" not in fault.message


def test_registry_that_timed_out_may_do_better_next_time() -> None:
    assert fault_of(TimedOut("Too slow.")).temporary
