// Scope: what the holder of an API key, or somebody who logged in, may do. A value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

enum class Scope : std::uint8_t {
  kIngest,    // send events
  kRead,      // search and look at everything
  kEnforcer,  // take decisions, ask for verdicts, report what was enforced
  kWatcher,   // propose decisions over CrowdSec's wire (cscli, CrowdSec agents)
  kTriage,    // say what alerts are, make exceptions
  kRespond,   // take and lift decisions, run playbooks
  kAudit,     // read who did what
  kAdmin,     // change things, make keys and users; includes the others
};
std::string_view scope_name(Scope scope);
inline constexpr std::array kScopes = {Scope::kIngest,  Scope::kRead,   Scope::kEnforcer,
                                       Scope::kWatcher, Scope::kTriage, Scope::kRespond,
                                       Scope::kAudit,   Scope::kAdmin};
// For messages, in the order of the enumeration.
inline constexpr std::string_view kScopeWords =
    "ingest, read, enforcer, watcher, triage, respond, audit, admin";
std::optional<Scope> parse_scope(std::string_view word);

class ScopeSet {
 public:
  ScopeSet() = default;
  ScopeSet(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) {
      add(scope);
    }
  }

  void add(Scope scope) { bits_ |= bit(scope); }
  // Was named itself.
  bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  // May do what `scope` allows: it is named, or kAdmin is.
  bool allows(Scope scope) const { return has(scope) || has(Scope::kAdmin); }
  bool empty() const { return bits_ == 0; }
  bool operator==(const ScopeSet&) const = default;

 private:
  static std::uint32_t bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }
  std::uint32_t bits_ = 0;
};

// "ingest,read"; in the order of the enumeration.
std::string scopes_text(ScopeSet scopes);
// Words separated by commas, spaces allowed; nothing when a word is unknown or none is there.
std::optional<ScopeSet> parse_scopes(std::string_view text);

}  // namespace tocsin
