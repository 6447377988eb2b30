#include "contract/log.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/fields_csv.hpp"
#include "engine/crash_report.hpp"

namespace hetsched::contract {

const TaskRecord& Log::task(const std::string& name, std::uint64_t request) const {
  const auto at = std::find_if(tasks.begin(), tasks.end(),
                               [&](const TaskRecord& t) { return t.task == name && t.request == request; });
  if (at == tasks.end()) throw std::out_of_range("there is no record of task " + name);
  return *at;
}

std::string Log::text() const {
  std::string out;
  const auto add = [&out](const auto& rows) {
    for (const auto& row : rows) append_csv_row(out, row);
  };
  add(requests);
  add(tasks);
  add(transfers);
  add(pieces);
  add(accelerators);
  return out;
}

Log logged_run(std::shared_ptr<Scenario> scenario, Policy& policy, MakeExecutor make_executor, bool clairvoyant) {
  Problems problems;
  Log log;
  log.scenario = std::move(scenario);
  log.tables = std::make_shared<Tables>(Tables::build(*log.scenario, problems));
  problems.throw_if_any();
  name_run(log.scenario->title());
  const std::unique_ptr<Executor> executor = make_executor(fabric_of(*log.tables));
  Observer* observers[] = {&log};
  simulate(*log.scenario, *log.tables, policy, *executor, observers, clairvoyant);
  return log;
}

}  // namespace hetsched::contract
