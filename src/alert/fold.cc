#include "alert/fold.h"

#include <algorithm>

#include <fmt/format.h>

#include "alert/alert_store.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kIdentityDigits = 32;
constexpr std::size_t kAlertIdDigits = 24;
// What an alert shows of a text that an attacker may have made long.
constexpr std::size_t kShownKeyBytesMax = 1'024;
constexpr std::size_t kShownSentenceBytesMax = 4'096;
constexpr std::size_t kKeyPartsMax = 32;

std::string shown(std::string_view text, std::size_t bytes_max) {
  const std::string valid = to_valid_utf8(text.substr(0, bytes_max + 4));
  return std::string(utf8_prefix(valid, bytes_max));
}

void append_sized(std::string& out, std::string_view text) {
  out += fmt::format("{}:", text.size());
  out += text;
}

std::string short_hash(std::string_view bytes, std::size_t digits) {
  return hex_encode(digest_view(sha256(bytes))).substr(0, digits);
}

void take_rule(Alert& alert, const RuleInfo& rule) {
  if (alert.rule_version == rule.version && !alert.title.empty()) {
    return;
  }
  alert.rule_id = rule.id;
  alert.rule_version = rule.version;
  alert.title = rule.title;
  alert.level = rule.level;
  alert.tags = rule.tags;
}

void merge_samples(std::vector<Seq>& samples, const Finding& finding) {
  samples.insert(samples.end(), finding.events.begin(), finding.events.end());
  if (finding.events.empty()) {
    samples.push_back(finding.seq);
  }
  std::ranges::sort(samples);
  const auto repeated = std::ranges::unique(samples);
  samples.erase(repeated.begin(), repeated.end());
  if (samples.size() > Finding::kSeqsMax) {
    const auto extra = static_cast<std::ptrdiff_t>(samples.size() - Finding::kSeqsMax);
    samples.erase(samples.begin(), samples.begin() + extra);
  }
}

}  // namespace

std::string alert_identity(const std::string& rule_id, const std::vector<KeyPart>& key) {
  std::string bytes;
  append_sized(bytes, rule_id);
  for (const KeyPart& part : key) {
    append_sized(bytes, part.field);
    append_sized(bytes, part.value);
  }
  return short_hash(bytes, kIdentityDigits);
}

std::vector<KeyPart> overflow_key(std::uint64_t open_max) {
  return {{std::string(kOverflowField), fmt::format("more than {} open alerts", open_max)}};
}

FoldedAlert open_alert(const Finding& finding, const std::vector<KeyPart>& key, Micros now) {
  FoldedAlert opened;
  opened.identity = alert_identity(finding.rule->id, key);
  Alert& alert = opened.alert;
  alert.id = short_hash(fmt::format("{}:{}", opened.identity, finding.seq.value), kAlertIdDigits);
  take_rule(alert, *finding.rule);
  for (std::size_t i = 0; i < std::min(key.size(), kKeyPartsMax); ++i) {
    alert.key.push_back(
        {shown(key[i].field, kShownKeyBytesMax), shown(key[i].value, kShownKeyBytesMax)});
  }
  alert.first = finding.first;
  alert.last = finding.time;
  alert.opened = now;
  alert.updated = now;
  return opened;
}

std::size_t fold_into(FoldedAlert& into, std::span<const Finding* const> findings, Micros now) {
  Alert& alert = into.alert;
  const Seq folded_before = alert.last_seq;
  std::size_t folded = 0;
  for (const Finding* finding : findings) {
    if (finding->seq <= folded_before) {
      continue;
    }
    take_rule(alert, *finding->rule);
    alert.first = std::min(alert.first, finding->first);
    alert.last = std::max(alert.last, finding->time);
    alert.events += finding->count;
    alert.last_seq = std::max(alert.last_seq, finding->seq);
    merge_samples(alert.samples, *finding);
    ++folded;
    if (finding == findings.back()) {
      alert.sentence = shown(finding->sentence, kShownSentenceBytesMax);
      alert.baseline = finding->baseline;
    }
  }
  if (folded > 0) {
    alert.findings += folded;
    alert.updated = now;
  }
  return folded;
}

}  // namespace tocsin
