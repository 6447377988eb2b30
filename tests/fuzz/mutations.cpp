/// \file
/// A small driver for compilers without libFuzzer: mutates the files of a corpus with a fixed seed. No
/// coverage guides it. Usage: PROGRAM [-max_total_time=SECONDS] CORPUS_FOLDER; options of libFuzzer that it
/// does not know are ignored.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kMostBytes = 4096;

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.insert(entry.path());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

/// xorshift64*: what is drawn need not be good, only the same everywhere.
class Dice {
 public:
  std::size_t below(std::size_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return (state_ * 0x2545F4914F6CDD1DULL >> 33) % (limit == 0 ? 1 : limit);
  }

 private:
  std::uint64_t state_ = 1;
};

void mutate(std::string& bytes, const std::vector<std::string>& corpus, Dice& dice) {
  const std::size_t at = dice.below(bytes.size()), size = dice.below(16);
  switch (dice.below(6)) {
    case 0:
      if (!bytes.empty()) bytes[at] = static_cast<char>(dice.below(256));
      break;
    case 1:
      if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.below(8)));
      break;
    case 2: bytes.erase(at, size); break;
    case 3: bytes.insert(at, bytes.substr(dice.below(bytes.size()), size)); break;
    case 4: {
      const std::string& other = corpus[dice.below(corpus.size())];
      bytes.insert(at, other.substr(dice.below(other.size()), size * 8));
      break;
    }
    default: bytes.resize(at);
  }
  if (bytes.size() > kMostBytes) bytes.resize(kMostBytes);
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 10;
  std::vector<std::string> corpus;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    constexpr std::string_view kTime = "-max_total_time=";
    if (word.starts_with(kTime))
      seconds = std::atof(word.substr(kTime.size()).data());
    else if (!word.starts_with('-'))
      corpus = read_corpus(word);
  }
  if (corpus.empty()) return std::fprintf(stderr, "usage: %s [-max_total_time=SECONDS] CORPUS_FOLDER\n", argv[0]), 2;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  Dice dice;
  std::uint64_t runs = 0;
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    std::string bytes = corpus[dice.below(corpus.size())];
    for (std::size_t count = 1 + dice.below(5); count > 0; --count) mutate(bytes, corpus, dice);
    std::ofstream("last_input", std::ios::binary) << bytes;  // to be seen after a crash
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  std::printf("%llu inputs\n", static_cast<unsigned long long>(runs));
  return 0;
}
