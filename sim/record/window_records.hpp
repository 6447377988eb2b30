/// \file
/// What a window of a run's trace needs of the run's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/fields_csv.hpp"
#include "record/records.hpp"
#include "record/trace_writer.hpp"

namespace hetsched {

/// A time of a record, in s, as traces have it.
Nanoseconds nanoseconds(double seconds);

/// A counter goes up or down.
struct CounterChange {
  Nanoseconds at = 0;
  double by = 0;
};

/// What the pieces of a counter make of it in a window.
struct Counter {
  std::vector<CounterChange> changes;  ///< of pieces that overlap the window
  bool begun = false;                  ///< were there others before?
};

/// The part of a run's files that a window needs.
class WindowRecords {
 public:
  using Task = TaskRow<std::string>;
  using Transfer = TransferRow<std::string>;
  using Request = RequestRow<std::string>;
  using Power = PowerRow<std::string>;

  /// Reads the files of the run in `dir`. Throws an InputError if they are not those of a whole run.
  WindowRecords(const std::filesystem::path& dir, Nanoseconds from, Nanoseconds to);

  std::vector<AcceleratorRow<std::string>> accelerators;
  std::vector<Request> requests;
  std::vector<Task> tasks;  ///< that were started before the end of the window and had not ended before it
  /// When the next task after those was started on a slot.
  std::map<std::pair<std::string, std::uint32_t>, double> next_starts;
  std::vector<Transfer> transfers;
  std::vector<std::uint64_t> transfer_numbers;  ///< of their rows
  bool has_transfers = false;                   ///< has the run any?
  Counter power, ready;

 private:
  /// Calls consider(row) for each row that may overlap the window, and some others, until it returns false.
  template <class Row, class Consider>
  void read(CsvRows<Row>& rows, double Row::*end, Consider consider);
  void read_requests(CsvRows<Request>& rows);
  void read_tasks(CsvRows<Task>& rows);
  void read_transfers(CsvRows<Transfer>& rows);
  void add_piece(Counter& counter, double from, double to, double by) const;
  /// Learns whether a counter had begun before what was read of its file.
  template <class Row, class Add>
  void look_back(const std::filesystem::path& file, double Row::*end, Counter& counter, Add add) const;

  /// Had all that ended so early ended before the window? Then so had all rows before. A span of no length is shown a
  /// nanosecond long.
  [[nodiscard]] bool ended_before(double end) const { return nanoseconds(end + disorder_) + 1 < from_; }
  /// Do this row and all after it belong to requests that came after the window?
  [[nodiscard]] bool is_beyond(double end) const { return nanoseconds(end - disorder_) > last_end_; }
  [[nodiscard]] bool begins_after(double start) const { return nanoseconds(start) > to_; }

  Nanoseconds from_, to_;
  double disorder_ = 0;       ///< of rows, s
  Nanoseconds last_end_ = 0;  ///< of requests that had come before the end of the window
};

}  // namespace hetsched
