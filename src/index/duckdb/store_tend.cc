// DuckDbStore's care for its segments: verify, merge, retire, rebuild.
#include <algorithm>

#include "base/fail.h"
#include "index/duckdb/compaction.h"
#include "index/duckdb/duckdb_store.h"

namespace tocsin::duck {
namespace {

bool is_in(const std::vector<SeqRange>& ranges, Seq seq) {
  return std::ranges::any_of(
      ranges, [seq](const SeqRange& range) { return range.begin <= seq && seq < range.end; });
}

std::vector<SeqRange> cut_ranges(const std::vector<SeqRange>& ranges, Seq begin, Seq end) {
  std::vector<SeqRange> cut;
  for (const SeqRange& range : ranges) {
    const SeqRange part{std::max(range.begin, begin), std::min(range.end, end)};
    if (part.begin < part.end) {
      cut.push_back(part);
    }
  }
  return cut;
}

}  // namespace

void DuckDbStore::tend_segments(Micros now) {
  verify_all();
  retire_old(now);
  while (merge_once()) {
  }
}

void DuckDbStore::verify_all() {
  for (const auto& segment : segments_.segments()) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_ || sealing_) {  // sealing comes first; the rest is for the next time
        return;
      }
    }
    if (const Status good = segment->verify(); !good) {
      segments_.set_aside(segment, good.error().full_text(), shown());
    }
    if (segment->take_filter_damage()) {
      context_.log.error("token filter {} is damaged; its segment is searched without it",
                         segment->filter_path());
    }
  }
}

void DuckDbStore::retire_old(Micros now) {
  if (options_.retention.value == 0) {
    return;
  }
  SegmentList::Change change;
  for (const auto& segment : segments_.segments()) {
    if ((now - segment->entry().received_max).value > options_.retention.value) {
      change.removed.push_back(segment);
    }
  }
  if (change.removed.empty()) {
    return;
  }
  if (const Status done = segments_.apply(change, shown()); !done) {
    context_.log.warning("retiring {} segments failed: {}", change.removed.size(),
                         done.error().full_text());
    return;
  }
  for (const auto& segment : change.removed) {
    segment->retire();
  }
  counters_.retired.add(change.removed.size());
}

bool DuckDbStore::merge_once() {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || sealing_) {
      return false;
    }
  }
  const Segments all = segments_.segments();
  const Segments chosen = choose_compaction(all, options_);
  if (chosen.empty()) {
    return false;
  }
  for (const auto& segment : chosen) {
    if (const Status good = segment->verify(); !good) {
      segments_.set_aside(segment, good.error().full_text(), shown());
      return true;
    }
  }
  SegmentList::Change change;
  {
    const std::scoped_lock writer_lock(writer_mutex_);
    auto merged = writer_->merge(chosen, segments_.generation() + 1);
    if (!merged) {
      context_.log.warning("{}", merged.error().full_text());
      return false;
    }
    change.added = {std::move(*merged)};
  }
  change.removed = chosen;
  if (const Status done = segments_.apply(change, shown()); !done) {
    context_.log.warning("merging segments failed: {}", done.error().full_text());
    return false;
  }
  for (const auto& segment : chosen) {
    segment->retire();
  }
  counters_.compactions.add();
  return true;
}

Status DuckDbStore::restore(const DamagedSegment& segment, const BatchSource& batches) {
  SegmentList::Change change;
  change.restored = {segment};
  std::unique_ptr<Epoch> epoch;
  Seq begin = segment.ranges.front().begin;
  HotCounts counts;
  const auto write = [&](Seq end) -> Status {
    TRY_ASSIGN(SegmentEntry entry, write_restored(*epoch, cut_ranges(segment.ranges, begin, end)));
    change.added.push_back(std::move(entry));
    begin = end;
    epoch.reset();
    return {};
  };
  while (true) {
    TRY_ASSIGN(const std::shared_ptr<const EventBatch> batch, batches());
    if (!batch) {
      break;
    }
    for (std::size_t event = 0; event < batch->size(); ++event) {
      const EventHead& head = batch->head(event);
      if (context_.datasets.name(head.dataset) != segment.dataset ||
          !is_in(segment.ranges, head.seq)) {
        continue;
      }
      if (!epoch) {
        epoch = new_epoch(begin);
      }
      epoch->add(*batch, event, counts);
    }
    if (epoch && is_full(*epoch)) {
      TRY(write(epoch->end()));
    }
  }
  if (epoch) {
    TRY(write(segment.ranges.back().end));
  }
  if (counts.rows != segment.rows) {
    return fail(ErrorCode::kNotFound, "rebuilding {}: it had {} events, the journal gave {}",
                segment.file, segment.rows, counts.rows);
  }
  TRY(segments_.apply(change, shown()));
  static_cast<void>(context_.files.remove(options_.directory + "/" + segment.file).has_value());
  return {};
}

Result<SegmentEntry> DuckDbStore::write_restored(Epoch& epoch,
                                                 const std::vector<SeqRange>& ranges) {
  const std::scoped_lock writer_lock(writer_mutex_);
  epoch.close_chunks();
  epoch.publish_chunks();
  static_cast<void>(epoch.parts());
  const PublishedTable& table = epoch.published().begin()->second;
  return writer_->write(*table.part, table, ranges, segments_.generation() + 1);
}

}  // namespace tocsin::duck
