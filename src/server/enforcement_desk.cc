#include "server/enforcement_desk.h"

#include <fmt/format.h>
#include <sodium.h>

namespace tocsin {
namespace {

constexpr std::size_t kSecretBytes = 32;

class TableFacts final : public AddressFacts {
 public:
  explicit TableFacts(const Published<EnrichTables>& tables) : tables_(tables) {}

  Facts of(const IpAddress& address) override {
    const std::shared_ptr<const EnrichTables> tables = tables_.get();
    Facts facts;
    if (tables->country != nullptr) {
      facts.country = tables->country->find(address);
    }
    const auto owner = tables->owner != nullptr ? tables->owner->find(address) : std::nullopt;
    if (owner) {
      facts.owner = fmt::format("AS{}", owner->number);
    }
    return facts;
  }

 private:
  const Published<EnrichTables>& tables_;
};

}  // namespace

EnforcementDesk::EnforcementDesk(const Parts& parts)
    : parts_(parts),
      limits_(parts.settings, parts.secret_seed, parts.clock, parts.metrics),
      facts_(std::make_unique<TableFacts>(parts.tables)) {}

Result<std::unique_ptr<EnforcementDesk>> EnforcementDesk::open(const Parts& parts) {
  std::unique_ptr<EnforcementDesk> desk(new EnforcementDesk(parts));
  TRY_ASSIGN(desk->receipts_,
             ReceiptBook::open(parts.settings, parts.db, parts.clock, parts.metrics));
  return desk;
}

EnforcementServices EnforcementDesk::services(DecisionBook& book) {
  std::string secret(kSecretBytes, '\0');
  randombytes_buf(secret.data(), secret.size());
  return {book, *receipts_, limits_, *facts_, parts_.settings.challenge_url, std::move(secret)};
}

void EnforcementDesk::look(DecisionBook& book, AuditSink& audit) {
  if (const Status kept = receipts_->flush(); !kept) {
    parts_.log.warning("receipts: {}", kept.error().full_text());
  }
  for (const Lapse& lapse : receipts_->take_lapses(*book.active(), book.now())) {
    AuditEntry entry;
    entry.at = parts_.clock.now();
    entry.who = lapse.enforcer.empty() ? "tocsin" : "enforcer " + lapse.enforcer;
    entry.action = lapse_name(lapse.kind);
    entry.sentence = lapse.sentence;
    audit.record(entry);
  }
}

}  // namespace tocsin
