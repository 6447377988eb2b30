/// \file
/// Files of other tools read as models of ours. What a format's reader gives is checked as every model is, so
/// that nothing is written that `hetsched check` would refuse.
///
/// All input is untrusted. What is wrong with it is thrown as an InputError that says where: file, line and
/// column in texts, byte offset or node in binary files. No reader opens any other file than the one it is
/// given.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "import/format.hpp"
#include "model/network.hpp"

namespace hetsched {

/// What the user wants of an import. A format takes those options only that its ModelFormat::options names.
struct ImportOptions {
  std::string name = {};                    ///< of the model; default: from the file, else the file's name
  std::optional<Precision> precision = {};  ///< of layers with dimensions; default: one byte per element
  Strings dims = {};                        ///< values of symbolic dimensions, as in "batch=1"
  bool fuse = true;                         ///< normalisation and activation run with the layer before them
  bool allow_unknown = false;               ///< unknown operators become layers without work
  Strings kinds = {};                       ///< kinds that times are for, in the order of the file's times
  std::optional<double> time_unit = {};     ///< s that 1 stands for; default 1
  std::optional<double> bytes_unit = {};    ///< B that 1 stands for; default 1
  std::optional<std::uint32_t> graph = {};  ///< which of the file's task graphs
};

/// A file that is read whole.
struct ImportFile {
  std::filesystem::path path;  ///< as it is shown in messages
  std::string bytes;
};

/// What a reader found. Not yet checked.
struct Imported {
  NetworkSpec network;
  Strings layer_where;  ///< of each layer: its place in the file, as "file:line:column"
  Strings notes;        ///< what the user should know: what was fused, what the model cannot say
};

using ModelFormat = Format<Imported(const ImportFile&, const ImportOptions&)>;

/// All formats, in the order of the help; the list is formats.cpp.
std::span<const ModelFormat> model_formats();

/// A model file as text, and what is to be said about it.
struct ImportedModel {
  std::string text;
  Strings notes;
};

/// Reads, checks and writes out: the same bytes give the same text. Throws InputError.
ImportedModel import_model(const ModelFormat& format, const ImportFile& file, const ImportOptions& options);

}  // namespace hetsched
