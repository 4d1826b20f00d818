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
constexpr std::string_view kBuiltin = "builtin:";
constexpr std::uint64_t kRuleFileBytesMax = 4 * kMiB;

std::vector<RuleSource> as_sources(const std::vector<ShippedFile>& shipped) {
  std::vector<RuleSource> sources;
  for (const ShippedFile& file : shipped) {
    sources.push_back({std::string(kBuiltin) + std::string(file.path), std::string(file.text)});
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
                                                 const std::string& pattern_folder,
                                                 const std::string& own_folder) {
  std::unique_ptr<RuleBook> book(
      new RuleBook(std::move(settings), fields, files, clock, log, pattern_folder, own_folder));
  TRY(book->reload());
  return book;
}

RuleBook::RuleBook(DetectSettings settings, FieldCatalog& fields, FileSystem& files, Clock& clock,
                   Log& log, const std::string& pattern_folder, const std::string& own_folder)
    : settings_(std::move(settings)),
      fields_(fields),
      files_(files),
      clock_(clock),
      log_(log),
      own_(files, own_folder),
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
  TRY_ASSIGN(std::vector<RuleSource> own, own_.read());
  sources = without_replaced(std::move(sources), own);
  sources.insert(sources.end(), std::make_move_iterator(own.begin()),
                 std::make_move_iterator(own.end()));
  return sources;
}

std::string RuleBook::file_of(std::string_view id) const {
  const std::shared_ptr<const InForce> now = in_force_.get();
  const RuleSet& rules = *now->rules.rules;
  const auto of = [&](const auto& all) {
    const auto found =
        std::ranges::find_if(all, [&](const auto& one) { return one.info->id == id; });
    return found == all.end() ? std::string() : found->info->file;
  };
  std::string file = of(rules.rules());
  file = file.empty() ? of(rules.correlations()) : file;
  return file.empty() ? of(rules.monitors()) : file;
}

Result<RuleText> RuleBook::text_of(const std::string& id) {
  const std::string file = file_of(id);
  if (file.empty()) {
    return fail(ErrorCode::kNotFound, "no rule in force has the id {}", id.substr(0, 100));
  }
  if (file.starts_with(kOwnRulePrefix)) {
    TRY_ASSIGN(std::string text, own_.text(file));
    return RuleText{file, std::move(text), true};
  }
  if (file.starts_with(kBuiltin)) {
    const auto shipped = find_shipped_file(std::string_view(file).substr(kBuiltin.size()));
    return RuleText{file, shipped ? std::string(shipped->text) : std::string(), false};
  }
  TRY_ASSIGN(std::string text, read_file(files_, file, kRuleFileBytesMax));
  return RuleText{file, std::move(text), false};
}

Result<LoadReport> RuleBook::save_own(const std::string& id, std::string_view text) {
  if (text.size() > kOwnRuleBytesMax) {
    return fail(ErrorCode::kTooLarge, "a rule has at most {} bytes", kOwnRuleBytesMax);
  }
  TRY_ASSIGN(TrialRules trial, try_out(text));
  if (std::ranges::any_of(trial.report.issues, [](const LoadIssue& issue) {
        return issue.refused && issue.file == kTrialFile;
      })) {
    return std::move(trial.report);
  }
  trial.report.refused = 0;
  const RuleSet& rules = *trial.rules->rule_set();
  const auto holds = [&](const auto& all) {
    return std::ranges::any_of(
        all, [&](const auto& one) { return one.info->id == id && one.info->file == kTrialFile; });
  };
  if (!holds(rules.rules()) && !holds(rules.correlations()) && !holds(rules.monitors())) {
    return fail(ErrorCode::kInvalid, "the text holds no rule with the id {}: give it `id: {}`",
                id.substr(0, 100), id.substr(0, 100));
  }
  const MutexLock lock(own_mutex_);
  const std::string file = OwnRules::file_of(id);
  const Result<std::string> before = own_.text(file);
  TRY(own_.write(file, text));
  if (const Status loaded = reload(); !loaded) {
    static_cast<void>(before ? own_.write(file, *before) : own_.remove(file));
    return loaded.error();
  }
  return std::move(trial.report);
}

Status RuleBook::remove_own(const std::string& id) {
  const MutexLock lock(own_mutex_);
  const std::string file = file_of(id);
  if (file.empty()) {
    return fail(ErrorCode::kNotFound, "no rule in force has the id {}", id.substr(0, 100));
  }
  if (!file.starts_with(kOwnRulePrefix)) {
    return fail(ErrorCode::kConflict, "{} is not a rule of one's own: it comes from {}",
                id.substr(0, 100), file);
  }
  TRY(own_.remove(file));
  return reload();
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
