#include "record/csv_observer.hpp"

#include <string_view>

#include "record/result_files.hpp"

namespace hetsched {

CsvObserver::CsvObserver(const std::filesystem::path& directory, Recording recording) {
  const auto open = [&]<class Record>(std::optional<OutputFile>& file, std::string_view name, const Record&) {
    file.emplace(directory / name, recording.compression);
    file->buffer() += csv_header<Record>();
  };
  if (recording.level == RecordLevel::none) return;
  open(requests_, kRequestsFile, RequestRecord{});
  open(accelerators_, kAcceleratorsFile, AcceleratorRecord{});
  if (recording.level == RecordLevel::summary) return;
  open(tasks_, kTasksFile, TaskRecord{});
  open(transfers_, kTransfersFile, TransferRecord{});
  open(power_, kPowerFile, PowerRecord{});
}

void CsvObserver::finish() {
  for (std::optional<OutputFile>* file : {&requests_, &accelerators_, &tasks_, &transfers_, &power_})
    if (*file) (*file)->commit();
}

}  // namespace hetsched
