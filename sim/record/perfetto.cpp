#include "record/perfetto.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "record/trace_writer.hpp"
#include "record/window_records.hpp"

namespace hetsched {
namespace {

constexpr std::uint32_t kAcceleratorProcess = 1, kRequestProcess = 2, kTransferProcess = 3;

using Task = WindowRecords::Task;
using Transfer = WindowRecords::Transfer;
using Request = WindowRecords::Request;

/// What an event shows, in the order in which events of one instant are written.
enum class What : std::uint8_t { span_end, slice, arrow_start, arrow_end, span_begin, instant, counter };
/// Which part of a task a slice is.
enum class Part : std::uint8_t { whole, overhead, waiting, compute };
constexpr std::array<std::string_view, 4> kPartNames{"", "overhead", "waiting for input", "compute"};

/// Points to the row (or sample) it shows.
struct Event {
  Nanoseconds at = 0, duration = 0;
  What what = What::slice;
  Part part = Part::whole;
  bool of_transfer = false;  ///< a span of a transfer, not of a request
  std::uint32_t index = 0;

  /// By time; at one instant by kind, longer slices first, so that what is inside comes after what is around
  /// it.
  friend bool operator<(const Event& a, const Event& b) {
    return std::tuple(a.at, a.what, -a.duration, a.part, a.of_transfer, a.index) <
           std::tuple(b.at, b.what, -b.duration, b.part, b.of_transfer, b.index);
  }
};

/// Where a task is drawn.
struct Place {
  std::uint32_t thread = 0;
  Nanoseconds start = 0, end = 0;
  bool shown = false;
};

struct Sample {
  std::string_view counter;
  double value = 0;
};

class Trace {
 public:
  Trace(const WindowRecords& run, Nanoseconds from, Nanoseconds to) : run_(run), from_(from), to_(to) {
    place_tasks();
    add_slices();
    add_transfers();
    add_requests();
    add_counter("power [W]", run_.power);
    add_counter("ready tasks", run_.ready);
    std::sort(events_.begin(), events_.end());
  }

  void write(const std::filesystem::path& path) const;

 private:
  [[nodiscard]] bool in_window(Nanoseconds start, Nanoseconds end) const { return end >= from_ && start <= to_; }
  void place_tasks();
  void add_slices();
  void add_transfers();
  void add_arrow(std::uint32_t transfer);
  void add_requests();
  void add_span(std::uint32_t index, bool of_transfer, double start, double end);
  void add_counter(std::string_view name, const Counter& counter);
  void write_names(TraceWriter& out) const;
  void write_event(TraceWriter& out, const Event& event) const;
  void write_slice(TraceWriter& out, const Event& event) const;
  void write_span(TraceWriter& out, const Event& event) const;

  const WindowRecords& run_;
  Nanoseconds from_, to_;
  std::vector<std::pair<std::string, std::uint32_t>> tracks_;    ///< of accelerators: name, thread
  std::vector<Place> places_;                                    ///< of tasks, by row
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arrows_;  ///< rows of producer and consumer
  std::vector<Sample> samples_;
  std::vector<Event> events_;
};

void Trace::place_tasks() {
  std::map<std::string_view, std::uint32_t> slots;
  for (const auto& a : run_.accelerators) slots[a.accelerator] = std::max(a.slots, 1u);
  for (const Task& t : run_.tasks) {
    if (!slots.contains(t.accelerator))
      throw InputError("tasks.csv has a task on the accelerator \"" + t.accelerator +
                       "\", which is not in accelerators.csv; the two are not of one run");
    slots[t.accelerator] = std::max(slots[t.accelerator], t.slot + 1);
  }
  std::map<std::string_view, std::uint32_t> first_thread;
  for (const auto& a : run_.accelerators) {
    const std::uint32_t count = slots[a.accelerator];
    first_thread[a.accelerator] = static_cast<std::uint32_t>(tracks_.size()) + 1;
    for (std::uint32_t slot = 0; slot < count; ++slot)
      tracks_.emplace_back(count > 1 ? a.accelerator + "/" + std::to_string(slot) : a.accelerator,
                           first_thread[a.accelerator] + slot);
  }
  for (const Task& t : run_.tasks)
    places_.push_back({first_thread[t.accelerator] + t.slot, nanoseconds(t.start),
                       std::max(nanoseconds(t.start), nanoseconds(t.end)), false});
  std::vector<std::uint32_t> order(places_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(places_[a].thread, places_[a].start, places_[a].end, a) <
           std::tuple(places_[b].thread, places_[b].start, places_[b].end, b);
  });
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    Place& place = places_[order[i]];
    const Place& next = places_[order[i + 1]];
    if (next.thread == place.thread) place.end = std::min(place.end, next.start);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    Place& place = places_[order[i]];
    if (i + 1 < order.size() && places_[order[i + 1]].thread == place.thread) continue;
    const Task& task = run_.tasks[order[i]];
    const auto next = run_.next_starts.find({task.accelerator, task.slot});
    if (next != run_.next_starts.end()) place.end = std::min(place.end, nanoseconds(next->second));
  }
  for (Place& place : places_) place.shown = in_window(place.start, place.end);
}

void Trace::add_slices() {
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (!place.shown) continue;
    const auto add = [&](Part part, Nanoseconds start, Nanoseconds end) {
      if (part == Part::whole || end > start) events_.push_back({start, end - start, What::slice, part, false, i});
    };
    add(Part::whole, place.start, place.end);
    const Nanoseconds inputs = std::clamp(nanoseconds(run_.tasks[i].inputs), place.start, place.end);
    const Nanoseconds compute = std::clamp(nanoseconds(run_.tasks[i].compute), inputs, place.end);
    if (compute == place.start) continue;
    add(Part::overhead, place.start, inputs);
    add(Part::waiting, inputs, compute);
    add(Part::compute, compute, place.end);
  }
}

void Trace::add_transfers() {
  using Key = std::pair<std::optional<std::uint64_t>, std::string_view>;  // weights are no request's
  std::map<Key, std::vector<std::uint32_t>> attempts;
  for (const Transfer& t : run_.transfers) {
    attempts[{t.request, t.producer}];
    attempts[{t.request, t.consumer}];
  }
  for (std::uint32_t i = 0; i < run_.tasks.size() && !attempts.empty(); ++i) {
    const auto at = attempts.find({run_.tasks[i].request, run_.tasks[i].task});
    if (at != attempts.end()) at->second.push_back(i);
  }
  for (std::uint32_t i = 0; i < run_.transfers.size(); ++i) {
    const Transfer& t = run_.transfers[i];
    add_span(i, true, t.start, t.end);
    const auto& producers = attempts[{t.request, t.producer}];
    const auto& consumers = attempts[{t.request, t.consumer}];
    const auto producer = std::find_if(producers.begin(), producers.end(), [&](std::uint32_t row) {
      return run_.tasks[row].status == TaskStatus::finished;
    });
    // The first attempt that did not begin to compute without it; none if the tensor was given up.
    const auto consumer = std::find_if(consumers.begin(), consumers.end(),
                                       [&](std::uint32_t row) { return run_.tasks[row].compute >= t.end; });
    if (producer == producers.end() || consumer == consumers.end()) continue;
    if (!places_[*producer].shown || !places_[*consumer].shown) continue;
    arrows_.emplace_back(*producer, *consumer);
    add_arrow(i);
  }
}

void Trace::add_arrow(std::uint32_t transfer) {
  // Both ends lie inside their slices, not on the end, where the next slice of the track may begin.
  const auto within = [](const Place& place, Nanoseconds at) {
    return std::clamp(at, place.start, std::max(place.start, place.end - 1));
  };
  const Place& producer = places_[arrows_.back().first];
  const Place& consumer = places_[arrows_.back().second];
  const auto arrow = static_cast<std::uint32_t>(arrows_.size() - 1);
  events_.push_back({within(producer, producer.end), 0, What::arrow_start, Part::whole, true, arrow});
  events_.push_back(
      {within(consumer, nanoseconds(run_.transfers[transfer].end)), 0, What::arrow_end, Part::whole, true, arrow});
}

void Trace::add_requests() {
  for (std::uint32_t i = 0; i < run_.requests.size(); ++i) {
    const Request& r = run_.requests[i];
    add_span(i, false, r.arrival, r.end);
    const Nanoseconds end = nanoseconds(r.end);
    if ((r.status == RequestStatus::late || r.status == RequestStatus::dropped) && in_window(end, end))
      events_.push_back({end, 0, What::instant, Part::whole, false, i});
  }
}

void Trace::add_span(std::uint32_t index, bool of_transfer, double start, double end) {
  const Nanoseconds begin = nanoseconds(start);
  const Nanoseconds until = std::max(begin + 1, nanoseconds(end));  // its end is written after its begin
  if (!in_window(begin, until)) return;
  events_.push_back({begin, 0, What::span_begin, Part::whole, of_transfer, index});
  events_.push_back({until, 0, What::span_end, Part::whole, of_transfer, index});
}

void Trace::add_counter(std::string_view name, const Counter& counter) {
  std::vector<CounterChange> changes = counter.changes;
  std::stable_sort(changes.begin(), changes.end(),
                   [](const CounterChange& a, const CounterChange& b) { return a.at < b.at; });
  const auto add = [&](Nanoseconds at, double value) {
    events_.push_back({at, 0, What::counter, Part::whole, false, static_cast<std::uint32_t>(samples_.size())});
    samples_.push_back({name, std::round(value * 1e6) / 1e6});
  };
  double value = 0;
  std::int64_t pieces = 0;
  bool before_window = counter.begun;
  for (std::size_t i = 0; i < changes.size() && changes[i].at <= to_;) {
    const Nanoseconds at = changes[i].at;
    if (before_window && at > from_) add(from_, value);
    for (; i < changes.size() && changes[i].at == at; ++i) {
      value += changes[i].by;
      pieces += changes[i].by > 0 ? 1 : -1;
    }
    if (pieces == 0) value = 0;  // what is left is rounding
    before_window = at < from_;
    if (!before_window) add(at, value);
  }
  if (before_window) add(from_, value);
}

void Trace::write_names(TraceWriter& out) const {
  out.name_process(kAcceleratorProcess, "accelerators");
  for (const auto& [name, thread] : tracks_) out.name_track({kAcceleratorProcess, thread}, name);
  out.name_process(kRequestProcess, "requests");
  out.name_track({kRequestProcess, 1}, "requests");
  if (!run_.has_transfers) return;
  out.name_process(kTransferProcess, "transfers");
  out.name_track({kTransferProcess, 1}, "transfers");
}

void Trace::write_slice(TraceWriter& out, const Event& event) const {
  const Task& t = run_.tasks[event.index];
  const Track track{kAcceleratorProcess, places_[event.index].thread};
  if (event.part != Part::whole) {
    out.event('X', kPartNames[static_cast<std::size_t>(event.part)], track, event.at).duration(event.duration);
    return;
  }
  out.event('X', t.model + "/" + t.task, track, event.at).duration(event.duration);
  out.arg("request", t.request).arg("stream", t.stream);
  if (!t.variant.empty()) out.arg("variant", t.variant);
  out.arg("operating_point", t.operating_point).arg("ready_at_s", t.ready).arg("predicted_s", t.predicted);
  out.arg("energy_j", t.energy).arg("status", name_of(t.status));
}

void Trace::write_span(TraceWriter& out, const Event& event) const {
  const bool begin = event.what == What::span_begin;
  const char phase = begin ? 'b' : 'e';
  if (event.of_transfer) {
    const Transfer& t = run_.transfers[event.index];
    out.event(phase, t.from + " -> " + t.to, {kTransferProcess, 1}, event.at)
        .id("transfer", run_.transfer_numbers[event.index]);
    if (begin && t.request) out.arg("request", *t.request);
    if (begin) out.arg("producer", t.producer).arg("consumer", t.consumer).arg("bytes", t.bytes);
    return;
  }
  const Request& r = run_.requests[event.index];
  out.event(phase, r.stream, {kRequestProcess, 1}, event.at).id("request", r.request);
  if (!begin) return;
  out.arg("request", r.request).arg("index", r.index).arg("model", r.model).arg("status", name_of(r.status));
  if (r.deadline) out.arg("deadline_at_s", *r.deadline);
  out.arg("energy_j", r.energy);
}

void Trace::write_event(TraceWriter& out, const Event& event) const {
  const auto arrow = [&](char phase, std::uint32_t row) -> TraceWriter& {
    return out.event(phase, "transfer", {kAcceleratorProcess, places_[row].thread}, event.at).id("arrow", event.index);
  };
  switch (event.what) {
    case What::slice: return write_slice(out, event);
    case What::span_begin:
    case What::span_end: return write_span(out, event);
    case What::arrow_start: arrow('s', arrows_[event.index].first); return;
    case What::arrow_end: arrow('f', arrows_[event.index].second).bind_enclosing(); return;
    case What::counter: {
      const Sample& sample = samples_[event.index];
      out.event('C', sample.counter, {kAcceleratorProcess, 0}, event.at).arg("value", sample.value);
      return;
    }
    case What::instant: {
      const Request& r = run_.requests[event.index];
      out.event('i', "deadline missed", {kRequestProcess, 1}, event.at).on_track();
      out.arg("request", r.request).arg("stream", r.stream).arg("status", name_of(r.status));
      return;
    }
  }
}

void Trace::write(const std::filesystem::path& path) const {
  TraceWriter out(path);
  write_names(out);
  for (const Event& event : events_) write_event(out, event);
  out.commit();
}

}  // namespace

void write_trace(const std::filesystem::path& run_dir, const std::filesystem::path& out, TraceWindow window) {
  if (!(window.from >= 0 && window.from < window.to))
    throw InputError("the window of a trace begins at 0 or later and ends after it begins; it is " +
                     format_number(window.from) + " s to " + format_number(window.to) + " s");
  const Nanoseconds from = nanoseconds(window.from), to = nanoseconds(window.to);
  const WindowRecords run(run_dir, from, to);
  Trace(run, from, to).write(out);
}

}  // namespace hetsched
