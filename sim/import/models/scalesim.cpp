/// \file
/// SCALE-Sim's topologies: one layer per line, of a convolution (input map with its padding, filter,
/// channels, number of filters, stride) or of a matrix product (M, N, K). The tool rounds the output map up
/// where the stride does not divide it; so do we. Tolerated: missing or further commas at the end, CRLF, no
/// header, other columns, comments (#).

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "import/models/model_import.hpp"
#include "import/models/source_text.hpp"

namespace hetsched {
namespace {

using Cells = std::vector<std::string_view>;

/// Columns, by what they hold.
enum Column {
  kName,
  kHeight,
  kWidth,
  kFilterHeight,
  kFilterWidth,
  kChannels,
  kFilters,
  kStride,
  kStrideWidth,
  kM,
  kN,
  kK,
  kColumns
};
struct Heading {
  std::string_view letters;  ///< of the header in lower case, without what is no letter
  Column column;
};
constexpr std::array kHeadings = {
    Heading{"layername", kName},
    Heading{"layer", kName},
    Heading{"name", kName},
    Heading{"ifmapheight", kHeight},
    Heading{"ifmaph", kHeight},
    Heading{"ifmapwidth", kWidth},
    Heading{"ifmapw", kWidth},
    Heading{"filterheight", kFilterHeight},
    Heading{"filterh", kFilterHeight},
    Heading{"filterwidth", kFilterWidth},
    Heading{"filterw", kFilterWidth},
    Heading{"channels", kChannels},
    Heading{"channel", kChannels},
    Heading{"numfilter", kFilters},
    Heading{"numfilters", kFilters},
    Heading{"strides", kStride},
    Heading{"stride", kStride},
    Heading{"strideheight", kStride},
    Heading{"strideh", kStride},
    Heading{"stridewidth", kStrideWidth},
    Heading{"stridew", kStrideWidth},
    Heading{"m", kM},
    Heading{"n", kN},
    Heading{"k", kK},
};
constexpr std::array kNeededForConv = {kName,        kHeight,   kWidth,   kFilterHeight,
                                       kFilterWidth, kChannels, kFilters, kStride};
constexpr std::array kNeededForGemm = {kName, kM, kN, kK};

/// Where each column stands; nothing where it does not.
using Layout = std::array<std::optional<std::size_t>, kColumns>;

Cells split_cells(std::string_view line) {
  Cells cells;
  while (true) {
    const std::size_t end = std::min(line.find(','), line.size());
    cells.push_back(trimmed(line.substr(0, end)));
    if (end == line.size()) break;
    line.remove_prefix(end + 1);
  }
  while (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

std::string letters_of(std::string_view heading) {
  std::string letters;
  for (const char c : heading)
    if (std::isalpha(static_cast<unsigned char>(c)))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return letters;
}

bool is_gemm(const Layout& layout) { return layout[kM] && layout[kN] && layout[kK]; }

class Topology {
 public:
  Topology(const ImportFile& file, const ImportOptions& options) : source_(file) {
    result_.network.precision = options.precision;
  }

  Imported read() {
    bool first = true;
    for (const std::string_view line : source_.lines()) {
      if (trimmed(line).starts_with('#') || trimmed(line).starts_with("\xEF\xBB\xBF#")) continue;
      const Cells cells = split_cells(line);
      if (cells.empty()) continue;
      if (first && is_header(cells))
        read_header(cells);
      else
        read_layer(line, cells, first);
      first = false;
    }
    return std::move(result_);
  }

 private:
  static bool is_header(const Cells& cells) {
    return cells.size() > 1 && !cells[1].empty() && !std::isdigit(static_cast<unsigned char>(cells[1][0])) &&
           cells[1][0] != '-';
  }

  void read_header(const Cells& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string letters = letters_of(cells[i]);
      for (const Heading& heading : kHeadings)
        if (heading.letters == letters && !layout_[heading.column]) layout_[heading.column] = i;
    }
    layout_[kName] = layout_[kName].value_or(0);
    if (is_gemm(layout_)) return;
    for (const Column column : kNeededForConv)
      if (!layout_[column])
        source_.fail(cells[0],
                     "is no header of a topology: it must name Layer name, IFMAP Height, IFMAP Width, Filter "
                     "Height, Filter Width, Channels, Num Filter, Strides; or Layer, M, N, K");
  }

  /// Without a header, the number of values says what they are.
  void guess_layout(std::size_t cells) {
    std::size_t at = 0;
    if (cells == kNeededForGemm.size())
      for (const Column column : kNeededForGemm) layout_[column] = at++;
    else
      for (const Column column : kNeededForConv) layout_[column] = at++;
  }

  void read_layer(std::string_view line, const Cells& cells, bool first) {
    if (first) guess_layout(cells.size());
    std::size_t needed = 0;
    const auto take = [&](Column column) { needed = std::max(needed, *layout_[column] + 1); };
    if (is_gemm(layout_))
      for (const Column column : kNeededForGemm) take(column);
    else
      for (const Column column : kNeededForConv) take(column);
    if (cells.size() < needed)
      source_.fail(line, "has " + std::to_string(cells.size()) + " values; a layer has " + std::to_string(needed));
    const std::string_view name = cells[*layout_[kName]];
    if (name.empty()) source_.fail(line, "has no name");
    LayerSpec layer;
    layer.name = name;
    layer.op = is_gemm(layout_) ? "linear" : "conv2d";
    layer.dims = is_gemm(layout_) ? gemm(cells) : conv(cells);
    result_.network.layers.push_back(std::move(layer));
    result_.layer_where.push_back(source_.where(name));
  }

  [[nodiscard]] std::uint32_t value(const Cells& cells, Column column, const char* noun) const {
    return source_.whole(cells[*layout_[column]], noun, 1);
  }

  [[nodiscard]] Dims gemm(const Cells& cells) const {
    Dims dims;
    dims.n = value(cells, kM, "M");
    dims.k = value(cells, kN, "N");
    dims.c = value(cells, kK, "K");
    return dims;
  }

  [[nodiscard]] Dims conv(const Cells& cells) const {
    Dims dims;
    dims.y = value(cells, kHeight, "the height of the input map");
    dims.x = value(cells, kWidth, "the width of the input map");
    dims.r = value(cells, kFilterHeight, "the height of the filter");
    dims.s = value(cells, kFilterWidth, "the width of the filter");
    dims.c = value(cells, kChannels, "the number of channels");
    dims.k = value(cells, kFilters, "the number of filters");
    dims.stride = value(cells, kStride, "the stride");
    const bool two_strides = layout_[kStrideWidth] && *layout_[kStrideWidth] < cells.size();
    const std::uint32_t stride_x = two_strides ? value(cells, kStrideWidth, "the stride") : dims.stride;
    dims.padding.word = "valid";
    if (dims.r > dims.y || dims.s > dims.x)
      source_.fail(cells[*layout_[kHeight]], "the filter is larger than the input map, which includes its padding");
    // The tool rounds up; without p and q outputs are rounded down.
    if ((dims.y - dims.r) % dims.stride != 0 || stride_x != dims.stride)
      dims.p = (dims.y - dims.r + dims.stride - 1) / dims.stride + 1;
    if ((dims.x - dims.s) % dims.stride != 0 || stride_x != dims.stride)
      dims.q = static_cast<std::uint32_t>((std::uint64_t{dims.x} - dims.s + stride_x - 1) / stride_x + 1);
    return dims;
  }

  SourceText source_;
  Layout layout_;
  Imported result_;
};

}  // namespace

Imported import_scalesim(const ImportFile& file, const ImportOptions& options) {
  return Topology(file, options).read();
}

}  // namespace hetsched
