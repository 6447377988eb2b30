#include "study/study_manifest.hpp"

#include <system_error>
#include <utility>

#include "base/files.hpp"

namespace hetsched {
namespace {

namespace fs = std::filesystem;

/// How many parts a study can have: as many as points.
constexpr std::size_t kMostShards = 100'000'000;

bool is_count(const Json& json) {
  return json.is_number_unsigned() && json.get<std::size_t>() >= 1 && json.get<std::size_t>() <= kMostShards;
}

/// What is wrong with a member that is there; empty if nothing is.
std::string wrong_in(const Json& json) {
  const auto wrong = [](const std::string& where, const std::string& what, const Json& found) {
    return "is not as hetsched wrote it: " + where + " must be " + what + "; found " + shown(found);
  };
  if (!json.is_object()) return wrong("it", "an object", json);
  if (const auto experiment = json.find("experiment"); experiment != json.end()) {
    if (!experiment->is_object()) return wrong("/experiment", "an object", *experiment);
    if (const auto name = experiment->find("name"); name != experiment->end() && !name->is_string())
      return wrong("/experiment/name", "a text", *name);
  }
  for (const char* const text : {"plan", "hetsched", "executor"})
    if (const auto found = json.find(text); found != json.end() && !found->is_string())
      return wrong(std::string("/") + text, "a text", *found);
  for (const char* const object : {"points", "cross_check"})
    if (const auto found = json.find(object); found != json.end() && !found->is_object())
      return wrong(std::string("/") + object, "an object", *found);
  const auto shard = json.find("shard");
  if (shard == json.end()) return "";
  if (!shard->is_object()) return wrong("/shard", "an object", *shard);
  for (const char* const number : {"count", "index"})
    if (!shard->contains(number) || !is_count((*shard)[number]))
      return wrong(std::string("/shard/") + number, "a whole number from 1",
                   shard->contains(number) ? (*shard)[number] : Json(nullptr));
  if ((*shard)["index"] > (*shard)["count"]) return wrong("/shard/index", "at most /shard/count", (*shard)["index"]);
  return "";
}

}  // namespace

StudyManifest read_study_manifest(const fs::path& folder) {
  const fs::path file = folder / kStudyFile;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) return {nullptr, ""};
  Problems problems;
  const auto text = read_file(file, problems);
  if (!text) return {nullptr, problems.all().front().what};
  if (text->find_first_not_of(" \t\r\n") == std::string::npos) return {nullptr, "is empty"};
  Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return {nullptr, "is not JSON as hetsched wrote it"};
  if (std::string wrong = wrong_in(json); !wrong.empty()) return {nullptr, std::move(wrong)};
  return {std::move(json), ""};
}

Json study_manifest(const fs::path& folder) {
  StudyManifest manifest = read_study_manifest(folder);
  if (manifest.spoilt.empty()) return std::move(manifest.json);
  throw InputError(std::vector{Problem{(folder / kStudyFile).string(), "",
                                       manifest.spoilt + "; the command that made the study writes it again, and goes "
                                                         "on from what its journal has"}});
}

std::string experiment_of(const Json& manifest) {
  if (!manifest.is_object() || !manifest.contains("experiment")) return "";
  return manifest["experiment"].value("name", "");
}

Shard shard_in(const Json& manifest) {
  if (!manifest.is_object() || !manifest.contains("shard")) return {};
  return {manifest["shard"]["index"].get<std::size_t>(), manifest["shard"]["count"].get<std::size_t>()};
}

}  // namespace hetsched
