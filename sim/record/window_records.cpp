#include "record/window_records.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>

#include "base/errors.hpp"
#include "record/result_files.hpp"

namespace hetsched {
namespace {

/// How far rows are from standing in the order in which they ended, s: tasks may be noticed to have ended that early.
double disorder_of_rows(const std::filesystem::path& manifest) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  Problems ignored;
  if (!std::filesystem::exists(manifest)) return kUnknown;
  const Document document = Document::from_file(manifest, ignored);
  const Json::json_pointer tolerance("/scenario/workload/completion_tolerance");
  if (!document.parsed() || !document.value().contains(tolerance)) return kUnknown;
  const Json& value = document.value()[tolerance];
  return value.is_number() ? value.get<double>() : kUnknown;
}

}  // namespace

Nanoseconds nanoseconds(double seconds) {
  return static_cast<Nanoseconds>(std::round(std::clamp(seconds * 1e9, 0.0, 9e18)));
}

WindowRecords::WindowRecords(const std::filesystem::path& dir, Nanoseconds from, Nanoseconds to)
    : from_(from), to_(to), last_end_(to) {
  Problems problems;
  const auto file = [&](std::string_view name) { return stored_file(dir, name); };
  if (!std::filesystem::exists(file(kTasksFile))) {
    problems.add((dir / kTasksFile).string(), "",
                 "there is no such file; a trace is made from a run that was recorded at level \"all\"");
    problems.throw_if_any();
  }
  check_results_format(dir / kManifestFile, 2, problems);  // whose columns are as they were
  problems.throw_if_any();
  disorder_ = disorder_of_rows(dir / kManifestFile);
  CsvRows<Task> task_rows(file(kTasksFile), problems);
  CsvRows<Transfer> transfer_rows(file(kTransfersFile), problems);
  CsvRows<Power> power_rows(file(kPowerFile), problems);
  CsvRows<Request> request_rows(file(kRequestsFile), problems);
  accelerators = read_csv<AcceleratorRow<std::string>>(file(kAcceleratorsFile), problems);
  problems.throw_if_any();
  read_requests(request_rows);
  read_tasks(task_rows);
  read_transfers(transfer_rows);
  const auto add_power = [this](const Power& row) { add_piece(power, row.from, row.to, row.power); };
  read(power_rows, &Power::to, [&](const Power& row) {
    add_power(row);
    return true;
  });
  problems.throw_if_any();
  look_back<Power>(file(kPowerFile), &Power::to, power, add_power);
  look_back<Task>(file(kTasksFile), &Task::end, ready,
                  [this](const Task& row) { add_piece(ready, row.ready, row.start, 1); });
}

template <class Row, class Consider>
void WindowRecords::read(CsvRows<Row>& rows, double Row::*end, Consider consider) {
  bool first = true;
  for (Row row; rows.next(row) && consider(row); first = false)
    if (first && from_ > 0) rows.skip_to([&](const Row& other) { return !ended_before(other.*end); });
}

template <class Row, class Add>
void WindowRecords::look_back(const std::filesystem::path& file, double Row::*end, Counter& counter, Add add) const {
  Problems ignored;
  CsvRows<Row> rows(file, ignored);
  for (Row row; !counter.begun && rows.next(row) && ended_before(row.*end);) add(row);
}

void WindowRecords::read_requests(CsvRows<Request>& rows) {
  read(rows, &Request::end, [&](const Request& row) {
    if (ended_before(row.end) || begins_after(row.arrival)) return true;
    last_end_ = std::max(last_end_, nanoseconds(row.end));
    requests.push_back(row);
    return true;
  });
}

void WindowRecords::read_tasks(CsvRows<Task>& rows) {
  read(rows, &Task::end, [&](const Task& row) {
    if (is_beyond(row.end)) return false;
    add_piece(ready, row.ready, row.start, 1);
    if (begins_after(row.start)) {
      double& next = next_starts.try_emplace({row.accelerator, row.slot}, row.start).first->second;
      next = std::min(next, row.start);
    } else if (!ended_before(row.end)) {
      tasks.push_back(row);
    }
    return true;
  });
}

void WindowRecords::read_transfers(CsvRows<Transfer>& rows) {
  std::set<std::pair<std::optional<std::uint64_t>, std::string_view>> shown;
  for (const Task& task : tasks) shown.emplace(task.request, task.task);
  read(rows, &Transfer::end, [&](const Transfer& row) {
    has_transfers = true;
    if (is_beyond(row.end)) return false;
    if (ended_before(row.end)) return true;
    // One that is not shown may still be an arrow between tasks that are.
    if (begins_after(row.start) &&
        !(shown.contains({row.request, row.producer}) && shown.contains({row.request, row.consumer})))
      return true;
    transfers.push_back(row);
    transfer_numbers.push_back(rows.number());
    return true;
  });
}

void WindowRecords::add_piece(Counter& counter, double from, double to, double by) const {
  const Nanoseconds start = nanoseconds(from), end = nanoseconds(to);
  if (end <= start || by == 0 || start > to_) return;
  if (start < from_) counter.begun = true;
  if (end < from_) return;
  counter.changes.push_back({start, by});
  counter.changes.push_back({end, -by});
}

}  // namespace hetsched
