/// \file
/// Everything that comes from a struct's table of fields: see field_table.hpp for the table itself,
/// fields_json.hpp for reading and writing JSON, fields_schema.hpp for JSON Schema, fields_csv.hpp for CSV.
#pragma once

#include "base/field_table.hpp"
#include "base/fields_csv.hpp"
#include "base/fields_json.hpp"
#include "base/fields_schema.hpp"
