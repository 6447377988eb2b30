#include "study/execution.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <utility>

#include "engine/executors/executors.hpp"

namespace hetsched {
namespace {

constexpr double kTick = 1;  // s

double seconds(std::chrono::steady_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// So many points that a worker has something to do until it is heard, and not so many that others wait for it.
std::size_t points_ahead(double wall) {
  constexpr double kTime = 0.02, kMost = 256;
  return static_cast<std::size_t>(std::clamp(kTime / wall, 1.0, kMost));
}

}  // namespace

Execution::Execution(const PointSetting& setting, Agenda& agenda, ExecutionOptions options, Events events)
    : setting_(setting),
      agenda_(agenda),
      options_(options),
      events_(std::move(events)),
      shares_(executor_named(setting.study.spec().executor).repeats) {}

bool Execution::run() {
  for (;;) {
    while (!stopping_ && hand_out()) {
    }
    for (Running& running : running_) running.worker.send();
    if (running_.empty() && (stopping_ || nothing_left())) return stopping_;
    if (running() == 0 && (stopping_ || nothing_left())) {
      running_.clear();  // they wait for points that will not come
      return stopping_;
    }
    wait();
    end_late_ones();
    collect();
    if (events_.tick) events_.tick();
    if (!signals_.arrived()) continue;
    if (stopping_) {
      running_.clear();  // ends them
      return true;
    }
    stop_handing_out();
  }
}

void Execution::stop_handing_out() {
  stopping_ = true;
  for (Running& running : running_) (void)running.worker.take_back_unsent();
  if (events_.stopping) events_.stopping();
}

std::size_t Execution::running() const {
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [](const Running& r) { return !r.worker.points().empty(); }));
}

std::optional<PointReport> Execution::run_alone(const PointSetting& setting, std::size_t point) {
  Worker worker(setting, 1);
  worker.run(point);
  worker.send();
  const Clock::time_point since = Clock::now();
  for (bool ended = false;;) {
    const double left = options_.timeout ? *options_.timeout - seconds(Clock::now() - since) : kTick;
    if (left <= 0) return PointReport{timeout_error(*options_.timeout), "", {}, {}};
    polled_ = {{signals_.descriptor(), POLLIN, 0}, {worker.descriptor(), POLLIN, 0}};
    const bool gone = worker.has_ended();
    const int milliseconds = gone ? 0 : static_cast<int>(1000 * std::min(left, kTick)) + 1;
    const int ready = ::poll(polled_.data(), polled_.size(), milliseconds);
    if (ready < 0) HETSCHED_ASSERT(errno == EINTR, "waiting for a run failed");
    if (signals_.arrived()) return std::nullopt;
    if (events_.tick) events_.tick();
    if (ready > 0 && polled_[1].revents != 0) {
      std::vector<Worker::Done> done = worker.read(ended);
      if (!done.empty()) return std::move(done.front().report);
    } else if (ready == 0 && gone) {
      worker.take_note_of_end();
      ended = true;
    }
    if (!ended) continue;
    if (const std::string why = worker.gave_up(); !why.empty()) throw InputError(why);
    return worker.end();
  }
}

/// May the point be run in one process with others? Others' code might leave it as it should not be.
bool Execution::shares(std::size_t point) const {
  return shares_ && (options_.trust_plugins || setting_.study.is_built_in(point));
}

/// Gives the next point to a worker. False if there is none, or none that takes it at the moment.
bool Execution::hand_out() {
  if (!alone_.empty()) {
    if (!hand_out(alone_.front(), false)) return false;
    alone_.pop_front();
    return true;
  }
  if (!next_) next_ = agenda_.next();
  if (next_) {
    if (!hand_out(*next_, shares(*next_))) return false;
    next_.reset();
    return true;
  }
  // In the end, and each with the computer for itself: memory that is short has runs killed that need little.
  if (killed_.empty() || running() > 0 || !hand_out(killed_.front(), false)) return false;
  killed_.pop_front();
  return true;
}

bool Execution::hand_out(std::size_t point, bool shared) {
  Running* const running = worker_for(point, shared);
  if (running == nullptr) return false;
  if (running->worker.points().empty()) running->since = Clock::now();
  running->worker.run(point);
  if (events_.started) events_.started(point);
  return true;
}

Execution::Running* Execution::worker_for(std::size_t point, bool shared) {
  Running* idle = nullptr;
  for (Running& running : running_) {
    if (!running.shared || !running.worker.takes_more()) continue;
    if (shared && running.worker.points().size() < running.ahead) return &running;
    if (running.worker.points().empty()) idle = &running;
  }
  if (!shared && idle != nullptr) idle->worker.no_more();  // makes room, when it has ended
  if (running_.size() >= options_.jobs) return nullptr;
  try {
    if (!shared) prepare(point);
    running_.push_back({Worker(setting_, shared ? std::numeric_limits<std::size_t>::max() : 1), shared});
  } catch (const InputError&) {
    if (running_.empty()) throw;
    return nullptr;  // the system has no process left at the moment
  }
  return &running_.back();
}

/// For the process of its own that the point gets.
void Execution::prepare(std::size_t point) const {
  try {
    (void)setting_.study.prepared(point);
  } catch (const std::exception&) {  // is told by that process
  }
}

/// Which processes have ended? Others, started by a policy, may hold the pipe open that would tell.
void Execution::look_for_ends() {
  if (seconds(Clock::now() - looked_) < kTick) return;
  looked_ = Clock::now();
  for (Running& running : running_) running.gone = running.worker.has_ended();
}

/// Until something is heard, a point is due, or a second has passed.
void Execution::wait() {
  look_for_ends();
  const bool gone = std::any_of(running_.begin(), running_.end(), [](const Running& each) { return each.gone; });
  double longest = gone ? 0 : kTick;
  if (options_.timeout)
    for (const Running& running : running_)
      if (!running.worker.points().empty())
        longest = std::min(longest, *options_.timeout - seconds(Clock::now() - running.since));
  polled_.assign(1, {signals_.descriptor(), POLLIN, 0});
  for (const Running& running : running_) polled_.push_back({running.worker.descriptor(), POLLIN, 0});
  const int milliseconds = static_cast<int>(std::max(0.0, 1000 * longest)) + 1;
  if (::poll(polled_.data(), polled_.size(), milliseconds) >= 0) return;
  HETSCHED_ASSERT(errno == EINTR, "waiting for runs failed");
  for (pollfd& each : polled_) each.revents = 0;
  for (Running& running : running_) running.gone = false;  // what it has said is not known to be read
}

void Execution::end_late_ones() {
  if (!options_.timeout) return;
  for (Running& running : running_) {
    if (running.worker.points().empty() || seconds(Clock::now() - running.since) < *options_.timeout) continue;
    running.late = true;
    running.worker.kill();  // collect() will see it
  }
}

void Execution::collect() {
  std::size_t at = 1;
  for (auto running = running_.begin(); running != running_.end(); ++at) {
    bool ended = false;
    if (polled_[at].revents != 0)
      for (Worker::Done& done : running->worker.read(ended)) {
        running->ahead = points_ahead(done.report.cost.wall);
        running->since = Clock::now();
        agenda_.ended(done.point, done.report.cost.wall);
        events_.ended(done.point, std::move(done.report), true);
      }
    if (polled_[at].revents == 0 && running->gone) {  // and all that it said has been read
      running->worker.take_note_of_end();
      ended = true;
    }
    if (ended) lost(*running);
    const bool done = running->worker.points().empty() && !running->worker.takes_more();
    running = ended || done ? running_.erase(running) : std::next(running);
  }
}

/// A worker has ended. Which of the points that it had is to blame is found out by running each in a process of its
/// own: of a shared worker that was too late, too, the first may have ended long ago, as it does not tell at once. Who
/// kills a process which is a point's own may have meant others: then the point is run once more.
void Execution::lost(Running& running) {
  std::deque<std::size_t> points = running.worker.points();
  if (points.empty()) return;
  if (const std::string why = running.worker.gave_up(); !why.empty()) {
    if (events_.gave_up) events_.gave_up();
    throw InputError(why);
  }
  for (auto& [point, report] : events_.recorded(points)) {
    points.erase(std::find(points.begin(), points.end(), point));
    agenda_.ended(point, report.cost.wall);
    events_.ended(point, std::move(report), true);
  }
  if (points.empty()) return;
  if (running.shared) {
    alone_.insert(alone_.end(), points.begin(), points.end());
    return;
  }
  const std::size_t point = points.front();
  if (!running.late && running.worker.was_killed() && once_.insert(point).second) {
    killed_.push_back(point);
    return;
  }
  agenda_.ended(point, seconds(Clock::now() - running.since));
  events_.ended(point, running.late ? PointReport{timeout_error(*options_.timeout), "", {}, {}} : running.worker.end(),
                false);
}

}  // namespace hetsched
