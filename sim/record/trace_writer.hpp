/// \file
/// Trace events as text. Knows the file format and nothing of runs.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "record/output_file.hpp"

namespace hetsched {

/// Simulated time in a trace, in nanoseconds.
using Nanoseconds = std::int64_t;

/// A track: a thread of a process, in the words of the format.
struct Track {
  std::uint32_t process = 0, thread = 0;
};

/// Writes events one after the other, in the order of the calls. An event is begun with event(), completed
/// with the calls in between, and ended by the next event() or by commit().
class TraceWriter {
 public:
  explicit TraceWriter(const std::filesystem::path& path);

  /// An event of a phase of the format: 'X', 'b', 'e', 's', 'f', 'i', 'C'.
  TraceWriter& event(char phase, std::string_view name, Track track, Nanoseconds at);
  TraceWriter& duration(Nanoseconds time);
  /// Links events: spans or arrows of the same category and id belong together.
  TraceWriter& id(std::string_view category, std::uint64_t id);
  /// An arrow ends in the slice around it, not in the next one.
  TraceWriter& bind_enclosing();
  /// An instant that marks its own track only.
  TraceWriter& on_track();
  /// A property shown with the event.
  TraceWriter& arg(std::string_view key, std::string_view value);
  TraceWriter& arg(std::string_view key, double value);
  template <std::unsigned_integral T>
  TraceWriter& arg(std::string_view key, T value) {
    begin_arg(key);
    out_.buffer() += std::to_string(value);
    return *this;
  }

  void name_process(std::uint32_t process, std::string_view name);
  /// Tracks of a process are shown in the order of their threads.
  void name_track(Track track, std::string_view name);

  void commit();

 private:
  void begin(char phase, std::string_view name, Track track);
  void end_event();
  void begin_arg(std::string_view key);
  void text(std::string_view text);
  void microseconds(Nanoseconds time);

  OutputFile out_;
  bool any_ = false, in_event_ = false, in_args_ = false;
};

}  // namespace hetsched
