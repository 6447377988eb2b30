/// \file
/// The journal of a study: a record for each point that has been run. It is all that a study needs to go on where it
/// stopped; the tables are made of it.
///
/// DIR/journal/ has a file per writer, so that no two computers write one; their names are in the order in which they
/// were begun. A record is a line of JSON, a tab, and a
/// hash of the JSON; records begin with a line end, so that one which was cut off spoils itself only. It is
/// written before the process that ran the point tells of it, which a process that runs many short ones does every few
/// milliseconds, for all of them at once.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.hpp"
#include "study/point_report.hpp"

namespace hetsched {

inline constexpr std::string_view kJournalFolder = "journal";

struct JournalRecord {
  std::string id;           ///< of the point
  std::string point;        ///< its name when it was run: that of its folder, if records were kept
  RecordLevel level;        ///< what it left there
  Compression compression;  ///< and how
  PointReport report;
};

/// A record as it stands in a journal.
std::string to_text(const std::string& id, const std::string& point, Recording recording, const PointReport& report);

/// Is a record of more use than another one of the same point: it succeeded, or has more records?
bool is_better(const JournalRecord& record, const JournalRecord& known);

/// Records of all writers.
struct JournalRecords {
  /// By id. Of several of one point: one that succeeded rather than one that failed, then one with files rather than
  /// one without, then the latest.
  std::map<std::string, JournalRecord, std::less<>> by_id;
  std::size_t damaged = 0;                    ///< records that were cut off or changed; those points count as not run
  std::size_t repeated = 0;                   ///< records of points that have one already
  std::vector<std::filesystem::path> unread;  ///< journals that another version of this program wrote
};

/// Adds the records of the journal in a study's folder; of none if it has no journal. Throws an InputError if a file
/// cannot be read.
void read_journal(const std::filesystem::path& study_folder, JournalRecords& records);

/// Has the folder of a study a journal, of any version of this program?
bool has_journal(const std::filesystem::path& study_folder);

/// A journal of this process' own, to be written by it and those it forks.
class Journal {
 public:
  /// Makes the file. Throws an InputError if that fails.
  explicit Journal(const std::filesystem::path& study_folder);
  /// Removes the file if nothing was written.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Where processes forked from this one append records, with append_to(). Stays open as long as this object lives.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Appends. Throws an InputError that says why if that fails (no space left).
  void append(const JournalRecord& record);
  /// What has been recorded so far, also by processes forked from this one.
  [[nodiscard]] JournalRecords written() const;
  /// Has the system put what is appended on the disk, within a second each time, from a process of its own: that may
  /// take long, and nobody waits for it.
  void keep_on_disk();
  /// Has the system do so now, and waits.
  void sync();
  /// Is the file still where it was made? Not if the study's folder has been deleted or moved.
  [[nodiscard]] bool is_in_place() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  /// The same, for processes forked from this one: is the file of this name the one that is open?
  static bool is_at(int descriptor, const std::filesystem::path& file);
  /// Appends text by a single call; an empty text if that worked, else why not. Allocates nothing if it worked.
  static std::string append_to(int descriptor, std::string_view text);

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
  pid_t syncer_ = -1;
};

}  // namespace hetsched
