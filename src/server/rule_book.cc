#include "server/rule_book.h"

#include <algorithm>
#include <iterator>

#include "base/fail.h"
#include "detect/rule_test.h"
#include "shipped/shipped_files.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kPlaceholderBytesMax = 16 * kMiB;
constexpr std::size_t kIssuesLogged = 20;

std::vector<RuleSource> as_sources(const std::vector<ShippedFile>& shipped) {
  std::vector<RuleSource> sources;
  for (const ShippedFile& file : shipped) {
    sources.push_back({"builtin:" + std::string(file.path), std::string(file.text)});
  }
  return sources;
}

Result<Placeholders> read_placeholders(FileSystem& files, const std::string& path) {
  if (path.empty()) {
    return Placeholders{};
  }
  TRY_ASSIGN(const std::string text, read_file(files, path, kPlaceholderBytesMax));
  return parse_placeholders({path, text});
}

}  // namespace

Result<std::unique_ptr<RuleBook>> RuleBook::open(DetectSettings settings, FieldCatalog& fields,
                                                 FileSystem& files, Clock& clock, Log& log,
                                                 const std::string& pattern_folder) {
  std::unique_ptr<RuleBook> book(
      new RuleBook(std::move(settings), fields, files, clock, log, pattern_folder));
  TRY(book->reload());
  return book;
}

RuleBook::RuleBook(DetectSettings settings, FieldCatalog& fields, FileSystem& files, Clock& clock,
                   Log& log, const std::string& pattern_folder)
    : settings_(std::move(settings)),
      fields_(fields),
      files_(files),
      clock_(clock),
      log_(log),
      databases_(files, pattern_folder) {}

Result<std::vector<RuleSource>> RuleBook::read_sources() const {
  std::vector<RuleSource> sources;
  if (settings_.shipped_rules) {
    sources = as_sources(shipped_rules());
  }
  for (const std::string& path : settings_.rule_paths) {
    auto read = read_rule_sources(files_, path);
    if (!read) {
      return fail_because(read.error(), "reading the rules of {}", path);
    }
    sources.insert(sources.end(), std::make_move_iterator(read->begin()),
                   std::make_move_iterator(read->end()));
  }
  return sources;
}

Status RuleBook::reload() {
  MutexLock lock(reload_mutex_);
  TRY_ASSIGN(const std::vector<RuleSource> sources, read_sources());
  TRY_ASSIGN(const Placeholders placeholders, read_placeholders(files_, settings_.placeholders));
  TRY_ASSIGN(const Taxonomy taxonomy, Taxonomy::load(as_sources(shipped_taxonomy())));
  LoadReport report;
  InForce next;
  next.rules.rules = RuleSet::load(sources, taxonomy, fields_, placeholders, report);
  const match::DatabaseCacheCounts before = databases_.counts();
  TRY_ASSIGN(next.compiled, CompiledRules::compile(next.rules.rules, databases_));
  databases_.trim();
  next.rules.loaded = clock_.now();
  say_loaded(report, before);
  next.rules.report = std::make_shared<const LoadReport>(std::move(report));
  in_force_.publish(std::make_shared<const InForce>(std::move(next)));
  return {};
}

void RuleBook::say_loaded(const LoadReport& report,
                          const match::DatabaseCacheCounts& before) const {
  std::size_t said = 0;
  for (const LoadIssue& issue : report.issues) {
    if (issue.refused && said++ < kIssuesLogged) {
      log_.warning("rule refused: {}:{}:{}: {}", issue.file, issue.line, issue.column,
                   issue.reason);
    }
  }
  log_.info("{} rules loaded, {} refused", report.loaded, report.refused);
  const match::DatabaseCacheCounts now = databases_.counts();
  log_.info("pattern databases: {} still in memory, {} read, {} compiled",
            now.shared - before.shared, now.read - before.read, now.compiled - before.compiled);
  if (now.unusable > before.unusable || now.unwritten > before.unwritten) {
    log_.warning("pattern cache: {} files damaged or foreign, {} could not be written",
                 now.unusable - before.unusable, now.unwritten - before.unwritten);
  }
}

Result<TrialRules> RuleBook::try_out(std::string_view text) {
  std::vector<RuleSource> sources{{std::string(kTrialFile), std::string(text)}};
  TRY_ASSIGN(const Placeholders placeholders, read_placeholders(files_, settings_.placeholders));
  TRY_ASSIGN(const Taxonomy taxonomy, Taxonomy::load(as_sources(shipped_taxonomy())));
  TrialRules trial;
  std::shared_ptr<const RuleSet> rules =
      RuleSet::load(sources, taxonomy, fields_, placeholders, trial.report);
  if (trial.report.refused > 0) {
    // It may refer to rules in force. Ids that come twice: the first, ours, is taken.
    TRY_ASSIGN(std::vector<RuleSource> in_force, read_sources());
    std::ranges::move(in_force, std::back_inserter(sources));
    trial.report = {};
    rules = RuleSet::load(sources, taxonomy, fields_, placeholders, trial.report);
  }
  TRY_ASSIGN(trial.rules, CompiledRules::compile(rules));
  return trial;
}

}  // namespace tocsin
