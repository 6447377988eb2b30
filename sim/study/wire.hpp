/// \file
/// What goes through the pipes between processes of this program: numbers as they are in memory, texts with their
/// length before them.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace hetsched::wire {

template <class T>
void put(std::string& to, const T& number) {
  static_assert(std::is_arithmetic_v<T>);
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}
inline void put(std::string& to, const std::string& text) {
  put(to, text.size());
  to += text;
}

/// Takes them out again, from the front of a text that is long enough.
class Taker {
 public:
  explicit Taker(std::string_view from) : from_(from) {}
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, from_.data(), sizeof value);
    from_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const auto size = number<std::size_t>();
    std::string text(from_.substr(0, size));
    from_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view from_;
};

/// To a reader that may be gone: then nothing is said.
inline void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace hetsched::wire
