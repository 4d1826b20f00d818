// RequestParts: the parts of a request that an event tells of, each decoded (request_text.h).
//
// Behind the virtual fields of EventView: `tocsin.request` has every part, `tocsin.parameter` what
// stands in parameters: values and unusual names of the query, of a form, the texts of a JSON body.
// Looked at are url.original (else url.path, url.query, url.full), the referrer, the user agent,
// the body, and every field under a prefix such as http.request.headers. or req.query. Parameters
// of letters, digits, - and _ alone are left out: no attack is written in these. Nothing is cut:
// past kRequestPartsMax parts the rest of a text is one part. One thread; what it gives is valid
// until the next collect(), and as long as the event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "detect/request_text.h"
#include "model/catalog.h"
#include "model/event.h"

namespace tocsin {

inline constexpr std::size_t kRequestPartsMax = 256;

struct RequestPart {
  std::string_view text;
  bool parameter;
};

class RequestParts {
 public:
  explicit RequestParts(FieldCatalog& fields) : fields_(fields) {}

  const std::vector<RequestPart>& collect(const EventBatch& batch, std::size_t event);

  // Texts whose last round of decoding still changed something, so far.
  std::uint64_t unsettled() const { return unsettled_; }

 private:
  // What a field's value is; kUnknown: not looked up yet.
  enum class Role : std::uint8_t {
    kUnknown,
    kNone,
    kTarget,
    kPath,
    kQuery,
    kUrl,
    kHeader,
    kBody,
    kParameter
  };
  enum class Skip : std::uint8_t { kNothing, kPlainWords };

  Role role(FieldId field);
  static Role role_of(std::string_view name);

  void add_target(std::string_view target);
  void add_url(std::string_view url);
  void add_query(std::string_view query);
  void add_body(std::string_view body);
  void add_json(std::string_view json);
  void add_name(std::string_view name);
  void add(std::string_view text, PlusSign plus, bool parameter, Skip skip);
  std::string& buffer();

  FieldCatalog& fields_;
  std::vector<Role> roles_;  // by FieldId
  std::vector<RequestPart> parts_;
  std::deque<std::string> buffers_;  // the first used_ of them hold decoded parts
  std::size_t used_ = 0;
  std::uint64_t unsettled_ = 0;
};

}  // namespace tocsin
