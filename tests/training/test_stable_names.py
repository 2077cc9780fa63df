"""Programs that are compiled in one process have names of their own."""

from lossbench.training.stable_names import NAMES, PROGRAMS, number_of


def test_the_same_program_has_another_number_when_it_is_compiled_again() -> None:
    numbers = {number_of("a program") for _ in range(3)}
    assert len(numbers) == 3
    assert max(numbers) < PROGRAMS


def test_names_are_numbers_that_tensorflow_can_take() -> None:
    assert PROGRAMS * NAMES < 2**63
