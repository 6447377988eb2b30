// Does what is due come by date, and at one date in the order of entry? The engine orders by kind on top of that; the
// same inputs give the same bytes only because ties are broken here.
#include <doctest/doctest.h>

#include "base/errors.hpp"
#include "engine/event_queue.hpp"

using namespace hetsched;

TEST_CASE("what is due comes by date, then in the order of entry, with its stamp") {
  EventQueue queue;
  CHECK(queue.empty());
  CHECK(queue.next() == std::numeric_limits<double>::infinity());
  queue.add(2, due::Wake{}, 1);
  queue.add(1, due::Poll{}, 2);
  queue.add(2, due::Instant{}, 3);
  queue.add(1, due::Wake{}, 4);
  for (const auto& [date, stamp] : {std::pair{1.0, 2u}, {1.0, 4u}, {2.0, 1u}, {2.0, 3u}}) {
    CHECK_FALSE(queue.empty());
    CHECK(queue.next() == date);
    const EventQueue::Entry entry = queue.pop();
    CHECK(entry.date == date);
    CHECK(entry.stamp == stamp);
  }
  CHECK(queue.empty());
}

TEST_CASE("a date beyond all numbers is the user's error: nothing would ever come") {
  EventQueue queue;
  CHECK_THROWS_AS(queue.add(std::numeric_limits<double>::infinity(), due::Wake{}), InputError);
  CHECK_THROWS_AS(queue.add(std::numeric_limits<double>::quiet_NaN(), due::Wake{}), InputError);
  CHECK_THROWS_AS(queue.add(1e306, due::Wake{}), InputError);
}

TEST_CASE("what has a length does not end at the instant that it began at, however short it is") {
  EventQueue queue;
  queue.add_end(1, 1 + 1e-14, due::StageEnd{}, 0);
  CHECK_FALSE(queue.due(1));
  CHECK(queue.due(1 + 1e-14));
  EventQueue other;
  other.add_end(1, 1, due::StageEnd{}, 0);  // of no length
  CHECK(other.due(1));
  CHECK(other.due(1 - 1e-13));
  CHECK_FALSE(other.due(0.5));
}

TEST_CASE("an instant is as wide as the rounding of sums of durations, and no wider") {
  CHECK(instant_width(0) > 0);
  CHECK(instant_width(0) <= 1e-12);
  CHECK(1e6 + instant_width(1e6) > 1e6);
  CHECK(instant_width(1e6) < 1e-8);
}

TEST_CASE("at one instant work that ends comes first, then arrivals, then outages, which end only where others begin") {
  CHECK(ends_work(due::StageEnd{}));
  CHECK(ends_work(due::LatencyEnd{}));
  CHECK_FALSE(ends_work(due::Arrival{}));
  CHECK_FALSE(ends_work(due::Deadline{}));
  const auto place = [](const EventKind& what) { return what.index(); };
  CHECK(place(due::StageEnd{}) < place(due::Arrival{}));
  CHECK(place(due::LatencyEnd{}) < place(due::Arrival{}));
  CHECK(place(due::Arrival{}) < place(due::Deadline{}));
  CHECK(place(due::Deadline{}) < place(due::TurnOff{}));
  CHECK(place(due::TurnOff{}) < place(due::TurnOn{}));
  CHECK(place(due::TurnOn{}) < place(due::Wake{}));
  CHECK(place(due::Apply{}) < place(due::RunEnd{}));
}
