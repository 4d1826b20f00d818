// The tables of the ReceiptBook. Each function is part of a transaction that the caller began.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "respond/receipt_book.h"
#include "state/state_db.h"

namespace tocsin {

std::span<const Migration> receipt_migrations();

std::vector<EnforcerInfo> read_enforcers(soci::session& sql);
void write_enforcer(soci::session& sql, const EnforcerInfo& info);
void forget_enforcer(soci::session& sql, const std::string& name);

// Decisions above `from` up to `through`.
void write_receipt(soci::session& sql, const std::string& enforcer, Taken taken, std::uint64_t from,
                   std::uint64_t through, Micros at);
std::optional<Micros> read_receipt(soci::session& sql, const std::string& enforcer, Taken taken,
                                   std::uint64_t decision);
void write_fault(soci::session& sql, const std::string& enforcer, const FailedDecision& failed,
                 Micros at);
std::string read_fault(soci::session& sql, const std::string& enforcer, std::uint64_t decision);
void prune_receipts(soci::session& sql, Micros before, std::size_t faults_max);

}  // namespace tocsin
