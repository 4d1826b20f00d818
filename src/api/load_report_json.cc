#include "api/load_report_json.h"

namespace tocsin {

void write_issues(JsonWriter& json, const LoadReport& report) {
  json.key("issues").begin_array();
  for (const LoadIssue& issue : report.issues) {
    json.begin_object().member("file", issue.file);
    json.member("line", issue.line).member("column", issue.column);
    json.member("reason", issue.reason).member("refused", issue.refused).end_object();
  }
  json.end_array();
}

}  // namespace tocsin
