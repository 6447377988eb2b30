#include "engine/releases.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.hpp"
#include "base/overloads.hpp"
#include "base/text.hpp"

namespace hetsched {
namespace {

constexpr std::uint64_t kMostIdleTicks = 10'000'000;

}  // namespace

Releases::Releases(const WorkloadSpec& workload, std::uint64_t seed, State& state, EventQueue& events)
    : workload_(workload), seed_(seed), state_(state), events_(events), polled_(is_polled(workload.release)) {
  const auto stream_named = [&](const std::string& name) {
    const auto at = std::find_if(workload.streams.begin(), workload.streams.end(),
                                 [&](const StreamSpec& s) { return s.name == name; });
    return id_of<StreamId>(static_cast<std::size_t>(at - workload.streams.begin()));
  };
  for (const StreamSpec& stream : workload.streams)
    streams_.push_back({ArrivalSource(stream, workload, seed), {}, StreamId::none, {}, 0, nullptr, 0, 0, {}, {}});
  for (const StreamId s : streams_.ids()) {
    const StreamSpec& stream = spec(s);
    if (!stream.after.empty()) streams_[s].after = stream_named(stream.after);
    std::visit(Overloads{
                   [&](const Periodic& periodic) {
                     const Cadence cadence(periodic, workload.load);
                     if (!ticks_ || cadence.period() < ticks_->period()) ticks_ = cadence;
                   },
                   [](const Poisson&) {},
                   [](const TraceArrivals&) {},
                   [](const Burst&) {},
                   [&](const ClosedLoop& loop) { streams_[s].loop = &loop; },
                   [&](const Triggered& triggered) {
                     streams_[s].trigger_delay = triggered.delay;
                     streams_[stream_named(triggered.by)].triggers.push_back(s);
                   },
               },
               stream.arrival);
  }
}

void Releases::begin() {
  for (const StreamId s : streams_.ids()) {
    if (const ClosedLoop* loop = streams_[s].loop) {
      for (std::uint64_t i = 0; i < loop->outstanding; ++i) cause(s, 0);
    } else {
      draw_next(s);
      if (!polled()) enter_next(s);
    }
  }
  if (polled()) events_.add(0, due::Poll{});
}

void Releases::draw_next(StreamId stream) {
  const std::optional<ArrivalTime>& next = streams_[stream].next = streams_[stream].source.next();
  if (next) ++coming_;
  if (!polled()) return;
  const auto item = static_cast<IndexedHeap::Item>(index_of(stream));
  if (next)
    arrivals_.set(item, next->time);
  else if (arrivals_.contains(item))
    arrivals_.remove(item);
}

void Releases::release_next(StreamId stream, double now) {
  const ArrivalTime arrival = *streams_[stream].next;
  release(stream, arrival, now);
  --coming_;
  draw_next(stream);
}

void Releases::enter_next(StreamId stream) {
  if (streams_[stream].next) events_.add(streams_[stream].next->time, due::Arrival{stream});
}

void Releases::arrival_due(StreamId stream, double now) {
  while (arrived(stream, now)) release_next(stream, now);
  enter_next(stream);
}

bool Releases::arrived(StreamId stream, double now) const {
  const std::optional<ArrivalTime>& next = streams_[stream].next;
  return next && next->time <= now + instant_width(now);
}

void Releases::cause(StreamId stream, double date) {
  if (const ClosedLoop* loop = streams_[stream].loop) {
    if (loop->count && streams_[stream].caused >= *loop->count) return;
    if (workload_.duration && date >= *workload_.duration) return;
  }
  ++streams_[stream].caused;
  ++coming_;
  events_.add(date, due::Triggered{stream});
}

void Releases::triggered_due(StreamId stream, double now) {
  --coming_;
  if (const auto arrival = streams_[stream].source.caused(now)) release(stream, *arrival, now);
}

void Releases::tick() {
  if (exhausted()) return;
  if (++idle_ticks_ > kMostIdleTicks)
    throw InputError("release \"polled\" ticks every " + format_number(ticks_->period()) + " s, and for " +
                     std::to_string(kMostIdleTicks) +
                     " ticks nothing was released; check the shortest period and the phases of the workload");
  events_.add(ticks_->at(++next_tick_), due::Poll{});
}

void Releases::poll(double now) {
  found_.clear();
  while (!arrivals_.empty() && arrivals_.top_key() <= now + instant_width(now)) {
    found_.push_back(id_of<StreamId>(arrivals_.top()));
    arrivals_.remove(arrivals_.top());
  }
  std::sort(found_.begin(), found_.end());
  for (const StreamId s : found_) release_next(s, now);
}

void Releases::release(StreamId stream, const ArrivalTime& arrival, double now) {
  if (static_cast<double>(state_.live().size() + state_.departing().size()) >= kMostAtOnce)
    throw InputError("more than " + format_number(kMostAtOnce) + " requests are in the system at " +
                     format_number(now) +
                     " s: the platform falls behind this workload; lower its rates or counts, or let streams drop "
                     "late requests (drop)");
  check_resolution(stream, now);
  StreamState& s = streams_[stream];
  idle_ticks_ = 0;
  const double deadline = s.source.deadline(arrival, now);
  const bool gated = s.after != StreamId::none && streams_[s.after].finished <= arrival.index;
  const RequestRef place = state_.release(stream, arrival.index, now, deadline, gated);
  const Waiting waiting{place, state_.request(place).id};
  ++released_;
  if (gated) streams_[s.after].gated.push_back(waiting);
  if (std::isfinite(deadline)) watch_deadline(stream, waiting, now, deadline);
  state_.push_event({Event::Type::request_arrived, {place}});
}

/// Late in a long run the clock may be too coarse for the tasks: their lengths would be rounded to nothing.
void Releases::check_resolution(StreamId stream, double now) const {
  constexpr double kSteps = 16;  // of the clock in a task: at most a few per cent are lost
  const SystemView& view = state_.view(now);
  const Model& model = view.models[view.streams[stream].model];
  const double step = std::numeric_limits<double>::epsilon() * now;
  if (!(model.best_time > 0) || model.best_time >= kSteps * step * static_cast<double>(model.tasks.size())) return;
  throw InputError("tasks of model " + std::string(model.name) + " take " +
                   format_number(model.best_time / static_cast<double>(model.tasks.size())) + " s on average, but at " +
                   format_number(now) + " s the resolution of the clock is " + format_number(step) +
                   " s; let the run begin near 0 (subtract the first date of a trace from all) or end it earlier");
}

void Releases::watch_deadline(StreamId stream, const Waiting& waiting, double now, double deadline) {
  switch (spec(stream).drop) {
    case DropRule::never: break;
    case DropRule::unstarted:
      streams_[stream].unstarted.push_back(waiting);
      await_expiry(stream);
      // Who could start exactly at the deadline still may: it is dropped just after. XRBench looks at its events only.
      if (!polled()) events_.add(deadline + 2 * late_tolerance(deadline), due::Instant{});
      break;
    case DropRule::late: events_.add(std::max(now, deadline), due::Deadline{waiting.request}, waiting.id); break;
  }
}

void Releases::request_ended(RequestRef request, bool finished, double now) {
  const StreamId stream = state_.request(request).stream;
  StreamState& s = streams_[stream];
  if (finished) {
    ++s.finished;
    // Requests that left are forgotten; the others of one stream come in the order of their indices, but
    // several streams may be fed by this one.
    std::erase_if(s.gated, [&](const Waiting& w) {
      const Request& r = state_.request(w.request);
      if (r.id != w.id || !r.live) return true;
      if (r.index >= s.finished) return false;
      state_.open_gate(w.request, now);
      return true;
    });
    for (const StreamId triggered : s.triggers) cause(triggered, now + streams_[triggered].trigger_delay);
  }
  if (s.loop != nullptr) cause(stream, now + s.loop->think_time / workload_.load);
}

std::vector<FutureRequest> Releases::foreseen() const {
  std::vector<FutureRequest> future;
  const SystemView& view = state_.view(0);
  for (const StreamId s : streams_.ids()) {
    ArrivalSource source(spec(s), workload_, seed_);
    while (const auto arrival = source.next())
      future.push_back({arrival->index, s, view.streams[s].model, arrival->time,
                        source.deadline(*arrival, arrival->time), view.streams[s].priority});
  }
  std::stable_sort(future.begin(), future.end(),
                   [](const FutureRequest& a, const FutureRequest& b) { return a.arrival < b.arrival; });
  return future;
}

bool Releases::is_unstarted(const Waiting& waiting) const {
  const Request& request = state_.request(waiting.request);
  return request.id == waiting.id && request.live && state_.account(waiting.request).first_start == kNever;
}

void Releases::await_expiry(StreamId stream) {
  std::deque<Waiting>& unstarted = streams_[stream].unstarted;
  while (!unstarted.empty() && !is_unstarted(unstarted.front())) unstarted.pop_front();
  const auto item = static_cast<IndexedHeap::Item>(index_of(stream));
  if (!unstarted.empty())
    expiries_.set(item, state_.request(unstarted.front().request).deadline);
  else if (expiries_.contains(item))
    expiries_.remove(item);
}

void Releases::find_expired(double now, std::vector<RequestRef>& expired) {
  const auto passed = [now](double deadline) { return deadline + late_tolerance(deadline) < now; };
  found_.clear();
  while (!expiries_.empty() && passed(expiries_.top_key())) {
    found_.push_back(id_of<StreamId>(expiries_.top()));
    expiries_.remove(expiries_.top());
  }
  std::sort(found_.begin(), found_.end());
  for (const StreamId s : found_) {
    std::deque<Waiting>& unstarted = streams_[s].unstarted;
    for (; !unstarted.empty(); unstarted.pop_front()) {
      const Waiting& first = unstarted.front();
      if (!is_unstarted(first)) continue;
      if (!passed(state_.request(first.request).deadline)) break;
      expired.push_back(first.request);
    }
    await_expiry(s);
  }
}

}  // namespace hetsched
