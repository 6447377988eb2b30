#include "study/study_tables.hpp"

#include "base/fields_csv.hpp"
#include "record/output_file.hpp"
#include "record/result_files.hpp"
#include "record/summary.hpp"
#include "study/study_folder.hpp"

namespace hetsched {
namespace {

/// Values as cells, each with a comma behind it.
std::string cells(const Strings& values) {
  std::string text;
  for (const std::string& value : values) {
    detail::append_csv_text(text, value);
    text += ',';
  }
  return text;
}

TimingRow timing_row(const std::string& name, const RunCost& cost) {
  const DecisionTime& decisions = cost.decisions;
  const double mean = decisions.calls > 0 ? decisions.seconds / static_cast<double>(decisions.calls) : 0;
  return {name, cost.wall, cost.cpu, decisions.calls, decisions.seconds, mean * 1e6, cost.peak_memory};
}

}  // namespace

PointCounts write_tables(const std::filesystem::path& folder, const Plan& plan, const std::vector<std::size_t>& which,
                         const ReportOf& report_of) {
  static const PointReport not_run{"interrupted", "", {}, {}};
  const std::string names = cells(plan.label_names);
  OutputFile points(folder / kPointsFile), streams(folder / kStreamsFile), timing(folder / kTimingFile);
  points.buffer() += "point,status,error," + names + csv_header<RunSummary>();
  streams.buffer() += "point," + names + csv_header<StreamSummary>();
  timing.buffer() += csv_header<TimingRow>();
  const std::string no_metrics(field_names<RunSummary>().size() - 1, ',');
  PointCounts counts;
  counts.total = which.size();
  for (const std::size_t number : which) {
    const PointReport* known = report_of(number);
    const PointReport& report = known != nullptr ? *known : not_run;
    const PointStatus status = known == nullptr       ? PointStatus::interrupted
                               : report.error.empty() ? PointStatus::ok
                                                      : PointStatus::failed;
    ++(status == PointStatus::ok ? counts.ok : status == PointStatus::failed ? counts.failed : counts.interrupted);
    const Plan::Point& point = plan.points[number];
    const std::string labels = cells(point.labels);
    points.buffer() += cells({point.name, std::string(name_of(status)), report.error}) + labels +
                       (report.metrics.empty() ? no_metrics + "\n" : report.metrics);
    points.appended();
    for (const std::string& stream : report.streams) streams.buffer() += cells({point.name}) + labels + stream;
    streams.appended();
    if (status != PointStatus::ok) continue;
    append_csv_row(timing.buffer(), timing_row(point.name, report.cost));
    timing.appended();
  }
  for (OutputFile* file : {&points, &streams, &timing}) file->commit();
  return counts;
}

}  // namespace hetsched
