#include "import/models/onnx/wire.hpp"

#include <array>
#include <cstdint>

#include "base/errors.hpp"

namespace hetsched::onnx_import {
namespace {

constexpr int kMostNesting = 100;  // as the parser of protocol buffers by default

/// The messages of onnx.proto that lead to tensors. Others are copied as they are.
enum class Message { model, graph, node, attribute, tensor, leaf };

struct Child {
  Message of;
  std::uint64_t field;
  Message is;
};
constexpr std::array kChildren = {
    Child{Message::model, 7, Message::graph},       Child{Message::graph, 1, Message::node},
    Child{Message::graph, 5, Message::tensor},      Child{Message::node, 5, Message::attribute},
    Child{Message::attribute, 5, Message::tensor},  Child{Message::attribute, 6, Message::graph},
    Child{Message::attribute, 10, Message::tensor}, Child{Message::attribute, 11, Message::graph},
};

Message child_of(Message message, std::uint64_t field) {
  for (const Child& child : kChildren)
    if (child.of == message && child.field == field) return child.is;
  return Message::leaf;
}

/// float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data
bool holds_values(Message message, std::uint64_t field) {
  return message == Message::tensor && ((field >= 4 && field <= 7) || (field >= 9 && field <= 11));
}

bool is_left_out(Message message, std::uint64_t field, std::size_t size) {
  constexpr std::uint64_t kTrainingInfo = 20;
  return (message == Message::model && field == kTrainingInfo) ||
         (holds_values(message, field) && size > kMostTensorValueBytes);
}

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  std::string copy(Message message, std::size_t end, int depth) {
    if (depth > kMostNesting) fail(at_, "messages are nested too deeply");
    std::string out;
    while (at_ < end) {
      const std::size_t begin = at_;
      const std::uint64_t tag = varint(end), field = tag >> 3;
      if (field == 0 || field > 0x1FFFFFFF)
        fail(begin, "there is no field that can be read; this is no ONNX model, or it is damaged");
      switch (tag & 7) {
        case 0: (void)varint(end); break;
        case 1: skip(8, end); break;
        case 5: skip(4, end); break;
        case 2: copy_delimited(message, field, begin, end, depth, out); continue;
        default: fail(begin, "there is no field that can be read; this is no ONNX model, or it is damaged");
      }
      out += bytes_.substr(begin, at_ - begin);
    }
    return out;
  }

 private:
  void copy_delimited(Message message, std::uint64_t field, std::size_t begin, std::size_t end, int depth,
                      std::string& out) {
    const std::size_t tag_end = begin + varint_size(begin);
    const std::uint64_t size = varint(end);
    if (size > end - at_)
      fail(begin,
           "a field of " + std::to_string(size) + " bytes reaches beyond the end of " +
               (end == bytes_.size() ? "the file; it is truncated or damaged" : "what it is in; the file is damaged"));
    const std::size_t field_end = at_ + size;
    const Message child = child_of(message, field);
    if (is_left_out(message, field, size)) {
      at_ = field_end;
    } else if (child == Message::leaf) {
      at_ = field_end;
      out += bytes_.substr(begin, field_end - begin);
    } else {
      const std::string inside = copy(child, field_end, depth + 1);
      out += bytes_.substr(begin, tag_end - begin);
      append_varint(out, inside.size());
      out += inside;
    }
  }

  [[nodiscard]] std::size_t varint_size(std::size_t begin) const {
    std::size_t size = 1;
    while (static_cast<unsigned char>(bytes_[begin + size - 1]) & 0x80) ++size;
    return size;
  }

  std::uint64_t varint(std::size_t end) {
    const std::size_t begin = at_;
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end) fail(begin, "a number is cut off; the file is truncated or damaged");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    fail(begin, "a number has more than 64 bits; the file is damaged");
  }

  void skip(std::size_t size, std::size_t end) {
    if (size > end - at_) fail(at_, "a number is cut off; the file is truncated or damaged");
    at_ += size;
  }

  static void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
    out += static_cast<char>(value);
  }

  [[noreturn]] void fail(std::size_t offset, const std::string& what) const {
    throw InputError(std::vector{Problem{file_ + ", byte " + std::to_string(offset), "", what}});
  }

  std::string_view bytes_;
  const std::string& file_;
  std::size_t at_ = 0;
};

}  // namespace

std::string without_weights(std::string_view bytes, const std::string& file) {
  return Reader(bytes, file).copy(Message::model, bytes.size(), 0);
}

}  // namespace hetsched::onnx_import
