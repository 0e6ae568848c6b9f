import collections
from hypothesis import settings, HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test
import tests.truth as t
from tests.shared.test_any_sequence import AnySequence
moves=collections.Counter(); lens=collections.Counter()
orig=t.EventTruth._assert_in_order
def spy(self, now, *, over):
    for k,v in now.items():
        b=self.everyone.get(k); moves[(b.status if b else None, v.status)]+=1
    lens[len(now)]+=1
    return orig(self, now, over=over)
t.EventTruth._assert_in_order=spy
def test_stats(session):
    run_state_machine_as_test(AnySequence, settings=settings(max_examples=200, stateful_step_count=30, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)))
    print(); [print(m,n) for m,n in moves.most_common()]; print(lens)
