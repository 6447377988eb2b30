#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/files.hpp"
#include "study/journal.hpp"
#include "support/folder.hpp"

using namespace hetsched;

namespace {

JournalRecord record(const std::string& id, const std::string& metrics = "1,2\n", const std::string& error = "") {
  JournalRecord made{id, "0", RecordLevel::none, Compression::none, {error, metrics, {"s,1\n", "t,\"a, b\"\n"}, {}}};
  made.report.cost.wall = 0.1;
  made.report.cost.decisions.calls = 7;
  return made;
}

std::string text_of(const JournalRecord& record) {
  return to_text(record.id, record.point, {record.level, record.compression}, record.report);
}

JournalRecords read(const std::filesystem::path& folder) {
  JournalRecords records;
  read_journal(folder, records);
  return records;
}

/// The one journal there is.
std::filesystem::path file_in(const std::filesystem::path& folder) {
  return std::filesystem::directory_iterator(folder / kJournalFolder)->path();
}

void append_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::app | std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("what is recorded is read back") {
  const TestFolder folder;
  {
    Journal journal(folder.path());
    journal.append(record("a"));
    journal.append(record("b", "", "a \"quoted\"\nerror with a \t tab and \xff"));
    CHECK(journal.is_in_place());
  }
  const JournalRecords records = read(folder.path());
  REQUIRE(records.by_id.size() == 2);
  const JournalRecord& a = records.by_id.at("a");
  CHECK(a.report.metrics == "1,2\n");
  CHECK(a.report.streams == Strings{"s,1\n", "t,\"a, b\"\n"});
  CHECK(a.report.cost.wall == 0.1);
  CHECK(a.report.cost.decisions.calls == 7);
  CHECK(records.by_id.at("b").report.error == "a \"quoted\"\nerror with a \t tab and \xef\xbf\xbd");
  CHECK(records.damaged == 0);
  CHECK(records.repeated == 0);
}

TEST_CASE("a journal in which nothing was recorded leaves no file") {
  const TestFolder folder;
  { const Journal journal(folder.path()); }
  CHECK(std::filesystem::is_empty(folder.path() / kJournalFolder));
  CHECK(read(folder.path()).by_id.empty());
}

TEST_CASE("records that were cut off or changed spoil themselves only") {
  const TestFolder folder;
  {
    Journal journal(folder.path());
    journal.append(record("a"));
  }
  const std::string whole = text_of(record("b"));
  const std::filesystem::path file = file_in(folder.path());
  for (const std::size_t length : {std::size_t{1}, std::size_t{2}, whole.size() / 2, whole.size() - 1})
    append_bytes(file, whole.substr(0, length));
  append_bytes(file, text_of(record("c")));
  std::string changed = text_of(record("d"));
  changed[changed.find("1,2")] = '3';
  append_bytes(file, changed + std::string(100, '\0') + "\n\n");
  append_bytes(file, text_of(record("e")));
  const JournalRecords records = read(folder.path());
  CHECK(records.by_id.size() == 3);
  CHECK(records.by_id.contains("c"));
  CHECK(records.by_id.contains("e"));
  CHECK(records.damaged == 4);
}

TEST_CASE("of several records of a point the most useful counts") {
  const TestFolder folder;
  JournalRecord with_files = record("b", "5\n");
  with_files.level = RecordLevel::all;
  {
    Journal journal(folder.path());
    journal.append(record("a", "", "killed"));
    journal.append(record("a", "4\n"));
    journal.append(record("a", "", "killed"));
    journal.append(record("b", "5\n"));
    journal.append(with_files);
  }
  const JournalRecords records = read(folder.path());
  CHECK(records.by_id.at("a").report.metrics == "4\n");
  CHECK(records.by_id.at("b").level == RecordLevel::all);
  CHECK(records.repeated == 3);
}

TEST_CASE("of records of equal use the latest counts, also across journals") {
  const TestFolder folder;
  const auto with_files = [](RecordLevel level, Compression compression, std::uint64_t bytes) {
    JournalRecord made = record("b", "5\n");
    made.level = level;
    made.compression = compression;
    made.report.files = {{"run.json", bytes}, {"a \"b\".csv", 0}};
    return made;
  };
  for (int writer = 0; writer < 20; ++writer) {
    Journal journal(folder.path());
    journal.append(record("a", "", "error " + std::to_string(writer)));
    // The files of a run are those of the run that made them last, at whatever level.
    journal.append(with_files(writer % 2 == 0 ? RecordLevel::all : RecordLevel::summary,
                              writer % 2 == 0 ? Compression::none : Compression::zstd,
                              static_cast<std::uint64_t>(writer)));
    journal.append(record("b", "5\n"));
    journal.append(record("b", "", "killed"));
    CHECK(read(folder.path()).by_id.at("a").report.error == "error " + std::to_string(writer));
  }
  const JournalRecords records = read(folder.path());
  const JournalRecord& b = records.by_id.at("b");
  CHECK(b.level == RecordLevel::summary);
  CHECK(b.compression == Compression::zstd);
  REQUIRE(b.report.files.size() == 2);
  CHECK(b.report.files[0].name == "run.json");
  CHECK(b.report.files[0].bytes == 19);
  CHECK(b.report.files[1].name == "a \"b\".csv");
}

TEST_CASE("the process that puts a journal on the disk outlives what asks the program to stop") {
  const TestFolder folder;
  const pid_t group = ::fork();
  if (group == 0) {
    ::setpgid(0, 0);
    Journal journal(folder.path());
    journal.keep_on_disk();
    for (;;) ::pause();
  }
  const auto children = [&] {
    std::ifstream file("/proc/" + std::to_string(group) + "/task/" + std::to_string(group) + "/children");
    pid_t child = 0;
    file >> child;
    return child;
  };
  pid_t syncer = 0;
  for (int tries = 0; tries < 500 && (syncer = children()) == 0; ++tries) ::usleep(10'000);
  REQUIRE(syncer > 0);
  ::usleep(50'000);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(syncer, signal);
  ::usleep(200'000);
  CHECK(children() == syncer);
  std::string state;
  std::ifstream stat("/proc/" + std::to_string(syncer) + "/stat");
  std::string id, name;
  stat >> id >> name >> state;
  CHECK(state != "Z");
  ::kill(group, SIGKILL);
  ::waitpid(group, nullptr, 0);
}

TEST_CASE("journals of another version are named and not read") {
  const TestFolder folder;
  write_file(folder.path() / kJournalFolder / "1.jsonl", "{\"format\":99}\n" + text_of(record("a")));
  write_file(folder.path() / kJournalFolder / "2.jsonl", "{\"for");  // its writer was killed at once
  write_file(folder.path() / kJournalFolder / "3.jsonl", "");
  write_file(folder.path() / kJournalFolder / "notes.txt", "mine");
  const JournalRecords records = read(folder.path());
  CHECK(records.by_id.empty());
  REQUIRE(records.unread.size() == 1);
  CHECK(records.unread.front().filename() == "1.jsonl");
}

TEST_CASE("many processes append to one journal") {
  const TestFolder folder;
  Journal journal(folder.path());
  constexpr int kProcesses = 4, kEach = 250;
  for (int process = 0; process < kProcesses; ++process)
    if (::fork() == 0) {
      for (int i = 0; i < kEach; ++i)
        (void)Journal::append_to(journal.descriptor(), text_of(record(std::to_string(process * kEach + i))));
      ::_exit(0);
    }
  for (int process = 0; process < kProcesses; ++process) ::wait(nullptr);
  const JournalRecords records = read(folder.path());
  CHECK(records.by_id.size() == kProcesses * kEach);
  CHECK(records.damaged == 0);
}

TEST_CASE("a journal that cannot be written says why, and keeps what it has") {
  const TestFolder folder;
  Journal journal(folder.path());
  journal.append(record("a"));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{std::filesystem::file_size(journal.file()) + 20, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &little);
  CHECK_THROWS_AS(journal.append(record("b")), InputError);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);
  journal.append(record("c"));
  const JournalRecords records = read(folder.path());
  CHECK(records.by_id.size() == 2);
  CHECK(records.by_id.contains("c"));
  CHECK(records.damaged == 1);
}

TEST_CASE("a journal whose folder is gone notices") {
  const TestFolder folder;
  const Journal journal(folder.path());
  std::filesystem::remove_all(folder.path() / kJournalFolder);
  CHECK_FALSE(journal.is_in_place());
}
