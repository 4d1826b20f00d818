#include "detect/rule_regression.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "config/yaml.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kInfoBytesMax = 1U << 20U;
constexpr std::uint64_t kSampleBytesMax = 256U << 20U;
constexpr std::size_t kDepthMax = 16;
constexpr std::string_view kInfoName = "info.yml";

std::string text_at(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.is_mapping() ? node.find(key) : nullptr;
  return value == nullptr || !value->is_scalar() ? std::string() : value->text();
}

// The list under `key`; empty when there is none.
std::vector<const YamlNode*> list_at(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.is_mapping() ? node.find(key) : nullptr;
  return value == nullptr || !value->is_sequence() ? std::vector<const YamlNode*>()
                                                   : value->items();
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}
std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

class Regression {
 public:
  Regression(FileSystem& files, std::string info, const RegressionSetup& setup)
      : files_(files), info_(std::move(info)), setup_(setup) {
    result_.folder = folder_of(info_);
  }

  RuleTestResult run() {
    const auto text = read_file(files_, info_, kInfoBytesMax);
    if (!text) {
      fail_at(info_, 0, text.error().full_text());
      return std::move(result_);
    }
    const auto yaml = YamlFile::parse(*text, info_);
    if (!yaml || yaml->documents().empty()) {
      fail_at(info_, 0, yaml ? "the file is empty" : yaml.error().full_text());
      return std::move(result_);
    }
    const YamlNode& root = *yaml->documents().front().root;
    find_rules(root);
    for (const YamlNode* test : list_at(root, "regression_tests_info")) {
      run_test(*test);
    }
    if (result_.streams == 0 && result_.failures.empty()) {
      fail_at(info_, root.line(), "there is no test in regression_tests_info");
    }
    return std::move(result_);
  }

 private:
  void fail_at(const std::string& file, int line, std::string reason) {
    result_.failures.push_back({file, line, std::move(reason)});
  }

  void find_rules(const YamlNode& root) {
    const std::vector<Rule>& rules = setup_.rules->rule_set()->rules();
    for (const YamlNode* meta : list_at(root, "rule_metadata")) {
      const std::string id = text_at(*meta, "id");
      const auto rule =
          std::ranges::find_if(rules, [&id](const Rule& r) { return r.info->id == id; });
      if (rule == rules.end()) {
        fail_at(info_, meta->line(), fmt::format("rule {} is not loaded", id));
        continue;
      }
      wanted_.push_back(static_cast<std::uint32_t>(rule - rules.begin()));
      result_.rules.push_back(rule->info->title);
    }
  }

  void run_test(const YamlNode& test) {
    ++result_.streams;
    const std::string path = text_at(test, "path");
    if (path.empty()) {
      fail_at(info_, test.line(), "the test has no path");
      return;
    }
    const auto records = read_sample(result_.folder + "/" + name_of(path));
    if (!records) {
      fail_at(info_, test.line(), records.error().full_text());
      return;
    }
    std::optional<std::int64_t> count;
    if (const YamlNode* given = test.find("match_count")) {
      if (given->kind() != YamlKind::kInt) {
        fail_at(info_, given->line(), "match_count is not a number");
        return;
      }
      count = given->as_int();
    }
    for (const auto& [rule, hits] : hits_of(*records)) {
      const bool fits = count ? hits == static_cast<std::uint64_t>(*count) : hits > 0;
      if (!fits) {
        fail_at(info_, test.line(),
                fmt::format("{}: {} matches, expected {}", rule, hits,
                            count ? std::to_string(*count) : "at least 1"));
      }
    }
  }

  std::vector<std::pair<std::string, std::uint64_t>> hits_of(
      const std::shared_ptr<RecordBatch>& records) {
    const std::shared_ptr<EventBatch> events = setup_.decode(records);
    result_.events += events->size();
    std::vector<RuleHit> hits;
    make_matcher(setup_.rules, setup_.fields, setup_.datasets, setup_.metrics)
        ->match(*events, hits);
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    for (const std::uint32_t rule : wanted_) {
      counts.emplace_back(setup_.rules->rule_set()->rules()[rule].info->title,
                          std::ranges::count(hits, rule, &RuleHit::rule));
    }
    return counts;
  }

  Result<std::shared_ptr<RecordBatch>> read_sample(std::string path) {
    constexpr std::string_view kEventLog = ".evtx";
    constexpr std::string_view kJson = ".json";
    if (path.ends_with(kEventLog)) {
      path.replace(path.size() - kEventLog.size(), kEventLog.size(), kJson);
    }
    TRY_ASSIGN(const std::string text, read_file(files_, path, kSampleBytesMax));
    auto records = std::make_shared<RecordBatch>();
    const std::uint32_t origin = records->add_origin({"rule-test:" + name_of(path), "", ""});
    if (path.ends_with(kJson)) {
      TRY(add_documents(path, text, origin, *records));
    } else {
      for (const std::string_view line : split(text, '\n')) {
        if (!trim(line).empty() && !records->add(origin, setup_.now, line)) {
          return fail(ErrorCode::kTooLarge, "{} is too large", path);
        }
      }
    }
    records->set_first_seq(Seq(1));
    return records;
  }

  // One object or several; each becomes a record of one line.
  Status add_documents(const std::string& path, const std::string& text, std::uint32_t origin,
                       RecordBatch& records) const {
    simdjson::dom::parser parser;
    simdjson::dom::document_stream documents;
    const std::size_t batch = std::max<std::size_t>(text.size(), simdjson::dom::MINIMAL_BATCH_SIZE);
    if (const auto error = parser.parse_many(text.data(), text.size(), batch).get(documents)) {
      return fail(ErrorCode::kInvalid, "{} is not JSON: {}", path, simdjson::error_message(error));
    }
    for (const auto document : documents) {
      simdjson::dom::element element;
      if (const auto error = document.get(element)) {
        return fail(ErrorCode::kInvalid, "{} is not JSON: {}", path,
                    simdjson::error_message(error));
      }
      if (!records.add(origin, setup_.now, simdjson::minify(element))) {
        return fail(ErrorCode::kTooLarge, "{} is too large", path);
      }
    }
    if (documents.truncated_bytes() > 0) {
      return fail(ErrorCode::kInvalid, "{} is not JSON: it breaks off", path);
    }
    return {};
  }

  FileSystem& files_;
  const std::string info_;
  const RegressionSetup& setup_;
  std::vector<std::uint32_t> wanted_;
  RuleTestResult result_;
};

Status run_below(FileSystem& files, const std::string& path, const RegressionSetup& setup,
                 std::size_t depth, std::vector<RuleTestResult>& out) {
  TRY_ASSIGN(const std::vector<std::string> names, files.list(path));
  for (const std::string& name : names) {
    const std::string below = path + "/" + name;
    TRY_ASSIGN(const FileInfo info, files.info(below));
    if (info.is_directory && depth < kDepthMax && !name.starts_with('.')) {
      TRY(run_below(files, below, setup, depth + 1, out));
    } else if (name == kInfoName) {
      out.push_back(Regression(files, below, setup).run());
    }
  }
  return {};
}

}  // namespace

Result<std::vector<RuleTestResult>> run_regressions(FileSystem& files, const std::string& path,
                                                    const RegressionSetup& setup) {
  std::vector<RuleTestResult> results;
  TRY(run_below(files, path, setup, 0, results));
  return results;
}

}  // namespace tocsin
