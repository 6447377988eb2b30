#include "import/models/dot_graph.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace hetsched {
namespace {

constexpr int kMostSubgraphs = 100;             // nested in each other
constexpr std::size_t kMostEdges = 10'000'000;  // an edge between subgraphs is one between all their nodes

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }
bool in_word(char c) { return starts_word(c) || std::isdigit(static_cast<unsigned char>(c)); }

struct Token {
  enum class Type { word, mark, end } type = Type::end;
  std::string text;     ///< of a word without quotes
  std::string_view at;  ///< where it stands
  bool quoted = false;  ///< keywords are not quoted
};

class Lexer {
 public:
  explicit Lexer(const SourceText& source) : source_(source), rest_(source.text()) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  Token next() {
    skip_blank();
    if (rest_.empty()) return {Token::Type::end, "", rest_};
    const char c = rest_[0];
    if (c == '"') return quoted();
    if (c == '<') return html();
    if (rest_.starts_with("->") || rest_.starts_with("--")) return taken(Token::Type::mark, 2);
    if (starts_word(c)) return taken(Token::Type::word, length_of(in_word));
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '-')
      return taken(Token::Type::word,
                   1 + length_of([](char d) { return std::isdigit(static_cast<unsigned char>(d)) || d == '.'; }, 1));
    if (std::string_view("{}[]=;,:+").find(c) != std::string_view::npos) return taken(Token::Type::mark, 1);
    source_.fail(rest_.substr(0, 1),
                 "is not expected: " + in_quotes(rest_.substr(0, 1)) + "; names with such characters need quotes");
  }

 private:
  template <class Belongs>
  [[nodiscard]] std::size_t length_of(const Belongs& belongs, std::size_t from = 0) const {
    std::size_t i = from;
    while (i < rest_.size() && belongs(rest_[i])) ++i;
    return i - from;
  }

  Token taken(Token::Type type, std::size_t size) {
    Token token{type, std::string(rest_.substr(0, size)), rest_.substr(0, size)};
    rest_.remove_prefix(size);
    return token;
  }

  void skip_blank() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n\v\f"), rest_.size()));
      const bool line_start = rest_.data() == source_.text().data() || rest_.data()[-1] == '\n';
      if (rest_.starts_with("//") || (line_start && rest_.starts_with('#'))) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/", 2);
        if (end == std::string_view::npos) source_.fail(rest_.substr(0, 2), "opens a comment that is never closed");
        rest_.remove_prefix(end + 2);
      } else {
        return;
      }
    }
  }

  /// Of escapes only \" and a line end mean something outside labels.
  Token quoted() {
    Token token{Token::Type::word, "", rest_.substr(0, 1), true};
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return token;
      }
      const char following = i + 1 < rest_.size() ? rest_[i + 1] : '\0';
      if (rest_[i] == '\\' && (following == '"' || following == '\n')) {
        if (following == '"') token.text += '"';
        ++i;
      } else {
        token.text += rest_[i];
      }
    }
    source_.fail(token.at, "opens a text that is never closed");
  }

  Token html() {
    std::size_t open = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      open += rest_[i] == '<' ? 1 : 0;
      if (rest_[i] != '>' || --open > 0) continue;
      Token token{Token::Type::word, std::string(rest_.substr(1, i - 1)), rest_.substr(0, 1), true};
      rest_.remove_prefix(i + 1);
      return token;
    }
    source_.fail(rest_.substr(0, 1), "opens a text that is never closed");
  }

  const SourceText& source_;
  std::string_view rest_;
};

class Parser {
 public:
  explicit Parser(const SourceText& source) : source_(source), lexer_(source) { advance(); }

  DotGraph read() {
    strict_ = is_keyword("strict");
    if (strict_) advance();
    if (is_keyword("graph")) source_.fail(token_.at, "is an undirected graph; a model needs a digraph");
    if (!is_keyword("digraph")) fail("\"digraph\"");
    advance();
    if (token_.type == Token::Type::word) graph_.name = word("a name");
    expect("{");
    statements(1, {}, {});
    if (token_.type != Token::Type::end) fail("the end of the file, as a model file holds one graph");
    return std::move(graph_);
  }

 private:
  using Members = std::set<std::size_t>;  ///< indices of nodes

  void advance() { token_ = lexer_.next(); }
  [[noreturn]] void fail(const std::string& expected) const {
    if (token_.type == Token::Type::end) source_.fail_at_end("the file ends where " + expected + " is expected");
    source_.fail(token_.at, "must be " + expected + "; found " + in_quotes(token_.text));
  }
  [[nodiscard]] bool is_mark(std::string_view mark) const {
    return token_.type == Token::Type::mark && token_.text == mark;
  }
  bool take(std::string_view mark) {
    const bool is_there = is_mark(mark);
    if (is_there) advance();
    return is_there;
  }
  void expect(std::string_view mark) {
    if (!take(mark)) fail(in_quotes(mark));
  }
  /// Keywords are in any letter case.
  [[nodiscard]] bool is_keyword(std::string_view keyword) const {
    return token_.type == Token::Type::word && !token_.quoted &&
           std::equal(token_.text.begin(), token_.text.end(), keyword.begin(), keyword.end(),
                      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  }

  /// A name or value; quoted ones may be put together with +.
  std::string word(const std::string& expected) {
    if (token_.type != Token::Type::word) fail(expected);
    std::string text = token_.text;
    advance();
    while (is_mark("+")) {
      advance();
      if (token_.type != Token::Type::word || !token_.quoted) fail("a text in quotes");
      text += token_.text;
      advance();
    }
    return text;
  }

  /// Up to the closing brace. Default attributes hold inside only. The nodes named here and below.
  Members statements(int depth, DotAttributes node_defaults, DotAttributes edge_defaults) {
    if (depth > kMostSubgraphs) source_.fail(token_.at, "subgraphs are nested too deeply");
    Members all;
    while (!take("}")) {
      if (token_.type == Token::Type::end) fail("\"}\"");
      if (take(";") || take(",")) continue;
      if (is_keyword("node") || is_keyword("edge") || is_keyword("graph")) {
        DotAttributes unused;
        DotAttributes& defaults = is_keyword("node") ? node_defaults : is_keyword("edge") ? edge_defaults : unused;
        advance();
        if (!is_mark("[")) fail("\"[\"");
        read_attributes(defaults);
        continue;
      }
      const Members named = statement(depth, node_defaults, edge_defaults);
      all.insert(named.begin(), named.end());
    }
    return all;
  }

  Members statement(int depth, const DotAttributes& node_defaults, const DotAttributes& edge_defaults) {
    const std::string_view at = token_.at;
    bool is_node = false;
    Members end = endpoint(depth, node_defaults, edge_defaults, is_node);
    if (is_node && take("=")) {  // an attribute of the graph
      (void)word("a value");
      return {};
    }
    if (is_node) add_pending(node_defaults, end);
    Members all = end;
    const std::size_t first_edge = graph_.edges.size();
    bool has_edges = false;
    while (is_mark("->") || is_mark("--")) {
      if (is_mark("--")) source_.fail(token_.at, "is an undirected edge; in a digraph edges are ->");
      const std::string_view arrow = token_.at;
      advance();
      bool other_is_node = false;
      Members other = endpoint(depth, node_defaults, edge_defaults, other_is_node);
      if (other_is_node) add_pending(node_defaults, other);
      connect(end, other, arrow, edge_defaults);
      all.insert(other.begin(), other.end());
      end = std::move(other);
      has_edges = true;
    }
    DotAttributes given;
    while (is_mark("[")) read_attributes(given);
    if (!has_edges && !is_node && !given.empty()) source_.fail(at, "a subgraph takes no attributes in brackets");
    if (has_edges)
      for (std::size_t i = first_edge; i < graph_.edges.size(); ++i) merge(graph_.edges[i].attributes, given);
    else if (is_node)
      merge(graph_.nodes[*end.begin()].attributes, given);
    return all;
  }

  static void merge(DotAttributes& into, const DotAttributes& from) {
    for (const auto& [name, attribute] : from) into[name] = attribute;
  }

  /// A node, whose name is then pending: it is no node if "=" follows. Or the nodes of a subgraph.
  Members endpoint(int depth, const DotAttributes& node_defaults, const DotAttributes& edge_defaults, bool& is_node) {
    if (is_keyword("subgraph")) {
      advance();
      if (token_.type == Token::Type::word) (void)word("a name");
      if (!is_mark("{")) fail("\"{\"");
    }
    if (take("{")) return statements(depth + 1, node_defaults, edge_defaults);
    is_node = true;
    pending_at_ = token_.at;
    pending_ = word("a node, an edge or an attribute");
    while (take(":")) (void)word("a port");
    return {};
  }

  void add_pending(const DotAttributes& defaults, Members& members) {
    const auto [at, is_new] = index_.emplace(pending_, graph_.nodes.size());
    if (is_new) graph_.nodes.push_back({pending_, pending_at_, defaults});
    members = {at->second};
  }

  void connect(const Members& from, const Members& to, std::string_view at, const DotAttributes& defaults) {
    if (from.size() * to.size() > kMostEdges - graph_.edges.size())
      source_.fail(at, "makes more edges than can be simulated (10 million)");
    for (const std::size_t a : from)
      for (const std::size_t b : to)
        if (!strict_ || edges_.emplace(a, b).second) graph_.edges.push_back({a, b, at, defaults});
  }

  void read_attributes(DotAttributes& attributes) {
    expect("[");
    while (!take("]")) {
      if (take(",") || take(";")) continue;
      const std::string name = word("an attribute or \"]\"");
      const std::string_view at = token_.at;
      attributes[name] = {"true", at};
      if (!take("=")) continue;
      const std::string_view value_at = token_.at;
      attributes[name] = {word("a value"), value_at};
    }
  }

  const SourceText& source_;
  Lexer lexer_;
  Token token_;
  DotGraph graph_;
  bool strict_ = false;                                  ///< no second edge between the same nodes
  std::set<std::pair<std::size_t, std::size_t>> edges_;  ///< of a strict graph
  std::map<std::string, std::size_t> index_;             ///< of nodes
  std::string pending_;
  std::string_view pending_at_;
};

}  // namespace

DotGraph read_dot(const SourceText& source) { return Parser(source).read(); }

}  // namespace hetsched
