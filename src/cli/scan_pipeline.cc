#include "cli/scan_pipeline.h"

#include <utility>

namespace tocsin {

ScanPipeline::ScanPipeline(const ScanSetup& setup, OnResult on_result)
    : setup_(setup), on_result_(std::move(on_result)) {
  for (std::size_t i = 0; i < setup_.workers; ++i) {
    threads_.emplace_back([this] { work(); });
  }
  threads_.emplace_back([this] { correlate(); });
}

ScanPipeline::~ScanPipeline() {
  finish();
}

void ScanPipeline::submit(std::shared_ptr<const RecordBatch> batch) {
  if (const auto ticket = matched_.issue()) {
    tasks_.push({*ticket, std::move(batch)});
  }
}

void ScanPipeline::finish() {
  tasks_.close();
  matched_.close();
  threads_.clear();  // joins
}

void ScanPipeline::work() {
  EventMaker maker(setup_.decode, setup_.fields, setup_.datasets, setup_.tables, setup_.metrics);
  const auto matcher = make_matcher(setup_.rules, setup_.fields, setup_.datasets, setup_.metrics);
  while (auto task = tasks_.pop()) {
    Matched matched;
    matched.events = maker.make(std::move(task->batch));
    matcher->match(*matched.events, matched.hits);
    matched_.finish(task->ticket, std::move(matched));
  }
}

void ScanPipeline::correlate() {
  Detector detector(setup_.rules->rule_set(), setup_.fields, setup_.datasets, setup_.metrics);
  std::vector<Finding> findings;
  while (auto matched = matched_.next()) {
    findings.clear();
    detector.consume(*matched->events, matched->hits, findings);
    on_result_(matched->events.get(), matched->hits, findings);
  }
  findings.clear();
  detector.finish(findings);
  on_result_(nullptr, {}, findings);
}

}  // namespace tocsin
