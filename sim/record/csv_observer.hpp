/// \file
/// Writes what happens in a run as the CSV files of records.hpp.
#pragma once

#include <filesystem>
#include <optional>

#include "model/scenario.hpp"
#include "record/observer.hpp"
#include "record/output_file.hpp"

namespace hetsched {

/// Writes, into one directory: nothing at level none; requests.csv and accelerators.csv at level summary;
/// tasks.csv, transfers.csv and power.csv as well at level all; compressed if that is asked for. The files appear with
/// finish(); without it nothing is left. Throws an InputError when a file cannot be written.
class CsvObserver : public Observer {
 public:
  CsvObserver(const std::filesystem::path& directory, Recording recording);

  void request_ended(const RequestRecord& record) override { append(requests_, record); }
  void task_ended(const TaskRecord& record) override { append(tasks_, record); }
  void transfer_ended(const TransferRecord& record) override { append(transfers_, record); }
  void power(const PowerRecord& record) override { append(power_, record); }
  void accelerator(const AcceleratorRecord& record) override { append(accelerators_, record); }
  [[nodiscard]] bool wants_tasks() const override { return tasks_.has_value(); }

  /// The run is over: completes the files and gives them their names. To be called once.
  void finish();

 private:
  template <class Record>
  void append(std::optional<OutputFile>& file, const Record& record) {
    if (!file) return;
    append_csv_row(file->buffer(), record, &recent_);
    file->appended();
  }

  RecentNumbers recent_;
  std::optional<OutputFile> requests_, accelerators_, tasks_, transfers_, power_;
};

}  // namespace hetsched
