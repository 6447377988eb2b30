#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace hetsched {

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(at + i < text.size() ? text[at + i] : 0); };
    const std::uint8_t first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (length == 1) {
      ++at;
      continue;
    }
    if (first < 0xC2 || first > 0xF4) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((byte(i) & 0xC0) != 0x80) return false;
    const std::uint8_t second = byte(1);
    const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    if (too_long || (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F)) return false;
    at += length;
  }
  return true;
}

}  // namespace hetsched
