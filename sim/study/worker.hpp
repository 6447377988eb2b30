/// \file
/// Points of a study run in another process, one or many of them, which reports their results through a pipe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/scenario.hpp"
#include "policy/catalog.hpp"
#include "study/plan.hpp"
#include "study/point_report.hpp"
#include "study/run.hpp"
#include "study/study.hpp"

namespace hetsched {

/// How points are run.
struct PointSetting {
  const Study& study;
  const Catalog& catalog;
  const Plan& plan;  ///< of the study
  Recording recording;
  std::filesystem::path runs;  ///< folder of the runs' directories, by names of points; used if records are wanted
  Provenance provenance;
  std::string executor = {};                 ///< instead of the experiment's, if it is not empty
  int journal = -1;                          ///< where the process that ran a point appends its record; -1: nowhere
  std::optional<std::uint64_t> memory = {};  ///< B that a process may use
  std::filesystem::path journal_file = {};   ///< where that is: if it is no more, the folder of runs is not ours either
};

/// Starts the process when made. Signals that are blocked in this process stay blocked in it.
class Worker {
 public:
  /// One that takes so many points in all. Throws an InputError if the system has no process left.
  Worker(const PointSetting& setting, std::size_t most_points);
  /// Ends the process if it is still there.
  ~Worker();
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&&) = delete;

  /// Gives it a point to run after those it has; it knows of it after send().
  void run(std::size_t point);
  /// It will get no more. Likewise.
  void no_more();
  /// Tells it what it has been given: to wake it for each point would take longer than many a run.
  void send();
  /// May it get another one?
  [[nodiscard]] bool takes_more() const { return most_points_ > 0; }
  /// Points that it has been given and has not reported.
  [[nodiscard]] const std::deque<std::size_t>& points() const { return points_; }

  /// To be polled for input.
  [[nodiscard]] int descriptor() const { return from_; }
  struct Done {
    std::size_t point;
    PointReport report;
  };
  /// Reads what has arrived: reports, in order of the points. Sets `ended` once the process has ended.
  std::vector<Done> read(bool& ended);
  /// Has the process ended? The pipe does not tell as long as others, started by a policy, hold it open.
  [[nodiscard]] bool has_ended() const;
  /// Takes note of the end of a process that has_ended(), when all that it said has been read.
  void take_note_of_end();
  /// How the process ended without a report of points(), of which the first may be to blame. Valid after it has.
  [[nodiscard]] PointReport end() const;
  /// Was it ended by SIGKILL? Likewise.
  [[nodiscard]] bool was_killed() const;
  /// Ends the process; read() will tell, or has_ended().
  void kill();
  /// Why it gave up, where no point is to blame and nothing that is run now would be worth anything: results cannot be
  /// written, or a file has changed. A sentence; empty if it did not.
  [[nodiscard]] std::string gave_up() const;
  /// The points that it has been given and not been told of: now it has not been given them.
  std::vector<std::size_t> take_back_unsent();

 private:
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  int status_ = 0;
  std::size_t most_points_;
  std::deque<std::size_t> points_;
  std::vector<std::size_t> unsent_;
  std::string received_;
};

}  // namespace hetsched
