// AttackMatrix: which techniques of MITRE ATT&CK the rules' tags name, by tactic; and as a layer
// for the ATT&CK Navigator. Values only.
//
// Source: Sigma's tags (attack.credential-access, attack.t1110.001); tactics and names of
// https://attack.mitre.org (ATT&CK is a trademark of The MITRE Corporation); layer format 4.5 of
// https://github.com/mitre-attack/attack-navigator.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct TechniqueCount {
  std::string id;                   // "T1110", "T1110.001"
  std::uint64_t rules = 0;          // that name it, sub-techniques not included
  std::vector<std::string> titles;  // of the first kTitlesMax of them
};

class AttackMatrix {
 public:
  static constexpr std::size_t kTitlesMax = 5;

  // All tags of one rule; others than ATT&CK's are passed over.
  void add(std::string_view title, const std::vector<std::string>& tags);

  // Techniques by tactic ("credential-access"), in the order of the matrix; those whose rules name
  // no tactic are under "".
  const std::map<std::string, std::map<std::string, TechniqueCount>>& tactics() const {
    return tactics_;
  }
  const std::map<std::string, TechniqueCount>& techniques() const { return techniques_; }
  std::uint64_t rules() const { return rules_; }    // that were added
  std::uint64_t tagged() const { return tagged_; }  // that name a technique
  // Tactic names of tactics(), as the matrix orders them.
  std::vector<std::string> tactic_order() const;

  std::string navigator_layer(std::string_view name) const;

 private:
  std::map<std::string, std::map<std::string, TechniqueCount>> tactics_;
  std::map<std::string, TechniqueCount> techniques_;
  std::uint64_t rules_ = 0;
  std::uint64_t tagged_ = 0;
};

// "Brute Force" of "T1110" or "T1110.001"; "" when not known here.
std::string_view technique_name(std::string_view id);
// "Credential access"
std::string tactic_title(std::string_view tactic);

}  // namespace tocsin
