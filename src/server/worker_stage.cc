#include "server/worker_stage.h"

#include <algorithm>
#include <utility>

namespace tocsin {

WorkerStage::WorkerStage(JournalFeed& feed, std::size_t workers, const MakeWork& make_work,
                         CurrentRules current_rules)
    : feed_(feed), current_rules_(std::move(current_rules)) {
  for (std::size_t i = 0; i < workers; ++i) {
    works_.push_back(make_work());
  }
  for (const auto& own : works_) {
    threads_.emplace_back([this, &own] { work(*own); });
  }
  threads_.emplace_back([this] { dispatch(); });
}

WorkerStage::~WorkerStage() {
  feed_.close();
  results_.close();
  tasks_.close();
}

void WorkerStage::dispatch() {
  while (const auto slice = feed_.next()) {
    for (std::size_t from = slice->from; from < slice->batch->size(); from += kTaskRecordsMax) {
      const std::size_t to = std::min(from + kTaskRecordsMax, slice->batch->size());
      const auto ticket = results_.issue();
      if (!ticket || !tasks_.push({*ticket, slice->batch, from, to, current_rules_()})) {
        break;
      }
    }
  }
  results_.close();
  tasks_.close();
}

void WorkerStage::work(BatchWork& own) {
  while (auto task = tasks_.pop()) {
    results_.finish(task->ticket,
                    own.run(std::move(task->batch), task->from, task->to, std::move(task->rules)));
  }
}

}  // namespace tocsin
