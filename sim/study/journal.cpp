#include "study/journal.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <random>
#include <utility>

#include "base/fields.hpp"
#include "base/files.hpp"
#include "base/json_document.hpp"
#include "record/summary.hpp"
#include "study/stop_signals.hpp"

namespace hetsched {
namespace {

constexpr int kFormat = 1;
constexpr useconds_t kSyncEvery = 500'000;  // us: with the time that it takes, less than a second

/// The first line of a journal: what the lines in its records are.
std::string head() {
  const Json json = {{"format", kFormat},
                     {"metrics", join(field_names<RunSummary>(), ",")},
                     {"streams", join(field_names<StreamSummary>(), ",")}};
  return dumped(json);
}

/// As FNV-1a, but eight bytes at a time, the last ones filled up with zeros: several times as fast.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(8, text.size()))) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), std::min<std::size_t>(8, text.size()));
    hash = (hash ^ word) * 0x100000001b3U;
    hash ^= hash >> 32;  // or the upper bytes of a word would hardly count
  }
  char digits[17];
  const auto end = std::to_chars(digits, digits + sizeof digits, hash, 16).ptr;
  return {digits, end};
}

template <NamedEnum E>
std::optional<E> word(const Json& json) {
  const auto names = names_of<E>();
  const auto at = std::find(names.begin(), names.end(), json.get<std::string>());
  return at != names.end() ? std::optional(static_cast<E>(at - names.begin())) : std::nullopt;
}

/// The record in a line; nothing if it is damaged.
std::optional<JournalRecord> parsed(std::string_view line) {
  const std::size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos || hash_of(line.substr(0, tab)) != line.substr(tab + 1)) return std::nullopt;
  const Json json = Json::parse(line.substr(0, tab), nullptr, false);
  try {
    const auto level = word<RecordLevel>(json.at("records"));
    const auto compression = word<Compression>(json.at("compress"));
    if (!level || !compression) return std::nullopt;
    JournalRecord record{json.at("id"), json.at("point"), *level, *compression, {}};
    record.report.error = json.at("error");
    record.report.metrics = json.at("metrics");
    record.report.streams = json.at("streams").get<std::vector<std::string>>();
    RunCost& cost = record.report.cost;
    cost.wall = json.at("wall_s");
    cost.cpu = json.at("cpu_s");
    cost.peak_memory = json.at("peak_kib");
    cost.decisions.calls = json.at("decide_calls");
    cost.decisions.seconds = json.at("decide_total_s");
    cost.decisions.longest = json.at("decide_longest_s");
    if (const auto files = json.find("files"); files != json.end())
      for (const auto& file : files->items()) record.report.files.push_back({file.key(), file.value()});
    return record;
  } catch (const Json::exception&) {  // somebody else's line
    return std::nullopt;
  }
}

/// Does a record count instead of an earlier one of the same point? The files of a run that succeeded are those of the
/// latest record that has any.
bool counts_instead(const JournalRecord& later, const JournalRecord& earlier) {
  const auto rank = [](const JournalRecord& record) {
    return std::pair(record.report.error.empty(), record.report.error.empty() && record.level != RecordLevel::none);
  };
  return rank(later) >= rank(earlier);
}

void read_file_of_journal(const std::filesystem::path& file, JournalRecords& records) {
  Problems problems;
  const auto bytes = read_file(file, problems);
  problems.throw_if_any();
  std::string_view rest = *bytes;
  for (bool first = true; !rest.empty(); first = false) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (first) {
      if (line == head()) continue;
      if (!head().starts_with(line)) records.unread.push_back(file);  // else its writer was ended at once
      return;
    }
    if (line.empty()) continue;
    std::optional<JournalRecord> record = parsed(line);
    if (!record) {
      ++records.damaged;
      continue;
    }
    const auto [known, added] = records.by_id.try_emplace(record->id, *record);
    if (added) continue;
    ++records.repeated;
    if (counts_instead(*record, known->second)) known->second = std::move(*record);
  }
}

}  // namespace

bool is_better(const JournalRecord& record, const JournalRecord& known) {
  if (record.report.error.empty() != known.report.error.empty()) return record.report.error.empty();
  return record.level > known.level;
}

namespace {

bool is_plain(char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; }

/// Appends a text as JSON. Most have little to be escaped.
void append_json(std::string& to, const std::string& text) {
  const std::size_t begin = to.size();
  to += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t plain = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    to.append(text, plain, at - plain);
    if (at == text.size()) break;
    const char c = text[at];
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (c == '\n') {
      to += "\\n";
    } else {  // control characters, and what may be no UTF-8
      to.resize(begin);
      to += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
    }
  }
  to += '"';
}

/// Appends `,"key":`.
std::string& key(std::string& to, std::string_view name) { return to.append(",\"").append(name).append("\":"); }

}  // namespace

// Written by hand: thousands of them a second are.
std::string to_text(const std::string& id, const std::string& point, Recording recording, const PointReport& report) {
  const RunCost& cost = report.cost;
  std::string text = "\n{\"id\":";
  text.reserve(512 + report.metrics.size());
  append_json(text, id);
  append_json(key(text, "point"), point);
  append_json(key(text, "records"), std::string(name_of(recording.level)));
  append_json(key(text, "compress"), std::string(name_of(recording.compression)));
  append_json(key(text, "error"), report.error);
  append_json(key(text, "metrics"), report.metrics);
  key(text, "streams") += '[';
  for (const std::string& stream : report.streams) {
    if (text.back() != '[') text += ',';
    append_json(text, stream);
  }
  text += ']';
  append_number(key(text, "wall_s"), cost.wall);
  append_number(key(text, "cpu_s"), cost.cpu);
  key(text, "peak_kib") += std::to_string(cost.peak_memory);
  key(text, "decide_calls") += std::to_string(cost.decisions.calls);
  append_number(key(text, "decide_total_s"), cost.decisions.seconds);
  append_number(key(text, "decide_longest_s"), cost.decisions.longest);
  if (!report.files.empty()) {
    key(text, "files") += '{';
    for (const RunFile& file : report.files) {
      if (text.back() != '{') text += ',';
      append_json(text, file.name);
      text.append(1, ':').append(std::to_string(file.bytes));
    }
    text += '}';
  }
  text += '}';
  const std::string hash = hash_of(std::string_view(text).substr(1));
  return text.append(1, '\t').append(hash);
}

namespace {

/// In the order in which they were begun.
std::vector<std::filesystem::path> files_of_journal(const std::filesystem::path& folder, std::error_code& error) {
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".jsonl") files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

bool has_journal(const std::filesystem::path& study_folder) {
  std::error_code error;
  for (const std::filesystem::path& file : files_of_journal(study_folder / kJournalFolder, error)) {
    const std::string mark = "{\"format\":";
    std::string begin(mark.size(), '\0');
    std::ifstream(file, std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
    if (begin == mark) return true;
  }
  return false;
}

void read_journal(const std::filesystem::path& study_folder, JournalRecords& records) {
  const std::filesystem::path folder = study_folder / kJournalFolder;
  std::error_code error;
  const std::vector<std::filesystem::path> files = files_of_journal(folder, error);
  if (error && error != std::errc::no_such_file_or_directory)
    throw InputError(std::vector{Problem{folder.string(), "", "cannot be read: " + error.message()}});
  for (const std::filesystem::path& file : files) read_file_of_journal(file, records);
}

Journal::Journal(const std::filesystem::path& study_folder) {
  const std::filesystem::path folder = study_folder / kJournalFolder;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto fail = [](const std::filesystem::path& path, const std::string& why) {
    throw InputError(std::vector{Problem{path.string(), "", "cannot be written: " + why}});
  };
  if (error) fail(folder, error.message());
  char name[64];
  timespec present{};
  ::clock_gettime(CLOCK_REALTIME, &present);
  std::tm parts{};
  ::gmtime_r(&present.tv_sec, &parts);
  std::strftime(name, sizeof name, "%Y%m%dT%H%M%S", &parts);
  std::random_device random;
  do {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, random(), 16).ptr;
    const std::string fraction = std::to_string(1'000'000 + present.tv_nsec / 1000).substr(1);
    file_ = folder / (std::string(name) + "." + fraction + "Z-" + std::string(digits, end) + ".jsonl");
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail(file_, std::strerror(errno));
  const std::string text = head() + "\n";
  if (const std::string why = append_to(descriptor_, text); !why.empty()) {
    ::close(descriptor_);
    ::unlink(file_.c_str());
    fail(file_, why);
  }
}

Journal::~Journal() {
  if (syncer_ > 0) {
    ::kill(syncer_, SIGKILL);
    while (::waitpid(syncer_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && static_cast<std::size_t>(status.st_size) <= head().size() + 1 &&
      is_in_place())
    ::unlink(file_.c_str());
  ::close(descriptor_);
}

std::string Journal::append_to(int descriptor, std::string_view text) {
  ssize_t written = 0;
  do written = ::write(descriptor, text.data(), text.size());
  while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(text.size())) return "";
  return written < 0 ? std::strerror(errno) : std::strerror(ENOSPC);
}

void Journal::append(const JournalRecord& record) {
  const std::string text = to_text(record.id, record.point, {record.level, record.compression}, record.report);
  if (const std::string why = append_to(descriptor_, text); !why.empty())
    throw InputError(std::vector{Problem{file_.string(), "", "cannot be written: " + why}});
}

JournalRecords Journal::written() const {
  JournalRecords records;
  read_file_of_journal(file_, records);
  return records;
}

void Journal::keep_on_disk() {
  const pid_t parent = ::getpid();
  std::fflush(nullptr);  // what is buffered would be written by both
  // Ctrl-C goes to all processes of the program; this one is needed until the last.
  sigset_t stops, before;
  sigemptyset(&stops);
  for (const int signal : kStopSignals) sigaddset(&stops, signal);
  ::pthread_sigmask(SIG_BLOCK, &stops, &before);
  syncer_ = ::fork();
  if (syncer_ != 0) {  // if there is none, what is recorded is put there at the end
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (off_t synced = 0; ::getppid() == parent; ::usleep(kSyncEvery)) {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || status.st_size == synced) continue;
    synced = status.st_size;
    ::fdatasync(descriptor_);
  }
  ::_exit(0);
}

void Journal::sync() { ::fdatasync(descriptor_); }

bool Journal::is_at(int descriptor, const std::filesystem::path& file) {
  struct stat open {
  }, there{};
  return ::fstat(descriptor, &open) == 0 && ::stat(file.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

bool Journal::is_in_place() const { return is_at(descriptor_, file_); }

}  // namespace hetsched
