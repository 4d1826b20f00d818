#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "base/time_text.h"
#include "detect/detector.h"
#include "detect/matcher.h"
#include "detect/rule_test.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kSampleBytesMax = 64U << 20U;
constexpr std::size_t kDepthMax = 8;

// Lines between empty lines, with what its first line may say.
struct Stream {
  int line = 0;
  std::optional<std::uint64_t> expect;
  std::string rule;  // title or id; empty: any of the folder
  std::shared_ptr<RecordBatch> records = std::make_shared<RecordBatch>();
};

// Empty when it is absent or not text.
std::string_view text_of(const simdjson::dom::object& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

class StreamReader {
 public:
  StreamReader(std::string file, Micros now) : file_(std::move(file)), now_(now) {}

  // Appends to `failures` what is wrong with a line, and goes on.
  std::vector<Stream> read(std::string_view text, std::vector<RuleTestFailure>& failures);

 private:
  std::optional<std::string> take(std::string_view line, Stream& stream);
  std::optional<std::string> add(Stream& stream, std::string_view bytes, std::string_view source,
                                 Micros received) const;

  std::string file_;
  Micros now_;
  simdjson::dom::parser parser_;
};

std::optional<std::string> StreamReader::add(Stream& stream, std::string_view bytes,
                                             std::string_view source, Micros received) const {
  const std::uint32_t origin =
      stream.records->add_origin({fmt::format("rule-test:{}", source), "", std::string(source)});
  if (!stream.records->add(origin, received, bytes)) {
    return "the stream is too large";
  }
  return std::nullopt;
}

std::optional<std::string> StreamReader::take(std::string_view line, Stream& stream) {
  simdjson::dom::object object;
  if (const auto error = parser_.parse(line.data(), line.size()).get(object)) {
    return fmt::format("not a JSON object: {}", simdjson::error_message(error));
  }
  std::uint64_t expect = 0;
  if (stream.records->empty() && object["expect"].get(expect) == simdjson::SUCCESS) {
    stream.expect = expect;
    stream.rule = text_of(object, "rule");
    return std::nullopt;
  }
  std::string_view raw;
  if (object["raw"].get(raw) != simdjson::SUCCESS) {
    return add(stream, line, "", now_);
  }
  const std::string_view source = text_of(object, "source");
  std::string_view received_text;
  Micros received = now_;
  if (object["received"].get(received_text) == simdjson::SUCCESS) {
    const auto time = parse_iso_time(received_text);
    if (!time) {
      return fmt::format("\"received\": \"{}\" is not a time", received_text);
    }
    received = *time;
  }
  return add(stream, raw, source, received);
}

std::vector<Stream> StreamReader::read(std::string_view text,
                                       std::vector<RuleTestFailure>& failures) {
  std::vector<Stream> streams;
  bool is_new = true;
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) {
      is_new = true;
      continue;
    }
    if (is_new) {
      streams.emplace_back().line = number;
      is_new = false;
    }
    if (auto mistake = take(trim(line), streams.back())) {
      failures.push_back({file_, number, std::move(*mistake)});
    }
  }
  return streams;
}

class FolderTest {
 public:
  FolderTest(FileSystem& files, std::string folder, const RuleTestSetup& setup)
      : files_(files), setup_(setup) {
    result_.folder = std::move(folder);
  }

  RuleTestResult run() {
    if (load_rules()) {
      run_file("must_fire.jsonl", MustFire::kYes);
      run_file("must_not_fire.jsonl", MustFire::kNo);
    }
    return std::move(result_);
  }

 private:
  enum class MustFire : std::uint8_t { kNo, kYes };

  bool load_rules();
  void run_file(const std::string& name, MustFire must_fire);
  std::vector<Finding> findings_of(const Stream& stream);
  void judge(const std::string& path, const Stream& stream, MustFire must_fire,
             const std::vector<Finding>& findings);
  void fail_at(const std::string& file, int line, std::string reason) {
    result_.failures.push_back({file, line, std::move(reason)});
  }

  FileSystem& files_;
  const RuleTestSetup& setup_;
  RuleTestResult result_;
  std::shared_ptr<const RuleSet> rules_;
};

bool FolderTest::load_rules() {
  const std::string path = result_.folder + "/rule.yml";
  auto text = read_file(files_, path, kSampleBytesMax);
  if (!text) {
    fail_at(path, 0, text.error().full_text());
    return false;
  }
  LoadReport report;
  rules_ = RuleSet::load({{path, std::move(*text)}}, setup_.taxonomy, setup_.fields,
                         setup_.placeholders, report);
  for (const LoadIssue& issue : report.issues) {
    fail_at(path, issue.line, issue.reason);
  }
  for (const Rule& rule : rules_->rules()) {
    if (!rule.silent) {
      result_.rules.push_back(rule.info->title);
    }
  }
  for (const sigma::Correlation& correlation : rules_->correlations()) {
    if (!correlation.silent) {
      result_.rules.push_back(correlation.info->title);
    }
  }
  return true;
}

std::vector<Finding> FolderTest::findings_of(const Stream& stream) {
  stream.records->set_first_seq(Seq(1));
  const std::shared_ptr<EventBatch> events = setup_.decode(stream.records);
  result_.events += events->size();
  const auto matcher = make_oracle(rules_, setup_.fields, setup_.datasets, setup_.metrics);
  Detector detector(rules_, setup_.fields, setup_.datasets, setup_.metrics);
  std::vector<RuleHit> hits;
  matcher->match(*events, hits);
  std::vector<Finding> findings;
  detector.consume(*events, hits, findings);
  detector.finish(findings);
  if (!stream.rule.empty()) {
    std::erase_if(findings, [&stream](const Finding& finding) {
      return finding.rule->id != stream.rule && finding.rule->title != stream.rule;
    });
  }
  return findings;
}

void FolderTest::run_file(const std::string& name, MustFire must_fire) {
  const std::string path = result_.folder + "/" + name;
  const auto text = read_file(files_, path, kSampleBytesMax);
  if (!text) {
    fail_at(path, 0, text.error().full_text());
    return;
  }
  StreamReader reader(path, setup_.now);
  const std::vector<Stream> streams = reader.read(*text, result_.failures);
  if (streams.empty()) {
    fail_at(path, 0, "the file has no samples");
  }
  for (const Stream& stream : streams) {
    ++result_.streams;
    judge(path, stream, must_fire, findings_of(stream));
  }
}

void FolderTest::judge(const std::string& path, const Stream& stream, MustFire must_fire,
                       const std::vector<Finding>& findings) {
  if (must_fire == MustFire::kNo && !findings.empty()) {
    fail_at(path, stream.line, fmt::format("must not fire, but: {}", findings.front().sentence));
  } else if (must_fire == MustFire::kYes && stream.expect && findings.size() != *stream.expect) {
    fail_at(path, stream.line,
            fmt::format("{} findings, expected {}", findings.size(), *stream.expect));
  } else if (must_fire == MustFire::kYes && !stream.expect && findings.empty()) {
    fail_at(path, stream.line, "must fire, but does not");
  }
}

Status test_below(FileSystem& files, const std::string& path, const RuleTestSetup& setup,
                  std::size_t depth, std::vector<RuleTestResult>& out) {
  TRY_ASSIGN(const std::vector<std::string> names, files.list(path));
  if (std::ranges::find(names, "rule.yml") != names.end()) {
    out.push_back(test_rule_folder(files, path, setup));
    return {};
  }
  if (depth > kDepthMax) {
    return {};
  }
  for (const std::string& name : names) {
    const std::string below = path + "/" + name;
    TRY_ASSIGN(const FileInfo info, files.info(below));
    if (info.is_directory && !name.starts_with('.')) {
      TRY(test_below(files, below, setup, depth + 1, out));
    }
  }
  return {};
}

}  // namespace

RuleTestResult test_rule_folder(FileSystem& files, const std::string& folder,
                                const RuleTestSetup& setup) {
  return FolderTest(files, folder, setup).run();
}

Result<std::vector<RuleTestResult>> test_rules(FileSystem& files, const std::string& path,
                                               const RuleTestSetup& setup) {
  std::vector<RuleTestResult> results;
  TRY(test_below(files, path, setup, 0, results));
  return results;
}

}  // namespace tocsin
