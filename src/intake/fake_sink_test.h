// FakeSink: a RecordSink for tests: keeps what it is given, answers what the test says.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "intake/record_sink.h"

namespace tocsin {

class FakeSink final : public RecordSink {
 public:
  void submit(std::shared_ptr<RecordBatch> batch,
              std::function<void(const Status&)> done) override {
    Status answer;
    {
      const std::scoped_lock lock(mutex_);
      if (held_) {
        waiting_.emplace_back(std::move(batch), std::move(done));
        changed_.notify_all();
        return;
      }
      ++submissions_;
      if (refusals_left_ > 0) {
        --refusals_left_;
        answer = fail(refusal_, "the sink refuses");
      } else {
        keep(*batch);
      }
      changed_.notify_all();
    }
    done(answer);
  }

  // From now on submissions wait for release().
  void hold() {
    const std::scoped_lock lock(mutex_);
    held_ = true;
  }
  // Makes what waits durable, and what comes later at once.
  void release() {
    std::deque<Waiting> waiting;
    {
      const std::scoped_lock lock(mutex_);
      held_ = false;
      waiting.swap(waiting_);
      for (const auto& [batch, done] : waiting) {
        keep(*batch);
      }
      changed_.notify_all();
    }
    for (const auto& [batch, done] : waiting) {
      done(Status{});
    }
  }
  void refuse(int times, ErrorCode code) {
    const std::scoped_lock lock(mutex_);
    refusals_left_ = times;
    refusal_ = code;
  }

  std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  std::vector<Origin> origins() const {
    const std::scoped_lock lock(mutex_);
    return origins_;
  }
  int submissions() const {
    const std::scoped_lock lock(mutex_);
    return submissions_;
  }
  std::size_t waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_.size();
  }
  // Waits until so many lines are durable; the test's own time limit is the only one.
  std::vector<std::string> wait_for_lines(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return lines_.size() >= count; });
    return lines_;
  }
  void wait_for_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_.size() >= count; });
  }

 private:
  using Waiting = std::pair<std::shared_ptr<RecordBatch>, std::function<void(const Status&)>>;

  void keep(const RecordBatch& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      lines_.emplace_back(batch[i].bytes);
      origins_.push_back(*batch[i].origin);
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<Origin> origins_;
  std::deque<Waiting> waiting_;
  bool held_ = false;
  int refusals_left_ = 0;
  ErrorCode refusal_ = ErrorCode::kExhausted;
  int submissions_ = 0;
};

}  // namespace tocsin
