/// \file
/// A user's table of which accelerator runs which task: a CSV file with the columns model, task and
/// accelerator.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hetsched/ids.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {

/// What is wrong with the text of the file is a problem of the parameter, with its line. Names are looked up
/// when the run begins; one that nothing has is an error then, with its line.
class MappingFile {
 public:
  MappingFile(Params& params, std::string_view parameter, std::string_view doc);

  /// Throws std::runtime_error.
  void resolve(const SystemView& view);

  /// May the accelerator run the task of the model? Every one may if the file does not say.
  [[nodiscard]] bool allows(ModelId model, TaskId task, AcceleratorId accelerator) const;

 private:
  struct Line {
    std::size_t number = 0;
    std::string model, task, accelerator;
  };

  std::string parse(std::string_view content);
  [[noreturn]] void fail(const Line& line, const std::string& what) const;

  std::string path_;
  std::vector<Line> lines_;
  /// Empty: every one.
  IdVector<ModelId, IdVector<TaskId, IdVector<AcceleratorId, bool>>> allowed_;
};

}  // namespace hetsched
