#include "record/trace_writer.hpp"

#include "base/text.hpp"

namespace hetsched {

TraceWriter::TraceWriter(const std::filesystem::path& path) : out_(path) {
  out_.buffer() += "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
}

TraceWriter& TraceWriter::event(char phase, std::string_view name, Track track, Nanoseconds at) {
  begin(phase, name, track);
  out_.buffer() += ",\"ts\":";
  microseconds(at);
  return *this;
}

TraceWriter& TraceWriter::duration(Nanoseconds time) {
  out_.buffer() += ",\"dur\":";
  microseconds(time);
  return *this;
}

TraceWriter& TraceWriter::id(std::string_view category, std::uint64_t id) {
  out_.buffer() += ",\"cat\":";
  text(category);
  out_.buffer() += ",\"id\":";
  out_.buffer() += std::to_string(id);
  return *this;
}

TraceWriter& TraceWriter::bind_enclosing() {
  out_.buffer() += ",\"bp\":\"e\"";
  return *this;
}

TraceWriter& TraceWriter::on_track() {
  out_.buffer() += ",\"s\":\"t\"";
  return *this;
}

TraceWriter& TraceWriter::arg(std::string_view key, std::string_view value) {
  begin_arg(key);
  text(value);
  return *this;
}

TraceWriter& TraceWriter::arg(std::string_view key, double value) {
  begin_arg(key);
  append_number(out_.buffer(), value);
  return *this;
}

void TraceWriter::name_process(std::uint32_t process, std::string_view name) {
  begin('M', "process_name", {process, 0});
  arg("name", name);
  begin('M', "process_sort_index", {process, 0});
  arg("sort_index", process);
}

void TraceWriter::name_track(Track track, std::string_view name) {
  begin('M', "thread_name", track);
  arg("name", name);
  begin('M', "thread_sort_index", track);
  arg("sort_index", track.thread);
}

void TraceWriter::commit() {
  end_event();
  out_.buffer() += "\n]}\n";
  out_.commit();
}

void TraceWriter::begin(char phase, std::string_view name, Track track) {
  end_event();
  std::string& buffer = out_.buffer();
  buffer += any_ ? ",\n{\"ph\":\"" : "\n{\"ph\":\"";
  buffer += phase;
  buffer += "\",\"name\":";
  text(name);
  buffer += ",\"pid\":";
  buffer += std::to_string(track.process);
  buffer += ",\"tid\":";
  buffer += std::to_string(track.thread);
  any_ = in_event_ = true;
}

void TraceWriter::end_event() {
  if (in_args_) out_.buffer() += '}';
  if (in_event_) out_.buffer() += '}';
  in_args_ = in_event_ = false;
  out_.appended();
}

void TraceWriter::begin_arg(std::string_view key) {
  out_.buffer() += in_args_ ? "," : ",\"args\":{";
  in_args_ = true;
  text(key);
  out_.buffer() += ':';
}

void TraceWriter::text(std::string_view text) {
  std::string& buffer = out_.buffer();
  buffer += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      buffer += '\\';
      buffer += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      buffer += "\\u00";
      buffer += kDigits[static_cast<unsigned char>(c) / 16];
      buffer += kDigits[static_cast<unsigned char>(c) % 16];
    } else {
      buffer += c;
    }
  }
  buffer += '"';
}

void TraceWriter::microseconds(Nanoseconds time) {
  std::string& buffer = out_.buffer();
  buffer += std::to_string(time / 1000);
  const auto rest = static_cast<unsigned>(time % 1000);
  if (rest == 0) return;
  buffer += '.';
  buffer += static_cast<char>('0' + rest / 100);
  buffer += static_cast<char>('0' + rest / 10 % 10);
  buffer += static_cast<char>('0' + rest % 10);
}

}  // namespace hetsched
