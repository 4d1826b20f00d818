// What stands around the detection in a Sigma document: title, id, level, tags, logsource, ours.
#pragma once

#include <string>
#include <vector>

#include "config/yaml.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/problem.h"
#include "model/finding.h"

namespace tocsin::sigma {

enum class DocumentKind : unsigned char { kRule, kCorrelation, kFilter, kMonitor };

// By the key that makes it one; a document with none is taken for a rule that misses things.
DocumentKind document_kind(const YamlNode& root);

struct Header {
  RuleInfo info;
  std::string name;
  Logsource logsource;
  std::vector<std::string> group_by;  // `tocsin: {group-by: …}`
  std::string noun;                   // `tocsin: {noun: …}`
  std::vector<Problem> warnings;
};

// `source` is the document's text (its hash is the version).
Parsed<Header> read_header(const YamlFile& file, const YamlDocument& document, DocumentKind kind);

// A scalar or a list of scalars, as texts.
Parsed<std::vector<std::string>> read_texts(const YamlNode& node);

}  // namespace tocsin::sigma
