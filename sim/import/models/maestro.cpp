/// \file
/// MAESTRO's networks: Network NAME { Layer NAME { Type: CONV Stride { X: 2, Y: 2 } Dimensions { K: 64, C: 3,
/// ... } Dataflow { ... } } ... }. Y and X are the input map with its padding (the tool adds none), Y' and X'
/// the output map; K and C of a grouped convolution (NGCONV, with G) are those of one group; a depthwise one
/// (DSCONV) has C channels, whatever its K. White space, colons before braces, commas and comments are free;
/// what else a layer or a network says is passed over.

#include <algorithm>
#include <map>

#include "import/models/model_import.hpp"
#include "import/models/source_text.hpp"

namespace hetsched {
namespace {

constexpr std::string_view kMarks = "{}:,;()";
constexpr int kMostBraces = 100;

/// The file as words and marks, comments left out.
std::vector<std::string_view> tokens_of(const SourceText& source) {
  std::vector<std::string_view> tokens;
  std::string_view rest = source.text();
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\v\f"), rest.size()));
    if (rest.empty()) return tokens;
    if (rest.starts_with("//") || rest.starts_with('#')) {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      if (end == std::string_view::npos) source.fail(rest.substr(0, 2), "opens a comment that is never closed");
      rest.remove_prefix(end + 2);
    } else {
      const bool is_mark = kMarks.find(rest[0]) != std::string_view::npos;
      const std::size_t end = is_mark ? 1 : std::min(rest.find_first_of(" \t\r\n\v\f{}:,;()"), rest.size());
      tokens.push_back(rest.substr(0, end));
      rest.remove_prefix(end);
    }
  }
}

class NetworkFile {
 public:
  NetworkFile(const ImportFile& file, const ImportOptions& options) : source_(file), tokens_(tokens_of(source_)) {
    result_.network.precision = options.precision;
  }

  Imported read() {
    bool found_network = false;
    while (!at_end()) {
      const std::string_view word = next("Network");
      if (word == "Network") {
        if (found_network) source_.fail(word, "starts a second network; a model file holds one: split the file");
        found_network = true;
        read_network();
      } else {
        skip_statement();
      }
    }
    if (!found_network) source_.fail_at_end("there is no Network { ... } in the file");
    return std::move(result_);
  }

 private:
  using Values = std::map<std::string, std::string_view>;

  [[nodiscard]] bool at_end() const { return at_ == tokens_.size(); }
  std::string_view next(const std::string& expected) {
    if (at_end()) source_.fail_at_end("the file ends where " + expected + " is expected");
    return tokens_[at_++];
  }
  [[nodiscard]] bool next_is(std::string_view token) const { return !at_end() && tokens_[at_] == token; }
  bool take(std::string_view token) {
    const bool is_there = next_is(token);
    if (is_there) ++at_;
    return is_there;
  }
  void expect(std::string_view token) {
    if (at_end()) source_.fail_at_end("the file ends where \"" + std::string(token) + "\" is expected");
    if (!take(token)) source_.fail(tokens_[at_], "must be " + in_quotes(token) + "; found " + in_quotes(tokens_[at_]));
  }
  std::string_view word(const std::string& noun) {
    const std::string_view token = next(noun);
    if (kMarks.find(token[0]) != std::string_view::npos)
      source_.fail(token, "must be " + noun + "; found " + in_quotes(token));
    return token;
  }

  /// What follows a word that says nothing to us: ": value", or "{ ... }", or words up to ";".
  void skip_statement() {
    take(":");
    if (next_is("{")) return skip_braces();
    while (!at_end() && !next_is("}") && !next_is("{") && !next_is("Layer") && !next_is("Network"))
      if (next("a value") == ";" || tokens_[at_ - 1].data() + tokens_[at_ - 1].size() == end_of_line(tokens_[at_ - 1]))
        return;
  }
  /// The end of the last word on the line of `token`.
  [[nodiscard]] const char* end_of_line(std::string_view token) const {
    const std::string_view text = source_.text();
    const auto begin = static_cast<std::size_t>(token.data() - text.data());
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    return text.data() + begin + trimmed(text.substr(begin, end - begin)).find_last_not_of("\r") + 1;
  }
  void skip_braces() {
    const std::string_view opening = tokens_[at_];
    int open = 0;
    do {
      if (at_end()) source_.fail(opening, "is never closed");
      const std::string_view token = tokens_[at_++];
      open += token == "{" ? 1 : token == "}" ? -1 : 0;
      if (open > kMostBraces) source_.fail(token, "braces are nested too deeply");
    } while (open > 0);
  }

  void read_network() {
    result_.network.name = word("the name of the network");
    expect("{");
    while (!take("}")) {
      const std::string_view what = next("\"Layer\" or \"}\"");
      if (what == "Layer")
        read_layer();
      else if (what != ",")
        skip_statement();
    }
  }

  void read_layer() {
    const std::string_view name = word("the name of the layer");
    std::string_view type = "CONV";
    Values dimensions, stride;
    take(":");
    expect("{");
    while (!take("}")) {
      const std::string_view what = next("Type, Stride, Dimensions or \"}\"");
      if (what == "Type") {
        take(":");
        type = word("a type");
      } else if (what == "Stride") {
        stride = read_values();
      } else if (what == "Dimensions" || what == "Dimension") {
        dimensions = read_values();
      } else if (what != "," && what != ";") {
        skip_statement();
      }
    }
    add_layer(name, type, dimensions, stride);
  }

  /// { K: 64, C: 3 } with or without colon before, and commas between.
  Values read_values() {
    Values values;
    take(":");
    expect("{");
    while (!take("}")) {
      if (take(",") || take(";")) continue;
      const std::string_view key = word("a dimension");
      take(":");
      if (!values.emplace(key, word("a number")).second) source_.fail(key, "is given twice");
    }
    return values;
  }

  void add_layer(std::string_view name, std::string_view type, const Values& dimensions, const Values& stride) {
    LayerSpec layer;
    layer.name = name;
    layer.dims.emplace();
    if (type == "GEMM") {
      layer.op = "linear";
      read_gemm(name, dimensions, *layer.dims);
    } else {
      layer.op = type == "DSCONV" ? "depthwise_conv2d" : type == "TRCONV" ? "transposed_conv2d" : "conv2d";
      const Strings known = {"CONV", "DSCONV", "TRCONV", "NGCONV", "FC", "GEMM"};
      if (std::find(known.begin(), known.end(), type) == known.end())
        source_.fail(type, "type must be one of " + join(known, ", ") + "; found " + in_quotes(type) +
                               did_you_mean(type, known));
      read_conv(name, type, dimensions, stride, *layer.dims);
    }
    result_.network.layers.push_back(std::move(layer));
    result_.layer_where.push_back(source_.where(name));
  }

  /// The value of one of several keys; 0 if none is there.
  [[nodiscard]] std::uint32_t value(const Values& values, const std::string& key) const {
    const auto at = values.find(key);
    return at == values.end() ? 0 : source_.whole(at->second, key, 1);
  }
  [[nodiscard]] std::uint32_t needed(std::string_view name, const Values& values, const std::string& key) const {
    if (!values.contains(key)) source_.fail(name, "layer " + in_quotes(name) + " has no dimension " + key);
    return value(values, key);
  }

  void read_gemm(std::string_view name, const Values& values, Dims& dims) const {
    dims.n = needed(name, values, "M");
    dims.k = needed(name, values, "N");
    dims.c = needed(name, values, "K");
  }

  void read_conv(std::string_view name, std::string_view type, const Values& values, const Values& stride,
                 Dims& dims) const {
    const auto or_one = [](std::uint32_t number) { return std::max<std::uint32_t>(number, 1); };
    dims.n = or_one(value(values, "N"));
    dims.c = needed(name, values, "C");
    dims.r = or_one(value(values, "R"));
    dims.s = or_one(value(values, "S"));
    if (type != "DSCONV") dims.k = needed(name, values, "K");
    if (type == "NGCONV") {
      dims.groups = or_one(value(values, "G"));
      if (std::uint64_t{dims.groups} * std::max(dims.c, dims.k) > UINT32_MAX)
        source_.fail(name, "has more channels than can be simulated (2^32)");
      dims.c *= dims.groups;
      dims.k *= dims.groups;
    }
    const std::uint32_t stride_y = or_one(value(stride, "Y")), stride_x = or_one(value(stride, "X"));
    dims.stride = stride_y;
    dims.padding.word = "valid";
    dims.y = input_size(name, values, "Y", stride_y, dims.r, dims.p);
    dims.x = input_size(name, values, "X", stride_x, dims.s, dims.q);
    if (stride_x != stride_y && !dims.q && type != "TRCONV" && dims.s <= dims.x)
      dims.q = (dims.x - dims.s) / stride_x + 1;
    if (stride_x != stride_y && type == "TRCONV")
      source_.fail(name, "is a transposed convolution with different strides in X and Y, which a model cannot say");
  }

  /// The input map's size in one direction; `output` is set if the file gives that instead.
  std::uint32_t input_size(std::string_view name, const Values& values, const std::string& key, std::uint32_t stride,
                           std::uint32_t filter, std::optional<std::uint32_t>& output) const {
    if (values.contains(key) || !values.contains(key + "'")) return needed(name, values, key);
    output = value(values, key + "'");
    const std::uint64_t input = (std::uint64_t{*output} - 1) * stride + filter;
    if (input > UINT32_MAX)
      source_.fail(values.at(key + "'"), "makes an input map larger than can be simulated (2^32)");
    return static_cast<std::uint32_t>(input);
  }

  SourceText source_;
  std::vector<std::string_view> tokens_;
  std::size_t at_ = 0;
  Imported result_;
};

}  // namespace

Imported import_maestro(const ImportFile& file, const ImportOptions& options) {
  return NetworkFile(file, options).read();
}

}  // namespace hetsched
