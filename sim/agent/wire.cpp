#include "agent/wire.hpp"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "base/errors.hpp"

namespace hetsched::agent {

void Wire::send(Message message, std::string_view bytes) const {
  std::array<std::uint32_t, 2> head = {static_cast<std::uint32_t>(message), static_cast<std::uint32_t>(bytes.size())};
  std::size_t sent = 0;
  while (sent < sizeof head + bytes.size()) {
    const std::size_t of_head = std::min(sent, sizeof head), of_bytes = sent - of_head;
    std::array<iovec, 2> parts = {iovec{reinterpret_cast<char*>(head.data()) + of_head, sizeof head - of_head},
                                  iovec{const_cast<char*>(bytes.data()) + of_bytes, bytes.size() - of_bytes}};
    const ssize_t more = ::writev(out_, parts.data(), static_cast<int>(parts.size()));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return;  // nobody listens: the next receive() will say so
    sent += static_cast<std::size_t>(more);
  }
}

bool Wire::read_exactly(char* to, std::size_t size) const {
  while (size > 0) {
    const ssize_t got = ::read(in_, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool Wire::receive(std::int64_t& number) const { return read_exactly(reinterpret_cast<char*>(&number), sizeof number); }

bool Wire::receive(std::string& text) const {
  std::int64_t size = 0;
  if (!receive(size)) return false;
  if (size < 0 || size > kLongestText)
    throw InputError("a reset is followed by the length of its JSON, at most " + std::to_string(kLongestText) +
                     "; received " + std::to_string(size));
  text.resize(static_cast<std::size_t>(size));
  return read_exactly(text.data(), text.size());
}

}  // namespace hetsched::agent
