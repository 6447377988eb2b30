#include "agent/serve.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "agent/observation.hpp"
#include "agent/remote_policy.hpp"
#include "base/errors.hpp"
#include "base/fields.hpp"
#include "engine/crash_report.hpp"
#include "engine/tables.hpp"

namespace hetsched {
namespace agent {

/// What a reset asks for.
struct Episode {
  std::optional<std::uint64_t> seed;
  std::string records;
};

}  // namespace agent

template <>
inline constexpr auto fields<agent::Episode> = std::tuple{
    field("seed", &agent::Episode::seed, "seed of the run; default: the experiment's", {}),
    field("records", &agent::Episode::records, "directory for the run's records; default: none are kept", {}),
};

}  // namespace hetsched

namespace hetsched::agent {
namespace {

/// A model as a graph: tasks by index, tensors as edges between them.
Json graph(const Model& model) {
  Json tasks = Json::array(), edges = Json::array();
  for (const TaskId t : model.tasks.ids()) {
    tasks.push_back(model.tasks[t].name);
    for (const Edge& edge : model.tasks[t].outputs) edges.push_back({index_of(t), index_of(edge.task), edge.bytes});
  }
  return {{"name", model.name}, {"tasks", tasks}, {"edges", edges}};
}

std::string hello(const Session& session) {
  Problems problems;
  const Tables tables = Tables::build(session.instance, problems);
  problems.throw_if_any();
  SystemView view;
  tables.fill(view);
  Json accelerators = Json::array(), streams = Json::array(), models = Json::array(), columns = Json::object();
  for (const Accelerator& each : view.accelerators)
    accelerators.push_back({{"name", each.name}, {"kind", view.kinds[each.kind].name}});
  for (const Stream& each : view.streams) streams.push_back({{"name", each.name}, {"model", index_of(each.model)}});
  for (const Model& each : view.models) models.push_back(graph(each));
  for (const Part& part : parts()) columns[part.name] = part.columns;
  return dumped({{"platform", session.instance.platform.name},
                 {"workload", session.instance.workload.name},
                 {"seed", session.instance.options.seed},
                 {"window", session.window},
                 {"accelerators", accelerators},
                 {"streams", streams},
                 {"models", models},
                 {"columns", columns}});
}

/// What decides, in messages and manifests.
constexpr const char* kTitle = "another process";

RunResult play(const Session& session, const Episode& episode, const Wire& wire, Score& score, Simulation& simulation) {
  Instance instance = session.instance;
  if (episode.seed) instance.options.seed = *episode.seed;
  const Prepared prepared(instance);
  RemotePolicy policy(wire, session.window, score);
  const Decider decider{policy, kTitle, true};
  Observer* const observers[] = {&score};
  if (episode.records.empty()) return simulation.run(instance, prepared, decider, observers);
  return simulation.run_into(episode.records, instance, prepared, decider, {.policy = {{"name", kTitle}}},
                             {RecordLevel::all, session.compress}, session.provenance, observers);
}

void tell_failure(const Wire& wire, ExitCode code, const std::string& what) {
  wire.send(Message::failed, dumped({{"exit_code", static_cast<int>(code)}, {"message", what}}));
}

/// All that the process of an episode does.
[[noreturn]] void be_episode(const Session& session, const Episode& episode, const Wire& wire) {
  Score score(session.energy);
  Simulation simulation;
  try {
    const RunResult result = play(session, episode, wire, score, simulation);
    wire.send(Message::end, dumped({{"now", result.summary.makespan},
                                    {"time_in_system", score.time_of_ended()},
                                    {"misses", score.misses()},
                                    {"energy", score.final_energy()},
                                    {"summary", to_json(result.summary)}}));
  } catch (const InputError& error) {
    tell_failure(wire, ExitCode::input, error.what());
  } catch (const PolicyError& error) {
    tell_failure(wire, ExitCode::policy, error.what());
  } catch (const std::exception& error) {
    tell_failure(wire, ExitCode::internal, error.what());
  }
  ::_exit(0);  // what was simulated need not be taken apart
}

int pipe_of_episode = -1;

/// In a signal handler: the wire's messages are put together by allocating.
void tell_crash(std::string_view message) {
  [[maybe_unused]] const auto written = ::write(pipe_of_episode, message.data(), message.size());
  ::_exit(0);
}

void run_episode(const Session& session, const Episode& episode, const Wire& wire) {
  int ends[2] = {-1, -1};
  const bool piped = ::pipe2(ends, O_CLOEXEC) == 0;
  const pid_t parent = ::getpid(), child = piped ? ::fork() : -1;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    pipe_of_episode = ends[1];
    watch_executor(tell_crash);
    be_episode(session, episode, wire);
  }
  const std::string error = std::strerror(errno);
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    tell_failure(wire, ExitCode::input, "cannot start a process for a run: " + error);
    return;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  char crash[4096];
  const ssize_t length = ::read(ends[0], crash, sizeof crash);
  ::close(ends[0]);
  if (length > 0)
    tell_failure(wire, ExitCode::internal, std::string(crash, static_cast<std::size_t>(length)));
  else if (WIFSIGNALED(status))
    tell_failure(wire, ExitCode::internal, "the run was ended by signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace

void serve(const Session& session, const Wire& wire) {
  ::signal(SIGPIPE, SIG_IGN);  // the next read says that the other end has gone
  wire.send(Message::hello, hello(session));
  std::int64_t request = 0;
  std::string text;
  while (wire.receive(request)) {
    if (request < kReset)
      throw InputError("there is no request " + std::to_string(request) + "; there are actions from 0, " +
                       std::to_string(kWait) + " to wait, " + std::to_string(kAbandon) + " to abandon and " +
                       std::to_string(kReset) + " to reset");
    if (request != kReset) continue;  // meant for an episode that had just ended
    if (!wire.receive(text)) return;
    Problems problems;
    const Document document = Document::from_text(text, "reset", "", problems);
    const auto episode = read<Episode>(document.root(), problems);
    problems.throw_if_any();
    run_episode(session, episode, wire);
  }
}

}  // namespace hetsched::agent
