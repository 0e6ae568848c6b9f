"""How long tests with made-up input look: briefly with every change, long when asked with a profile of hypothesis.

make test TESTS="tests/shared/test_any_sequence.py --hypothesis-profile=deep --timeout=0"
"""

from hypothesis import HealthCheck, settings

DEEP, TIMES = "deep", 25


def register_profiles() -> None:
    """Before hypothesis reads which one is wanted."""
    settings.register_profile(DEEP)


def bounded(examples: int, *, steps: int = 50) -> settings:
    """The same made-up inputs each time, so that a change fails for what it changed; new and many when asked."""
    is_deep = settings.get_current_profile_name() == DEEP
    return settings(
        max_examples=examples * TIMES if is_deep else examples,
        derandomize=not is_deep,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        stateful_step_count=steps,
    )
