"""Numbers stay with people through crossings, gaps and noise."""

import numpy as np
import pytest

from higherhrnet_plugin.tracking import PoseTracker

K = 5
SIGMAS = [0.08] * K
BODY = np.array([[0, -40], [-15, -20], [15, -20], [-10, 30], [10, 30]])


def person(x, y):
    return BODY + np.array([x, y], dtype=float)


def run(frames, **options):
    """Track frames of {name: (keypoints, tag)}; return {name: numbers}."""
    tracker = PoseTracker(SIGMAS, **options)
    numbers = {}
    for frame in frames:
        names = list(frame)
        keypoints = np.array([frame[n][0] for n in names]).reshape(-1, K, 2)
        tags = np.array([frame[n][1] for n in names]).reshape(len(names), 1)
        found = tracker.update(keypoints, np.ones(keypoints.shape[:2]), tags)
        for name, number in zip(names, found):
            numbers.setdefault(name, []).append(int(number))
    return numbers


def constant(numbers):
    return all(len(set(n)) == 1 for n in numbers.values()) and len(
        {n[0] for n in numbers.values()}
    ) == len(numbers)


@pytest.mark.parametrize('tag_weight', [0.0, 0.3])
@pytest.mark.parametrize('order', [1, -1])
def test_crossing_people_keep_their_numbers(order, tag_weight):
    rng = np.random.default_rng(0)
    frames = []
    for t in range(41):
        people = {
            'a': (person(100 + 8 * t, 200), 0.0),
            'b': (person(420 - 8 * t, 210), 1.5),
        }
        noisy = {
            n: (p + rng.normal(0, 1, p.shape), tag + rng.normal(0, 0.1))
            for n, (p, tag) in people.items()
        }
        # the order in which people are found changes in the middle
        names = sorted(noisy)[:: order if t < 20 else -order]
        frames.append({n: noisy[n] for n in names})
    assert constant(run(frames, tag_weight=tag_weight))


def test_tags_decide_where_poses_do_not():
    # both stop at the same place, then go on in either direction
    path = [*range(100, 201, 10), *[200] * 6]
    back = path[:-6][::-1]
    frames = []
    for x in [*path, *back]:
        frames.append(
            {'a': (person(x, 200), 0.0), 'b': (person(400 - x, 200), 2.0)}
        )
    assert constant(run(frames, tag_weight=0.5))


def test_a_gap_is_bridged_and_long_absence_is_not():
    here = {'a': (person(100, 100), 0.0)}
    moved = {'a': (person(106, 100), 0.0)}
    frames = [here, moved, {}, {}, {'a': (person(124, 100), 0.0)}]
    assert constant(run(frames))
    frames = [here, *[{}] * 11, here]
    assert run(frames, max_age=10)['a'] == [1, 2]
    assert run(frames, max_age=11)['a'] == [1, 1]


def test_new_people_get_new_numbers():
    a, b = (person(100, 100), 0.0), (person(400, 100), 0.0)
    numbers = run([{'a': a}, {'b': b, 'a': a}, {'b': b}])
    assert numbers == {'a': [1, 1], 'b': [2, 2]}
    # far from where anybody is expected
    assert run([{'a': a}, {'a': b}])['a'] == [1, 2]


def test_hidden_keypoints_and_nobody():
    tracker = PoseTracker(SIGMAS)
    none = np.zeros((0, K, 2))
    assert tracker.update(none, np.zeros((0, K))).shape == (0,)
    half = np.array([[1, 1, 1, 0, 0]])
    other = np.array([[0, 0, 0, 1, 1]])
    first = tracker.update(person(50, 50)[None], half)
    second = tracker.update(person(52, 50)[None], np.ones((1, K)))
    third = tracker.update(person(54, 50)[None], other)
    assert first == second == third == [1]
    assert tracker.update(none, np.zeros((0, K))).shape == (0,)
    # nothing in common with the track: someone else
    fresh = PoseTracker(SIGMAS)
    fresh.update(person(50, 50)[None], half)
    assert fresh.update(person(50, 50)[None], other) == [2]


@pytest.mark.parametrize(
    'options',
    [
        {'min_oks': 2},
        {'tag_weight': -0.1},
        {'max_age': -1},
        {'widening': 0.5},
    ],
    ids=str,
)
def test_options_are_checked(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        PoseTracker(SIGMAS, **options)


def test_number_of_keypoints_is_checked():
    with pytest.raises(ValueError, match=r'\(N, 5, 2\).*\(1, 4, 2\)'):
        PoseTracker(SIGMAS).update(np.zeros((1, 4, 2)), np.zeros((1, 4)))


def follow(frames, **options):
    """Track frames of [(keypoints, score)]; return the numbers of each."""
    tracker = PoseTracker(SIGMAS, **options)
    return [
        tracker.update(
            np.array([points for points, _ in frame]).reshape(-1, K, 2),
            np.ones((len(frame), K)),
            scores=np.array([score for _, score in frame]),
        ).tolist()
        for frame in frames
    ]


def test_people_with_low_scores_get_no_number():
    weak, good = (person(100, 100), 0.19), (person(400, 100), 0.2)
    assert follow([[weak, good], [good, weak], [weak]]) == [
        [0, 1],
        [1, 0],
        [0],
    ]
    assert follow([[weak, good]], min_score=0.1) == [[1, 2]]
    # nobody is as good as a score of 0
    nobody = (person(700, 100), 0.0)
    assert follow([[nobody, good]], min_score=-1.0) == [[0, 1]]
    # without scores all count alike
    tracker = PoseTracker(SIGMAS)
    assert tracker.update(weak[0][None], np.full((1, K), 0.01)) == [1]


def test_half_a_person_does_not_take_the_track_of_a_whole_one():
    """It is nearer to the track, by a little."""
    whole, half = (person(103, 100), 0.8), (person(101, 100), 0.3)
    first = [(person(100, 100), 0.8)]
    for frame, expected in (
        ([whole, half], [1, 2]),
        ([half, whole], [2, 1]),
    ):
        assert follow([first, frame], widening=1.0) == [[1], expected]
    # both alike: the nearer one goes on
    alike = [(points, 0.8) for points, _ in (whole, half)]
    assert follow([first, alike]) == [[1], [2, 1]]


def test_a_jump_is_followed_in_the_second_round():
    """All move by a quarter of their height, as seen by a shaken camera."""
    before = [(person(x, 200), 0.8) for x in (100, 300, 500)]
    after = [(points + (18, -5), 0.8) for points, _ in before]
    assert follow([before, after]) == [[1, 2, 3]] * 2
    assert follow([before, after], widening=1.0) == [[1, 2, 3], [4, 5, 6]]
    # whom the first round has left over, not others
    mixed = [before[0], after[1]]
    assert follow([before, mixed]) == [[1, 2, 3], [1, 2]]


@pytest.mark.parametrize('gap', [1, 20, 30])
def test_someone_hidden_goes_on_walking(gap):
    walk = [[(person(100 + 4 * t, 100), 0.8)] for t in range(60)]
    hidden = [*walk[:10], *[[]] * gap, *walk[10 + gap :]]
    numbers = [n for frame in follow(hidden) for n in frame]
    assert set(numbers) == {1}
    hidden = [*walk[:10], *[[]] * 31, *walk[41:]]
    assert {n for frame in follow(hidden) for n in frame} == {1, 2}


def test_someone_who_turns_is_found_where_last_seen():
    """The velocity leads 40 pixels away within five frames."""
    walk = [[(person(100 + 8 * t, 100), 0.8)] for t in range(10)]
    frames = [*walk, *[[]] * 4, walk[-1]]
    numbers = [n for frame in follow(frames, widening=1.0) for n in frame]
    assert set(numbers) == {1}


def test_a_track_keeps_its_size_where_half_is_hidden():
    """The head alone would be too small for a step of 8 pixels."""
    tracker = PoseTracker(SIGMAS, widening=1.0)
    head = np.array([[1, 1, 1, 0, 0]])
    first = tracker.update(person(100, 100)[None], np.ones((1, K)))
    second = tracker.update(person(108, 100)[None], head)
    assert first == second == [1]
    fresh = PoseTracker(SIGMAS, widening=1.0)
    fresh.update(person(100, 100)[None], head)
    assert fresh.update(person(108, 100)[None], head) == [2]


def test_people_without_tags():
    """As those of tiles: poses decide alone."""
    plain, bare = PoseTracker(SIGMAS), PoseTracker(SIGMAS)
    for t in range(5):
        people = np.array([person(100 + 9 * t, 200), person(300 - 9 * t, 210)])
        people = people[:: 1 - 2 * (t % 2)]
        scores = np.ones(people.shape[:2])
        wanted = plain.update(people, scores)
        found = bare.update(people, scores, np.zeros((2, 0)))
        assert found.tolist() == wanted.tolist()
