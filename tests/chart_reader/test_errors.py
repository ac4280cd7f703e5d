"""Errors cross from process to process, and into rows, as they are."""

import pytest

from app.chart_reader import errors
from app.chart_reader.errors import ChartReadError, MalformedChart
from app.chart_reader.replies import decode_failure, encode_failure
from app.domain.faults import FaultCode

ERROR_TYPES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, ChartReadError) and value is not ChartReadError
]


@pytest.mark.parametrize("error_type", ERROR_TYPES)
def test_error_is_the_same_in_another_process(error_type: type[ChartReadError]) -> None:
    error = error_type("it is refused", "templates/x.yaml")
    copy = decode_failure(bytearray(encode_failure(error)))
    assert type(copy) is error_type
    assert (copy.reason, copy.path, copy.code, str(copy)) == (error.reason, error.path, error.code, str(error))


@pytest.mark.parametrize("error_type", ERROR_TYPES)
def test_code_is_one_that_a_sync_can_report(error_type: type[ChartReadError]) -> None:
    assert error_type.code in set(FaultCode)
    assert f"{error_type.__name__} " in (errors.__doc__ or "")
    assert error_type.code in (errors.__doc__ or "")


def test_message_is_printable_and_short_whatever_a_stranger_wrote() -> None:
    error = MalformedChart("bad\0\u202ename" + "x" * 5000, "a\x1b[2J\n")
    assert error.reason.startswith("badnamex")
    assert len(error.reason) == 200
    assert str(error).isprintable()
