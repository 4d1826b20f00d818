// ExceptionRows: exceptions and what they silenced, to and from the tables alert_exceptions and
// alert_silenced. Works within one transaction of the caller; may throw SOCI's exceptions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "alert/exceptions.h"

namespace tocsin {

std::span<const Migration> exception_migrations();

class ExceptionRows {
 public:
  explicit ExceptionRows(soci::session& sql) : sql_(sql) {}

  void insert(const AlertException& exception);
  void end(const std::string& id, const std::string& who, Micros now);
  std::vector<AlertException> list();
  std::optional<AlertException> get(const std::string& id);
  std::uint64_t count();

  // A rule and key has one row.
  void add_silenced(const std::string& exception_id, const std::string& identity,
                    const Finding& finding);
  Seq silenced_through(const std::string& identity);
  std::vector<SilencedKey> silenced(const std::string& id, std::size_t limit);

 private:
  std::vector<AlertException> read(const std::string& id);

  soci::session& sql_;
};

}  // namespace tocsin
