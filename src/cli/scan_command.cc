#include "cli/scan_command.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "cli/finding_fold.h"
#include "cli/line_map.h"
#include "cli/line_reader.h"
#include "cli/pattern_cache.h"
#include "cli/rule_loading.h"
#include "cli/scan_pipeline.h"
#include "cli/scan_report.h"
#include "cli/terminal.h"
#include "config/load.h"
#include "server/module_options.h"

namespace tocsin {
namespace {

constexpr std::size_t kBatchLines = 2'048;
constexpr std::size_t kBatchBytes = 1U << 20U;
constexpr std::size_t kRefusalsShown = 10;

struct ScanArguments {
  std::vector<std::string> files;
  RuleChoice rules;
  std::string config;
  PatternCacheChoice cache;
  EventMakerOptions decode;
  int year = 0;
  std::size_t evidence = 3;
  bool json = false;
};

// What is found by the thread that correlates; read after the pipeline has finished.
struct ScanFindings {
  explicit ScanFindings(std::size_t evidence) : fold(evidence) {}

  FindingFold fold;
  RecentLines lines;
  std::uint64_t undecoded = 0;
};

class Scan {
 public:
  Scan(const ScanArguments& arguments, FileSystem& files, Clock& clock)
      : arguments_(arguments),
        files_(files),
        clock_(clock),
        undecoded_(datasets_.intern(kUndecodedDataset)),
        findings_(arguments.evidence),
        progress_("scanning", clock) {}

  // kInvalid, kNotFound, …: of what could not be read; the rest was scanned nevertheless.
  Status run() {
    const Span begun = clock_.since_boot();
    TRY_ASSIGN(const ChosenRules chosen, load_chosen_rules(files_, arguments_.rules, fields_));
    say_refused(chosen.report);
    TRY_ASSIGN(const std::string cache_folder,
               pattern_cache_folder(files_, arguments_.cache, arguments_.config));
    match::DatabaseCache databases(files_, cache_folder);
    TRY_ASSIGN(const auto compiled, CompiledRules::compile(chosen.rules, databases));
    databases.trim();
    TRY(load_tables());
    totals_.rules = chosen.report.loaded;
    count_bytes();
    Status status;
    {
      ScanPipeline pipeline({arguments_.decode, compiled, fields_, datasets_, tables_, metrics_},
                            [this](const EventBatch* events, std::span<const RuleHit> hits,
                                   std::span<const Finding> found) { note(events, hits, found); });
      for (const std::string& path : arguments_.files) {
        if (auto read = scan_file(path, pipeline); !read && status) {
          status = fail_because(std::move(read).error(), "scanning {}", path);
        }
      }
      pipeline.finish();
    }
    totals_.undecoded = findings_.undecoded;
    totals_.not_kept = findings_.fold.not_kept();
    totals_.taken = Span(clock_.since_boot().value - begun.value);
    return status;
  }

  std::vector<FoldedFinding> take_found() { return findings_.fold.take(); }
  const LineMap& places() const { return places_; }
  const ScanTotals& totals() const { return totals_; }

 private:
  static void say_refused(const LoadReport& report) {
    std::size_t said = 0;
    for (const LoadIssue& issue : report.issues) {
      if (issue.refused && said++ < kRefusalsShown) {
        fmt::print(stderr, "rule refused: {}:{}:{}: {}\n", terminal_text(issue.file), issue.line,
                   issue.column, terminal_text(issue.reason));
      }
    }
    if (said > kRefusalsShown) {
      fmt::print(stderr, "… {} rules refused in all: see «tocsin rules check»\n", report.refused);
    }
  }

  Status load_tables() {
    Settings settings;
    if (!arguments_.config.empty()) {
      TRY_ASSIGN(settings, load_settings(files_, arguments_.config));
    }
    Log quiet;
    tables_.publish(load_enrich_tables(files_, enrich_files(settings), quiet));
    return {};
  }

  void count_bytes() {
    for (const std::string& path : arguments_.files) {
      const auto info = files_.info(path);
      bytes_total_ += path != "-" && info ? info->size : 0;
    }
  }

  Status scan_file(const std::string& path, ScanPipeline& pipeline) {
    TRY_ASSIGN(auto bytes, open_bytes(files_, path));
    Micros received = clock_.now();
    if (path != "-") {
      TRY_ASSIGN(const FileInfo info, files_.info(path));
      received = info.modified;
    }
    LineReader reader(std::move(bytes));
    places_.begin_file(path);
    const Origin origin{"file:" + path, "", ""};
    const Status status = scan_lines(reader, origin, received, pipeline);
    totals_.lines_cut += reader.lines_cut();
    bytes_done_ += reader.stored_bytes_read();
    return status;
  }

  // With room for what a batch takes, so that its bytes are written once.
  static std::shared_ptr<RecordBatch> empty_batch() {
    auto batch = std::make_shared<RecordBatch>();
    batch->reserve(kBatchLines, kBatchBytes + kBatchBytes / 8);
    return batch;
  }

  Status scan_lines(LineReader& reader, const Origin& origin, Micros received,
                    ScanPipeline& pipeline) {
    auto batch = empty_batch();
    const auto submit = [&] {
      if (!batch->empty()) {
        batch->set_first_seq(next_);
        next_ = seq_plus(next_, batch->size());
        pipeline.submit(std::move(batch));
        batch = empty_batch();
        progress_.show(bytes_done_ + reader.stored_bytes_read(), bytes_total_);
      }
    };
    for (std::uint64_t line_number = 1;; ++line_number) {
      auto line = reader.next();
      if (!line || !line->has_value()) {
        submit();
        return line ? Status{} : Status(std::move(line).error());
      }
      if ((*line)->empty()) {
        continue;
      }
      places_.add(seq_plus(next_, batch->size()), line_number);
      if (!batch->add(batch->add_origin(origin), received, **line)) {
        return fail(ErrorCode::kTooLarge, "a batch is larger than it can be");
      }
      ++totals_.lines;
      if (batch->size() >= kBatchLines || batch->bytes() >= kBatchBytes) {
        submit();
      }
    }
  }

  // On the correlating thread.
  void note(const EventBatch* events, std::span<const RuleHit> hits,
            std::span<const Finding> found) {
    if (events != nullptr) {
      note_lines(*events, hits);
    }
    for (const Finding& finding : found) {
      findings_.fold.add(finding, findings_.lines);
    }
  }

  void note_lines(const EventBatch& events, std::span<const RuleHit> hits) {
    for (std::size_t i = 0; i < hits.size(); ++i) {
      if (i == 0 || hits[i].event != hits[i - 1].event) {
        findings_.lines.add(events.head(hits[i].event).seq, events.raw(hits[i].event));
      }
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
      findings_.undecoded += events.head(i).dataset == undecoded_ ? 1U : 0U;
    }
  }

  const ScanArguments& arguments_;
  FileSystem& files_;
  Clock& clock_;
  FieldCatalog fields_;
  DatasetCatalog datasets_;
  const DatasetId undecoded_;
  Metrics metrics_;
  Published<EnrichTables> tables_;
  LineMap places_;
  ScanFindings findings_;
  ScanTotals totals_;
  ProgressBar progress_;
  Seq next_{1};
  std::uint64_t bytes_done_ = 0;
  std::uint64_t bytes_total_ = 0;
};

void run_scan(const ScanArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  SystemClock clock;
  Status status;
  std::vector<FoldedFinding> found;
  {
    Scan scan(arguments, files, clock);
    status = scan.run();
    found = scan.take_found();
    const std::string text =
        arguments.json ? scan_json_lines(found, scan.places()) : scan_table(found, scan.places());
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    if (scan.totals().lines > 0 || status) {
      fmt::print(stderr, "{}\n", scan_summary(scan.totals(), found.size()));
    }
  }
  exit_code.value = found.empty() ? kDone : kFound;
  exit_code.finish(status);
}

}  // namespace

void add_scan_command(CLI::App& app, ExitCode& exit_code) {
  auto arguments = std::make_shared<ScanArguments>();
  CLI::App* scan = app.add_subcommand("scan", "Detections over log files, without a server");
  scan->add_option("file", arguments->files, "Log files (also .gz and .zst), - for standard input")
      ->required();
  scan->add_option("--rules", arguments->rules.paths,
                   "Folder or file with Sigma rules, besides the shipped ones");
  scan->add_flag("--shipped,!--no-shipped", arguments->rules.shipped,
                 "With or without the shipped rules (with)");
  scan->add_option("--placeholders", arguments->rules.placeholders,
                   "YAML file with the values of %placeholders%");
  scan->add_option("--config", arguments->config,
                   "tocsin.yaml whose threat lists and geo tables are used");
  arguments->cache.add_options(*scan);
  scan->add_option("--format", arguments->decode.format,
                   "Format of the lines instead of recognising it, e.g. nginx.access");
  scan->add_option("--year", arguments->year,
                   "Year of times that tell none (else by the file's time)")
      ->check(CLI::Range(1970, 9999));
  scan->add_option("--evidence", arguments->evidence, "Lines shown for each detection (3)")
      ->check(CLI::Range(0, 64));
  scan->add_flag("--json", arguments->json, "One finding a line, as JSON");
  scan->footer("Example: tocsin scan /var/log/auth.log /var/log/nginx/access.log*");
  scan->callback([arguments, &exit_code] {
    if (arguments->year != 0) {
      arguments->decode.year = arguments->year;
    }
    run_scan(*arguments, exit_code);
  });
}

}  // namespace tocsin
